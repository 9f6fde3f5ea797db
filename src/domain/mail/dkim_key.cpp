#include "domain/mail/dkim_key.h"

#include <fmt/format.h>
#include <openssl/x509.h>

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "domain/mail/tag_list.h"

namespace lr::domain {
namespace {

using crypto::bytes_of;
using crypto::PkeyPtr;
using std::string_view;

constexpr std::size_t kEd25519Bytes = 32;
/// A larger modulus makes verification slow enough to be an attack.
constexpr int kRsaBitsMax = 8192;

std::vector<std::string> split_colons(string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(':');
    parts.emplace_back(trim_folding(text.substr(0, end)));
    if (end == string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> list_of(const TagList& tags, string_view name) {
  const auto value = tags.value(name);
  return value ? split_colons(*value) : std::vector<std::string>();
}

/// SubjectPublicKeyInfo as everybody publishes it, or the bare RSAPublicKey of the RFC's text.
PkeyPtr rsa_key(string_view der) {
  const crypto::ErrorQueueScope errors;
  const unsigned char* in = bytes_of(der);
  PkeyPtr key(d2i_PUBKEY(nullptr, &in, static_cast<long>(der.size())));
  if (key == nullptr) {
    in = bytes_of(der);
    key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &in, static_cast<long>(der.size())));
  }
  const bool whole = key != nullptr && in == bytes_of(der) + der.size();
  const bool usable = whole && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA &&
                      EVP_PKEY_get_bits(key.get()) <= kRsaBitsMax;
  return usable ? std::move(key) : nullptr;
}

PkeyPtr ed25519_key(string_view raw) {
  if (raw.size() != kEd25519Bytes) return nullptr;
  return PkeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(raw), raw.size()));
}

}  // namespace

struct DkimPublicKey::Impl {
  PkeyPtr key;
};

DkimPublicKey::DkimPublicKey() : impl_(std::make_unique<Impl>()) {}
DkimPublicKey::DkimPublicKey(DkimPublicKey&&) noexcept = default;
DkimPublicKey& DkimPublicKey::operator=(DkimPublicKey&&) noexcept = default;
DkimPublicKey::~DkimPublicKey() = default;

Result<DkimPublicKey> DkimPublicKey::parse(std::string_view record) {
  LR_TRY(const TagList tags, TagList::parse(record));
  if (const Tag* version = tags.find("v");
      version != nullptr && (version != &tags.tags().front() || version->value != "DKIM1")) {
    return fail(Code::kInvalidArgument, "v= must be DKIM1 and come first");
  }
  const auto encoded = tags.value("p");
  if (!encoded) return fail(Code::kInvalidArgument, "there is no p=");
  if (encoded->empty()) return fail(Code::kNotFound, "the key is revoked (p= is empty)");
  const auto bytes = crypto::base64_decode(without_folding(*encoded));
  if (!bytes) return fail(Code::kInvalidArgument, "p= is not base64");
  DkimPublicKey key;
  const string_view type = tags.value("k").value_or("rsa");
  if (type != "rsa" && type != "ed25519") {
    return fail(Code::kInvalidArgument, fmt::format("k={} is no type of key", type));
  }
  key.type_ = type == "rsa" ? DkimKeyType::kRsa : DkimKeyType::kEd25519;
  key.impl_->key = type == "rsa" ? rsa_key(*bytes) : ed25519_key(*bytes);
  if (key.impl_->key == nullptr) {
    return fail(Code::kInvalidArgument, fmt::format("p= holds no {} key", type));
  }
  key.hashes_ = list_of(tags, "h");
  key.services_ = list_of(tags, "s");
  key.flags_ = list_of(tags, "t");
  key.digest_ = crypto::hex(crypto::sha256(*bytes));
  return key;
}

int DkimPublicKey::bits() const { return EVP_PKEY_get_bits(impl_->key.get()); }

bool DkimPublicKey::has_flag(std::string_view flag) const {
  return std::ranges::find(flags_, flag) != flags_.end();
}

bool DkimPublicKey::allows_hash(std::string_view hash) const {
  return hashes_.empty() || std::ranges::find(hashes_, hash) != hashes_.end();
}

bool DkimPublicKey::allows_service(std::string_view service) const {
  return services_.empty() || std::ranges::any_of(services_, [&](const std::string& one) {
           return one == "*" || one == service;
         });
}

bool DkimPublicKey::verify(std::string_view message, std::string_view signature) const {
  const crypto::ErrorQueueScope errors;
  // RFC 8463 section 3: Ed25519 signs the SHA-256 of the message.
  const crypto::Sha256 hash = crypto::sha256(message);
  const bool ed25519 = type_ == DkimKeyType::kEd25519;
  const string_view hashed(reinterpret_cast<const char*>(hash.data()), hash.size());
  const string_view input = ed25519 ? hashed : message;
  const crypto::DigestContextPtr context(EVP_MD_CTX_new());
  const EVP_MD* digest = ed25519 ? nullptr : EVP_sha256();
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, impl_->key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(input),
                          input.size()) == 1;
}

}  // namespace lr::domain
