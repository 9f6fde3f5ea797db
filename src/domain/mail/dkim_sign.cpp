#include <fmt/format.h>
#include <openssl/pem.h>

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "domain/mail/dkim.h"
#include "domain/mail/dkim_signature.h"

namespace lr::domain {
namespace {

using crypto::bytes_of;
using std::string_view;

/// Never asks a terminal for the password of an encrypted key.
int no_password(char*, int, int, void*) { return -1; }

Result<crypto::PkeyPtr> read_key(const Secret& pem) {
  const crypto::ErrorQueueScope errors;
  const string_view text = pem.expose();
  const crypto::BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  crypto::PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (key == nullptr) return fail(Code::kInvalidArgument, "the private key is not readable PEM");
  const int kind = EVP_PKEY_get_base_id(key.get());
  if (kind == EVP_PKEY_ED25519) return key;
  if (kind != EVP_PKEY_RSA || EVP_PKEY_get_bits(key.get()) < kRsaBitsMin) {
    return fail(Code::kInvalidArgument, "DKIM needs an Ed25519 key, or RSA of at least 1024 bits");
  }
  return key;
}

bool is_ed25519(EVP_PKEY* key) { return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519; }

Result<std::string> sign_bytes(EVP_PKEY* key, string_view message) {
  const crypto::ErrorQueueScope errors;
  const crypto::Sha256 hash = crypto::sha256(message);
  const string_view hashed(reinterpret_cast<const char*>(hash.data()), hash.size());
  const string_view input = is_ed25519(key) ? hashed : message;
  const EVP_MD* digest = is_ed25519(key) ? nullptr : EVP_sha256();
  const crypto::DigestContextPtr context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (context == nullptr || EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes_of(input), input.size()) != 1) {
    return fail(Code::kInternal, "the DKIM key cannot sign");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(input), input.size()) !=
      1) {
    return fail(Code::kInternal, "signing with the DKIM key failed");
  }
  signature.resize(size);
  return signature;
}

}  // namespace

Result<std::string> sign_dkim(const Message& message, const DkimSigner& signer, std::int64_t now) {
  LR_TRY(const crypto::PkeyPtr key, read_key(signer.private_key));
  const bool from = std::ranges::any_of(
      signer.fields, [](const std::string& name) { return same_field_name(name, "From"); });
  if (!from) return fail(Code::kInvalidArgument, "a DKIM signature must cover From");
  SignatureTags tags;
  tags.form = {CanonicalForm::kRelaxed, CanonicalForm::kRelaxed};
  tags.fields = signer.fields;
  const crypto::Sha256 body = crypto::sha256(canonical_body(message.body(), tags.form.body));
  const string_view body_bytes(reinterpret_cast<const char*>(body.data()), body.size());
  // One fold between two tags keeps every line short; relaxed forms see a single space there.
  std::string field = fmt::format(
      "DKIM-Signature: v=1; a={}; c=relaxed/relaxed;\r\n d={}; i=@{};\r\n q=dns/txt; s={}; "
      "t={};\r\n h={};\r\n bh={};\r\n b=",
      is_ed25519(key.get()) ? "ed25519-sha256" : "rsa-sha256", signer.domain, signer.domain,
      signer.selector, now, fmt::join(signer.fields, " :\r\n  "),
      crypto::base64_encode(body_bytes));
  const HeaderField signature{field, "DKIM-Signature", string_view(field).substr(15)};
  LR_TRY(const std::string bytes, sign_bytes(key.get(), signed_header(message, tags, signature)));
  const std::string encoded = crypto::base64_encode(bytes);
  for (std::size_t at = 0; at < encoded.size(); at += 72) {
    if (at > 0) field += "\r\n  ";
    field += encoded.substr(at, 72);
  }
  return field;
}

}  // namespace lr::domain
