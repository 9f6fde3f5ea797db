#include "domain/smtp/dane.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "crypto/digest.h"

namespace lr::domain {
namespace {

struct X509Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, X509Deleter>;

Certificate parse(std::string_view der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  return Certificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
}

/// SubjectPublicKeyInfo (RFC 6698 section 1.2), "" when it cannot be read.
std::string public_key_of(std::string_view der) {
  const Certificate certificate = parse(der);
  if (!certificate) return {};
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &bytes);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

std::string digest_of(const EVP_MD* algorithm, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out, &size, algorithm, nullptr) != 1) return {};
  return {reinterpret_cast<const char*>(out), size};
}

std::string association_of(const TlsAssociation& record, std::string_view der) {
  const std::string selected = record.selector == 0 ? std::string(der) : public_key_of(der);
  if (selected.empty() || record.matching == 0) return selected;
  return digest_of(record.matching == 1 ? EVP_sha256() : EVP_sha512(), selected);
}

/// "" when the record can be used at all.
std::string unusable(const TlsAssociation& record) {
  if (record.usage > 3) return fmt::format("usage {} is unknown", record.usage);
  if (record.selector > 1) return fmt::format("selector {} is unknown", record.selector);
  if (record.matching > 2) return fmt::format("matching type {} is unknown", record.matching);
  const std::size_t wanted = record.matching == 1 ? 32 : 64;
  if (record.data.empty()) return "it has no data";
  if (record.matching != 0 && record.data.size() != wanted) {
    return fmt::format("the digest has {} bytes instead of {}", record.data.size(), wanted);
  }
  return {};
}

bool is_within(X509* certificate, std::int64_t now) {
  auto at = static_cast<std::time_t>(now);
  return X509_cmp_time(X509_get0_notBefore(certificate), &at) < 0 &&
         X509_cmp_time(X509_get0_notAfter(certificate), &at) > 0;
}

}  // namespace

TlsaMatch match_tlsa(const TlsAssociation& record, std::span<const std::string> chain) {
  TlsaMatch out;
  out.why = unusable(record);
  if (!out.why.empty()) {
    out.verdict = TlsaVerdict::kUnusable;
    return out;
  }
  if (record.usage < 2) {
    out.verdict = TlsaVerdict::kNotSmtp;
    out.why =
        fmt::format("usage {} asks for a public CA, which mail servers do not check", record.usage);
    return out;
  }
  const std::size_t compared =
      record.usage == 3 ? std::min<std::size_t>(1, chain.size()) : chain.size();
  for (std::size_t i = 0; i < compared; ++i) {
    if (association_of(record, chain[i]) != record.data) continue;
    out.verdict = TlsaVerdict::kMatch;
    out.position = i;
    return out;
  }
  return out;
}

std::string check_trust_anchor(std::span<const std::string> chain, std::size_t position,
                               std::span<const std::string> names, std::int64_t now) {
  if (position >= chain.size()) return "the certificate is not in the chain";
  std::vector<Certificate> parsed;
  for (std::size_t i = 0; i <= position; ++i) {
    parsed.push_back(parse(chain[i]));
    if (!parsed.back()) return fmt::format("certificate {} cannot be read", i + 1);
    if (!is_within(parsed.back().get(), now)) {
      return fmt::format("certificate {} is not valid at this time", i + 1);
    }
  }
  for (std::size_t i = 0; i < position; ++i) {
    EVP_PKEY* issuer = X509_get0_pubkey(parsed[i + 1].get());
    if (issuer == nullptr || X509_verify(parsed[i].get(), issuer) != 1 ||
        X509_check_issued(parsed[i + 1].get(), parsed[i].get()) != X509_V_OK) {
      return fmt::format("certificate {} is not signed by certificate {}", i + 1, i + 2);
    }
  }
  const bool named = std::ranges::any_of(names, [&](const std::string& name) {
    return X509_check_host(parsed.front().get(), name.data(), name.size(),
                           X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
  });
  return named ? "" : "the certificate is not for the server's name";
}

std::string tlsa_text(const TlsAssociation& record) {
  return fmt::format("{} {} {} {}", record.usage, record.selector, record.matching,
                     crypto::hex(record.data));
}

TlsAssociation recommended_tlsa(std::span<const std::string> chain) {
  TlsAssociation out{.usage = 3, .selector = 1, .matching = 1, .data = ""};
  if (!chain.empty()) out.data = association_of(out, chain.front());
  return out;
}

}  // namespace lr::domain
