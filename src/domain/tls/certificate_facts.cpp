#include "domain/tls/certificate_facts.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include <array>

#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "domain/tls/openssl_types.h"
#include "text/ip.h"

namespace lr::domain::tls {
namespace {

/// Names and texts of certificates are the server's: they are shortened before anybody sees them.
constexpr std::size_t kTextBytes = 512;

std::string text_of(const X509_NAME* name) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return std::string(bytes, std::min(kTextBytes, static_cast<std::size_t>(std::max(size, 0L))));
}

std::string string_of(const ASN1_STRING* text) {
  const auto size = static_cast<std::size_t>(std::max(ASN1_STRING_length(text), 0));
  const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  return std::string(bytes, std::min(kTextBytes, size));
}

std::string part_of(const X509_NAME* name, int nid) {
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0) return "";
  return string_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::string address_of(const ASN1_OCTET_STRING* bytes) {
  text::IpAddress ip;
  const unsigned char* data = ASN1_STRING_get0_data(bytes);
  if (ASN1_STRING_length(bytes) == 4) {
    ip.bytes[10] = ip.bytes[11] = 0xff;
    std::copy_n(data, 4, ip.bytes.begin() + 12);
  } else if (ASN1_STRING_length(bytes) == 16) {
    std::copy_n(data, 16, ip.bytes.begin());
  } else {
    return "";
  }
  return ip.str();
}

void read_names(X509* certificate, CertificateFacts& facts) {
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string text;
    if (name->type == GEN_DNS) text = string_of(name->d.dNSName);
    if (name->type == GEN_IPADD) text = address_of(name->d.iPAddress);
    if (text.empty()) continue;
    ++facts.name_count;
    if (facts.names.size() < CertificateFacts::kNamesKept) facts.names.push_back(std::move(text));
  }
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return WallTime{};
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

std::string hex_of(const ASN1_INTEGER* number) {
  const crypto::BignumPtr value(ASN1_INTEGER_to_BN(number, nullptr));
  char* text = value ? BN_bn2hex(value.get()) : nullptr;
  std::string out = text != nullptr ? text : "";
  OPENSSL_free(text);
  return out;
}

void read_key(X509* certificate, CertificateFacts& facts) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return;
  facts.key_bits = EVP_PKEY_get_bits(key);
  if (EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1) {
    facts.key = KeyKind::kRsa;
  } else if (EVP_PKEY_is_a(key, "EC") == 1) {
    facts.key = KeyKind::kEcdsa;
    std::array<char, 80> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1) {
      facts.curve.assign(name.data(), size);
    }
  } else if (EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1) {
    facts.key = KeyKind::kEdwards;
  }
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size > 0) {
    const std::string_view bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    facts.key_digest = crypto::hex(crypto::sha256(bytes));
  }
  OPENSSL_free(der);
}

void read_signature(X509* certificate, CertificateFacts& facts) {
  const int nid = X509_get_signature_nid(certificate);
  const char* name = OBJ_nid2ln(nid);
  facts.signature = name != nullptr ? name : "unknown";
  int digest = NID_undef;
  if (OBJ_find_sigid_algs(nid, &digest, nullptr) == 1) {
    facts.weak_signature = digest == NID_md5 || digest == NID_sha1 || digest == NID_md2;
  }
}

/// The first URI of an access method in authorityInfoAccess.
std::string access_url(X509* certificate, int method) {
  const std::unique_ptr<AUTHORITY_INFO_ACCESS, OpensslFree<AUTHORITY_INFO_ACCESS_free>> access(
      static_cast<AUTHORITY_INFO_ACCESS*>(
          X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)));
  for (int i = 0; access && i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i) {
    const ACCESS_DESCRIPTION* one = sk_ACCESS_DESCRIPTION_value(access.get(), i);
    if (OBJ_obj2nid(one->method) == method && one->location->type == GEN_URI) {
      return string_of(one->location->d.uniformResourceIdentifier);
    }
  }
  return "";
}

bool asks_for_staple(X509* certificate) {
  const std::unique_ptr<TLS_FEATURE, OpensslFree<TLS_FEATURE_free>> features(
      static_cast<TLS_FEATURE*>(X509_get_ext_d2i(certificate, NID_tlsfeature, nullptr, nullptr)));
  for (int i = 0; features && i < sk_ASN1_INTEGER_num(features.get()); ++i) {
    if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i)) == 5) return true;
  }
  return false;
}

void read_extensions(X509* certificate, CertificateFacts& facts) {
  const std::uint32_t flags = X509_get_extension_flags(certificate);
  facts.ca = (flags & EXFLAG_CA) != 0;
  if ((flags & EXFLAG_KUSAGE) != 0) {
    constexpr std::uint32_t kForServers =
        KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT;
    facts.key_usage_fits = (X509_get_key_usage(certificate) & kForServers) != 0;
  }
  if ((flags & EXFLAG_XKUSAGE) != 0) {
    const std::uint32_t usage = X509_get_extended_key_usage(certificate);
    facts.server_auth = (usage & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0;
  }
  facts.ocsp_url = access_url(certificate, NID_ad_OCSP);
  facts.issuer_url = access_url(certificate, NID_ad_ca_issuers);
  facts.must_staple = asks_for_staple(certificate);
  facts.transparency = X509_get_ext_by_NID(certificate, NID_ct_precert_scts, -1) >= 0;
}

}  // namespace

Result<CertificateFacts> read_certificate(std::string_view der) {
  const crypto::ErrorQueueScope errors;
  const X509Ptr certificate = parse_x509(der);
  if (!certificate) return fail(Code::kBadGateway, "not a certificate", Origin::kTarget);
  X509* one = certificate.get();
  CertificateFacts facts;
  facts.der = der;
  facts.subject = text_of(X509_get_subject_name(one));
  facts.issuer = text_of(X509_get_issuer_name(one));
  facts.issuer_organization = part_of(X509_get_issuer_name(one), NID_organizationName);
  facts.common_name = part_of(X509_get_subject_name(one), NID_commonName);
  facts.from = time_of(X509_get0_notBefore(one));
  facts.until = time_of(X509_get0_notAfter(one));
  facts.serial = hex_of(X509_get0_serialNumber(one));
  facts.version = static_cast<int>(X509_get_version(one)) + 1;
  facts.self_signed = X509_NAME_cmp(X509_get_subject_name(one), X509_get_issuer_name(one)) == 0 &&
                      X509_get0_pubkey(one) != nullptr &&
                      X509_verify(one, X509_get0_pubkey(one)) == 1;
  read_names(one, facts);
  read_key(one, facts);
  read_signature(one, facts);
  read_extensions(one, facts);
  return facts;
}

bool is_for_host(const CertificateFacts& certificate, const std::string& host) {
  const crypto::ErrorQueueScope errors;
  const X509Ptr one = parse_x509(certificate.der);
  if (!one) return false;
  if (text::parse_ip(host)) return X509_check_ip_asc(one.get(), host.c_str(), 0) == 1;
  constexpr unsigned kFlags =
      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  return X509_check_host(one.get(), host.data(), host.size(), kFlags, nullptr) == 1;
}

}  // namespace lr::domain::tls
