#include "domain/testing/certificates.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "crypto/openssl.h"
#include "text/ip.h"

namespace lr::domain {
namespace {

using crypto::OpensslFree;

using Key = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, OpensslFree<X509_free>>;
using Bio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
using OctetString = std::unique_ptr<ASN1_OCTET_STRING, OpensslFree<ASN1_OCTET_STRING_free>>;
using Time = std::unique_ptr<ASN1_TIME, OpensslFree<ASN1_TIME_free>>;

std::unexpected<Error> refused(const std::string& what) {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return fail(Code::kInternal, what + ": " + (reason != nullptr ? reason : "no reason given"));
}

Bio reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string contents(BIO* bio) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio, &bytes);
  return length > 0 ? std::string(bytes, static_cast<std::size_t>(length)) : std::string();
}

Key key_of(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr));
}
Certificate certificate_of(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
}

Key new_key(TestKey kind) {
  switch (kind) {
    case TestKey::kP256:
      return Key(EVP_EC_gen("P-256"));
    case TestKey::kP384:
      return Key(EVP_EC_gen("P-384"));
    case TestKey::kP224:
      return Key(EVP_EC_gen("P-224"));
    case TestKey::kRsa1024:
      return Key(EVP_RSA_gen(1024));
    case TestKey::kRsa2048:
      return Key(EVP_RSA_gen(2048));
    case TestKey::kRsa3072:
      return Key(EVP_RSA_gen(3072));
    case TestKey::kEd25519:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  return nullptr;
}

const EVP_MD* digest_of(TestDigest digest) {
  switch (digest) {
    case TestDigest::kSha256:
      return EVP_sha256();
    case TestDigest::kSha384:
      return EVP_sha384();
    case TestDigest::kSha1:
      return EVP_sha1();
    case TestDigest::kMd5:
      return EVP_md5();
  }
  return nullptr;
}

std::time_t seconds_of(WallTime time) {
  return static_cast<std::time_t>(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

bool add_extension(X509* certificate, X509V3_CTX* context, int nid, const std::string& value) {
  if (value.empty()) return true;
  const Extension extension(X509V3_EXT_conf_nid(nullptr, context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// The shape of an SCT list with one SCT (RFC 6962 section 3.3).
std::string transparency_list() {
  std::string sct(1, '\0');
  sct += std::string(32, 'L') + std::string(8, '\1') + std::string(2, '\0');
  sct += std::string("\4\3\0\10", 4) + std::string(8, 'S');
  const auto size = [](std::size_t n) {
    return std::string{static_cast<char>(n >> 8), static_cast<char>(n & 0xff)};
  };
  const std::string list = size(sct.size() + 2) + size(sct.size()) + sct;
  return std::string{'\4', static_cast<char>(list.size())} + list;
}

bool add_transparency(X509* certificate) {
  const std::string der = transparency_list();
  const OctetString value(ASN1_OCTET_STRING_new());
  if (!value ||
      ASN1_OCTET_STRING_set(value.get(), reinterpret_cast<const unsigned char*>(der.data()),
                            static_cast<int>(der.size())) != 1) {
    return false;
  }
  const Extension extension(
      X509_EXTENSION_create_by_NID(nullptr, NID_ct_precert_scts, 0, value.get()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Names are set as objects: as a configuration line, 10,000 of them would not do.
bool add_names(X509* certificate, const std::vector<std::string>& names) {
  if (names.empty()) return true;
  const std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>> all(GENERAL_NAMES_new());
  for (const std::string& name : names) {
    const bool is_ip = text::parse_ip(name).has_value();
    GENERAL_NAME* one =
        a2i_GENERAL_NAME(nullptr, nullptr, nullptr, is_ip ? GEN_IPADD : GEN_DNS, name.c_str(), 0);
    if (one == nullptr) return false;
    if (sk_GENERAL_NAME_push(all.get(), one) == 0) {
      GENERAL_NAME_free(one);
      return false;
    }
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) ==
         1;
}

bool set_serial(X509* certificate, std::uint64_t serial) {
  if (serial != 0) {
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1;
  }
  const std::unique_ptr<BIGNUM, OpensslFree<BN_free>> number(BN_new());
  return number && BN_rand(number.get(), 126, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_subject(X509* certificate, const CertificateSpec& spec) {
  for (const auto& [field, text] :
       {std::pair{"O", &spec.organization}, {"CN", &spec.common_name}}) {
    if (text->empty()) continue;
    if (X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), field, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(text->data()),
                                   static_cast<int>(text->size()), -1, 0) != 1) {
      return false;
    }
  }
  return true;
}

bool add_extensions(X509* certificate, X509* issuer, const CertificateSpec& spec) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::string usage = spec.key_usage;
  if (usage.empty()) usage = spec.ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";
  std::string access = spec.ocsp_url.empty() ? "" : "OCSP;URI:" + spec.ocsp_url;
  if (!spec.issuer_url.empty()) {
    access += (access.empty() ? "" : ",") + ("caIssuers;URI:" + spec.issuer_url);
  }
  return add_extension(certificate, &context, NID_basic_constraints,
                       spec.ca ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
         add_extension(certificate, &context, NID_key_usage, usage) &&
         add_extension(certificate, &context, NID_ext_key_usage, spec.ca ? "" : spec.extended) &&
         add_extension(certificate, &context, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, &context, NID_authority_key_identifier, "keyid") &&
         add_extension(certificate, &context, NID_info_access, access) &&
         add_extension(certificate, &context, NID_tlsfeature,
                       spec.must_staple ? "status_request" : "") &&
         add_names(certificate, spec.names) &&
         (!spec.transparency || add_transparency(certificate));
}

bool fill(X509* certificate, X509* issuer, EVP_PKEY* key, const CertificateSpec& spec) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 &&
         set_serial(certificate, spec.serial) &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), seconds_of(spec.from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), seconds_of(spec.until)) != nullptr &&
         X509_set_pubkey(certificate, key) == 1 && set_subject(certificate, spec) &&
         X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
         add_extensions(certificate, issuer, spec);
}

Result<TestCertificate> as_pem(X509* certificate, EVP_PKEY* key) {
  const Bio certificate_out(BIO_new(BIO_s_mem()));
  const Bio key_out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_out.get(), certificate) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return refused("writing a certificate");
  }
  return TestCertificate{contents(certificate_out.get()), contents(key_out.get())};
}

}  // namespace

Result<TestCertificate> make_certificate(const CertificateSpec& spec,
                                         const TestCertificate* issuer) {
  const Key key = spec.key_pem.empty() ? new_key(spec.key) : key_of(spec.key_pem);
  const Certificate certificate(X509_new());
  if (!key || !certificate) return refused("making a key");
  Certificate issuer_certificate;
  Key issuer_key;
  if (issuer != nullptr) {
    issuer_certificate = certificate_of(issuer->certificate);
    issuer_key = key_of(issuer->key);
    if (!issuer_certificate || !issuer_key) return refused("reading the issuer");
  }
  X509* above = issuer_certificate ? issuer_certificate.get() : certificate.get();
  EVP_PKEY* signer = issuer_key ? issuer_key.get() : key.get();
  const EVP_MD* digest = EVP_PKEY_is_a(signer, "ED25519") != 0 ? nullptr : digest_of(spec.digest);
  if (!fill(certificate.get(), above, key.get(), spec)) return refused("filling a certificate");
  if (X509_sign(certificate.get(), signer, digest) <= 0) return refused("signing a certificate");
  return as_pem(certificate.get(), key.get());
}

Result<TestAuthority> TestAuthority::make(WallTime now) {
  const auto years = std::chrono::days(365);
  CertificateSpec root{.common_name = "Laboratory Root", .ca = true};
  root.from = now - 5 * years;
  root.until = now + 15 * years;
  CertificateSpec intermediate{.common_name = "Laboratory Intermediate", .ca = true};
  intermediate.from = now - 2 * years;
  intermediate.until = now + 8 * years;
  TestAuthority out;
  LR_TRY(out.root, make_certificate(root));
  LR_TRY(out.intermediate, make_certificate(intermediate, &out.root));
  return out;
}

CertificateSpec TestAuthority::good_leaf(const std::string& name, WallTime now) const {
  CertificateSpec spec{.common_name = name, .names = {name}};
  spec.from = now - std::chrono::days(30);
  spec.until = now + std::chrono::days(60);
  return spec;
}

Result<TestCertificate> TestAuthority::issue(const CertificateSpec& spec) const {
  return make_certificate(spec, &intermediate);
}

Result<TestCertificate> TestAuthority::served_for(const std::string& name, WallTime now) const {
  LR_TRY(TestCertificate leaf, issue(good_leaf(name, now)));
  leaf.certificate += intermediate.certificate;
  return leaf;
}

std::string pem_chain(std::span<const TestCertificate> certificates) {
  std::string out;
  for (const TestCertificate& one : certificates) out += one.certificate;
  return out;
}

Result<std::string> make_ocsp_answer(const TestCertificate& leaf, const TestCertificate& issuer,
                                     bool revoked, WallTime produced) {
  const Certificate subject = certificate_of(leaf.certificate);
  const Certificate above = certificate_of(issuer.certificate);
  const Key key = key_of(issuer.key);
  const std::unique_ptr<OCSP_BASICRESP, OpensslFree<OCSP_BASICRESP_free>> basic(
      OCSP_BASICRESP_new());
  const std::unique_ptr<OCSP_CERTID, OpensslFree<OCSP_CERTID_free>> id(
      OCSP_cert_to_id(nullptr, subject.get(), above.get()));
  const Time from(ASN1_TIME_set(nullptr, seconds_of(produced)));
  const Time until(ASN1_TIME_set(nullptr, seconds_of(produced + std::chrono::days(7))));
  const int status = revoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD;
  if (!basic || !id || !key ||
      OCSP_basic_add1_status(basic.get(), id.get(), status, OCSP_REVOKED_STATUS_NOSTATUS,
                             revoked ? from.get() : nullptr, from.get(), until.get()) == nullptr ||
      OCSP_basic_sign(basic.get(), above.get(), key.get(), EVP_sha256(), nullptr, 0) != 1) {
    return refused("making an OCSP answer");
  }
  const std::unique_ptr<OCSP_RESPONSE, OpensslFree<OCSP_RESPONSE_free>> answer(
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(answer.get(), &der);
  if (size <= 0) return refused("writing an OCSP answer");
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace lr::domain
