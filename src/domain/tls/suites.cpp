#include "domain/tls/suites.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "domain/tls/suite_names.h"

namespace lr::domain::tls {
namespace {

/// IANA registry "TLS Supported Groups", of those that servers have been seen with.
constexpr Group kGroups[] = {
    {0x11ec, "X25519MLKEM768", 256, true, true},
    {0x11eb, "SecP256r1MLKEM768", 256, true, true},
    {0x11ed, "SecP384r1MLKEM1024", 384, true, true},
    {0x6399, "X25519Kyber768Draft00", 256, true, true},
    {0x001d, "x25519", 256, true, false},
    {0x0017, "secp256r1", 256, true, false},
    {0x0018, "secp384r1", 384, true, false},
    {0x0019, "secp521r1", 521, true, false},
    {0x001e, "x448", 448, true, false},
    {0x001f, "brainpoolP256r1tls13", 256, true, false},
    {0x0020, "brainpoolP384r1tls13", 384, true, false},
    {0x0021, "brainpoolP512r1tls13", 512, true, false},
    {0x0100, "ffdhe2048", 2048, true, false},
    {0x0101, "ffdhe3072", 3072, true, false},
    {0x0102, "ffdhe4096", 4096, true, false},
    {0x0103, "ffdhe6144", 6144, true, false},
    {0x0104, "ffdhe8192", 8192, true, false},
    {0x0029, "curveSM2", 256, true, false},
    {0x001a, "brainpoolP256r1", 256, false, false},
    {0x001b, "brainpoolP384r1", 384, false, false},
    {0x001c, "brainpoolP512r1", 512, false, false},
    {0x0016, "secp256k1", 256, false, false},
    {0x0015, "secp224r1", 224, false, false},
    {0x0014, "secp224k1", 224, false, false},
    {0x000e, "sect571r1", 571, false, false},
    {0x000d, "sect571k1", 571, false, false},
    {0x000c, "sect409r1", 409, false, false},
    {0x000b, "sect409k1", 409, false, false},
    {0x000a, "sect283r1", 283, false, false},
    {0x0009, "sect283k1", 283, false, false},
    {0x0008, "sect239k1", 239, false, false},
    {0x0007, "sect233r1", 233, false, false},
    {0x0006, "sect233k1", 233, false, false},
    {0x0013, "secp192r1", 192, false, false},
    {0x0012, "secp192k1", 192, false, false},
    {0x0005, "sect193r2", 193, false, false},
    {0x0004, "sect193r1", 193, false, false},
    {0x0011, "secp160r2", 160, false, false},
    {0x0010, "secp160r1", 160, false, false},
    {0x000f, "secp160k1", 160, false, false},
    {0x0003, "sect163r2", 163, false, false},
    {0x0002, "sect163r1", 163, false, false},
    {0x0001, "sect163k1", 163, false, false},
};

constexpr SignatureScheme kSchemes[] = {
    {0x0403, "ecdsa_secp256r1_sha256", false},
    {0x0503, "ecdsa_secp384r1_sha384", false},
    {0x0603, "ecdsa_secp521r1_sha512", false},
    {0x0807, "ed25519", false},
    {0x0808, "ed448", false},
    {0x0804, "rsa_pss_rsae_sha256", false},
    {0x0805, "rsa_pss_rsae_sha384", false},
    {0x0806, "rsa_pss_rsae_sha512", false},
    {0x0809, "rsa_pss_pss_sha256", false},
    {0x080a, "rsa_pss_pss_sha384", false},
    {0x080b, "rsa_pss_pss_sha512", false},
    {0x0401, "rsa_pkcs1_sha256", false},
    {0x0501, "rsa_pkcs1_sha384", false},
    {0x0601, "rsa_pkcs1_sha512", false},
    {0x0402, "dsa_sha256", false},
    {0x0303, "ecdsa_sha224", false},
    {0x0301, "rsa_pkcs1_sha224", false},
    {0x0302, "dsa_sha224", false},
    {0x0203, "ecdsa_sha1", true},
    {0x0201, "rsa_pkcs1_sha1", true},
    {0x0202, "dsa_sha1", true},
    {0x0101, "rsa_pkcs1_md5", true},
};

/// "AES_128_GCM_SHA256" is cipher and hash; CCM has no hash in its name before TLS 1.3.
void split_cipher(std::string_view text, CipherSuite& suite) {
  const std::size_t last = text.rfind('_');
  const std::string_view tail = last == std::string_view::npos ? "" : text.substr(last + 1);
  const bool hashed = tail.starts_with("SHA") || tail == "MD5" || tail == "SM3" || tail == "IMIT" ||
                      tail == "OMAC" || tail == "GOSTR3411";
  suite.encryption = hashed ? text.substr(0, last) : text;
  suite.mac = hashed ? tail : "";
}

void split_exchange(std::string_view text, CipherSuite& suite) {
  if (text.starts_with("OLD_")) text.remove_prefix(4);
  for (const std::string_view weakened : {"_EXPORT1024", "_EXPORT"}) {
    if (text.ends_with(weakened)) {
      suite.exported = true;
      text.remove_suffix(weakened.size());
    }
  }
  const std::size_t cut = text.find('_');
  suite.key_exchange = text.substr(0, cut);
  suite.authentication = cut == std::string_view::npos ? text : text.substr(cut + 1);
}

int key_bits(const CipherSuite& suite) {
  const std::string_view cipher = suite.encryption;
  if (suite.null) return 0;
  if (cipher.contains("256") || cipher.starts_with("CHACHA20")) return 256;
  if (cipher.contains("3DES")) return 112;
  if (suite.exported) return cipher.contains("56") || cipher == "DES_CBC" ? 56 : 40;
  if (cipher.starts_with("DES")) return 56;
  if (cipher.starts_with("FORTEZZA")) return 80;
  if (cipher.contains("28147") || cipher.contains("KUZNYECHIK") || cipher.contains("MAGMA")) {
    return 256;
  }
  return 128;
}

CipherSuite describe(const SuiteName& row) {
  CipherSuite suite{.code = row.code, .name = row.name};
  const std::size_t with = row.name.find("_WITH_");
  suite.tls13 = with == std::string_view::npos || row.name.contains("_MGM_");
  if (with == std::string_view::npos) {
    split_cipher(row.name, suite);
    suite.null = row.name == "SHA256_SHA256" || row.name == "SHA384_SHA384";
  } else {
    split_exchange(row.name.substr(0, with), suite);
    split_cipher(row.name.substr(with + 6), suite);
    suite.null = suite.encryption.starts_with("NULL");
  }
  const std::string_view cipher = suite.encryption;
  suite.anonymous = suite.authentication == "anon" || row.code == 0;
  suite.rc4 = cipher.starts_with("RC4");
  suite.single_des = cipher.starts_with("DES");
  suite.small_block = cipher.starts_with("3DES") || cipher.starts_with("IDEA") ||
                      cipher.starts_with("RC2") || suite.single_des;
  suite.cbc = cipher.contains("CBC");
  suite.aead = cipher.contains("GCM") || cipher.contains("CCM") || cipher.contains("POLY1305") ||
               cipher.contains("MGM") || cipher.contains("AEGIS");
  suite.forward_secret = suite.tls13 || suite.key_exchange == "ECDHE" ||
                         suite.key_exchange == "DHE" || suite.key_exchange == "ECCPWD" ||
                         row.name.starts_with("PSK_DHE");
  suite.md5 = suite.mac == "MD5";
  suite.tls12 = !suite.tls13 && (suite.aead || suite.mac == "SHA256" || suite.mac == "SHA384");
  suite.bits = key_bits(suite);
  return suite;
}

}  // namespace

std::string_view version_name(Version version) {
  switch (version) {
    case Version::kSsl30:
      return "SSL 3.0";
    case Version::kTls10:
      return "TLS 1.0";
    case Version::kTls11:
      return "TLS 1.1";
    case Version::kTls12:
      return "TLS 1.2";
    case Version::kTls13:
      return "TLS 1.3";
  }
  return "an unknown version";
}

std::span<const CipherSuite> cipher_suites() {
  static const std::vector<CipherSuite> all = [] {
    std::vector<CipherSuite> made;
    for (const SuiteName& row : suite_names()) made.push_back(describe(row));
    return made;
  }();
  return all;
}

const CipherSuite* find_suite(std::uint16_t code) {
  const auto all = cipher_suites();
  const auto at = std::ranges::lower_bound(all, code, {}, &CipherSuite::code);
  return at != all.end() && at->code == code ? &*at : nullptr;
}

std::string suite_name(std::uint16_t code) {
  const CipherSuite* suite = find_suite(code);
  return suite != nullptr ? fmt::format("TLS_{}", suite->name) : fmt::format("0x{:04X}", code);
}

std::span<const Group> groups() { return kGroups; }

const Group* find_group(std::uint16_t code) {
  const auto* at = std::ranges::find(kGroups, code, &Group::code);
  return at != std::end(kGroups) ? at : nullptr;
}

std::string group_name(std::uint16_t code) {
  const Group* group = find_group(code);
  return group != nullptr ? std::string(group->name) : fmt::format("0x{:04X}", code);
}

std::span<const SignatureScheme> signature_schemes() { return kSchemes; }

std::string signature_scheme_name(std::uint16_t code) {
  const auto* at = std::ranges::find(kSchemes, code, &SignatureScheme::code);
  return at != std::end(kSchemes) ? std::string(at->name) : fmt::format("0x{:04X}", code);
}

}  // namespace lr::domain::tls
