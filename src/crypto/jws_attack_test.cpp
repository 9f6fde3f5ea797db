// Forgeries, each against a key set that accepts the honest token: signature tricks, algorithm and
// key confusion, header injection. None may verify.
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "crypto/digest.h"
#include "crypto/jws.h"

namespace lr::crypto {
namespace {

namespace json = boost::json;

const std::string kClaims = R"({"sub":"user-a","role":"viewer"})";
const std::string kForgedClaims = R"({"sub":"user-a","role":"admin"})";

struct World {
  Jwk rsa = *Jwk::generate(Algorithm::kRS256, "rsa");
  Jwk ec = *Jwk::generate(Algorithm::kES256, "ec");
  Jwk ed = *Jwk::generate(Algorithm::kEdDSA, "ed");
  JwkSet set{
      {*Jwk::parse(rsa.public_jwk()), *Jwk::parse(ec.public_jwk()), *Jwk::parse(ed.public_jwk())}};
  std::vector<Algorithm> allowed = {Algorithm::kRS256, Algorithm::kES256, Algorithm::kEdDSA};
};

World& world() {
  static World made;
  return made;
}

bool accepted(std::string_view token) {
  const auto jws = split_jws(token);
  const bool yes = jws && verify_jws(*jws, world().set, world().allowed).has_value();
  // A refused token must leave nothing behind for the next TLS call on this thread.
  EXPECT_EQ(ERR_peek_error(), 0U);
  return yes;
}

std::string input(const json::object& header, const std::string& payload) {
  return base64url_encode(json::serialize(header)) + "." + base64url_encode(payload);
}

std::string honest(const Jwk& key, Algorithm algorithm) {
  return *sign_jws(key, algorithm, kClaims);
}

struct Parts {
  std::string head, payload, signature;
};

Parts cut(const std::string& token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  return {token.substr(0, first), token.substr(first + 1, last - first - 1),
          token.substr(last + 1)};
}

std::vector<std::string> honest_tokens() {
  return {honest(world().rsa, Algorithm::kRS256), honest(world().ec, Algorithm::kES256),
          honest(world().ed, Algorithm::kEdDSA)};
}

TEST(JwsAttack, PositiveControl) {
  for (const std::string& token : honest_tokens()) EXPECT_TRUE(accepted(token));
}

TEST(JwsAttack, NoneInEverySpelling) {
  const std::string signature = cut(honest_tokens()[1]).signature;
  for (const char* none : {"none", "None", "NONE", "nOnE", " none", "none ", "", "null"}) {
    for (const char* kid : {"rsa", "ec", "ed"}) {
      const std::string start = input({{"alg", none}, {"kid", kid}}, kForgedClaims);
      EXPECT_FALSE(accepted(start + "."));
      EXPECT_FALSE(accepted(start + "." + signature));
      EXPECT_FALSE(accepted(start));
    }
  }
}

TEST(JwsAttack, SignatureMissingTruncatedExtendedOrSwapped) {
  const auto tokens = honest_tokens();
  for (const std::string& token : tokens) {
    const auto [head, payload, signature] = cut(token);
    const std::string start = head + "." + payload + ".";
    EXPECT_FALSE(accepted(start));
    const std::string raw = *base64url_decode(signature);
    for (const std::string& other :
         {raw.substr(1), raw.substr(0, raw.size() - 1), raw + '\0', '\0' + raw, raw + raw,
          std::string(raw.size(), '\0'), std::string(raw.size(), '\xff'), std::string(1, '\0')}) {
      EXPECT_FALSE(accepted(start + base64url_encode(other)));
    }
    for (const std::string& other : tokens) {
      if (other != token) EXPECT_FALSE(accepted(start + cut(other).signature));
    }
    EXPECT_FALSE(accepted(head + "." + base64url_encode(kForgedClaims) + "." + signature));
    EXPECT_FALSE(accepted(start + signature + "="));
    EXPECT_FALSE(accepted(start + signature + "."));
    EXPECT_FALSE(accepted(" " + token));
    EXPECT_FALSE(accepted("Bearer " + token));
  }
}

TEST(JwsAttack, SecondSpellingsOfAHonestSignature) {
  for (const std::string& token : honest_tokens()) {
    // 64- and 256-byte signatures leave four unused bits in the last character.
    std::string other = token;
    const char last = other.back();
    const std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    other.back() = alphabet[alphabet.find(last) ^ 1U];
    EXPECT_FALSE(accepted(other));
  }
}

TEST(JwsAttack, EcdsaPsychicSignaturesAndDer) {
  const std::string start = input({{"alg", "ES256"}, {"kid", "ec"}}, kForgedClaims) + ".";
  const std::string n = *unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const std::string zero(32, '\0');
  const std::string one = std::string(31, '\0') + '\x01';
  for (const std::string& r : {zero, one, n}) {
    for (const std::string& s : {zero, one, n}) {
      EXPECT_FALSE(accepted(start + base64url_encode(r + s)));  // CVE-2022-21449
    }
  }
  for (const char* der : {"MAYCAQACAQA", "MAYCAQECAQE"}) EXPECT_FALSE(accepted(start + der));
  // The honest signature as DER instead of r||s.
  const auto [head, payload, signature] = cut(honest_tokens()[1]);
  const std::string raw = *base64url_decode(signature);
  const auto integer = [](std::string half) {
    if ((half[0] & 0x80) != 0) half.insert(half.begin(), '\0');
    return std::string("\x02") + static_cast<char>(half.size()) + half;
  };
  const std::string body = integer(raw.substr(0, 32)) + integer(raw.substr(32));
  const std::string der = std::string("\x30") + static_cast<char>(body.size()) + body;
  EXPECT_FALSE(accepted(head + "." + payload + "." + base64url_encode(der)));
}

TEST(JwsAttack, PublicKeysAsHmacSecrets) {
  for (const Jwk* key : {&world().rsa, &world().ec, &world().ed}) {
    const std::string pem = key->public_pem();
    const std::string stripped = pem.substr(0, pem.size() - 1);
    for (const std::string& secret : {pem, stripped, key->public_jwk(), world().set.public_jwks(),
                                      std::string(), std::string(1, '\0'), std::string("secret")}) {
      const std::string start = input({{"alg", "HS256"}, {"kid", key->kid()}}, kForgedClaims);
      const Sha256 mac = hmac_sha256(secret, start);
      const std::string token =
          start + "." + base64url_encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
      EXPECT_FALSE(accepted(token));
      // Even a careless caller that allows HS256 beside the public algorithms is safe.
      const auto jws = split_jws(token);
      ASSERT_TRUE(jws);
      const Algorithm careless[] = {Algorithm::kHS256, Algorithm::kRS256, Algorithm::kES256};
      EXPECT_FALSE(verify_jws(*jws, world().set, careless));
      EXPECT_FALSE(verify_jws(*jws, *key, Algorithm::kHS256));
    }
  }
}

TEST(JwsAttack, AlgorithmSwapsWithTheSameKey) {
  json::object loose = json::parse(std::string(world().rsa.private_jwk().expose())).as_object();
  loose.erase("alg");
  const auto rsa = Jwk::parse(json::serialize(loose));
  ASSERT_TRUE(rsa);
  for (const Algorithm algorithm : {Algorithm::kPS256, Algorithm::kRS384, Algorithm::kRS512}) {
    // Honestly signed by the key's owner, but not with the algorithm the set pins and allows.
    EXPECT_FALSE(accepted(*sign_jws(*rsa, algorithm, kClaims)));
  }
  const auto p384 = Jwk::generate(Algorithm::kES384, "ec");
  ASSERT_TRUE(p384);
  EXPECT_FALSE(accepted(*sign_jws(*p384, Algorithm::kES384, kClaims)));
  // A signature of one algorithm under the name of another.
  const std::string start = input({{"alg", "RS256"}, {"kid", "rsa"}}, kClaims);
  const auto pss = split_jws(*sign_jws(*rsa, Algorithm::kPS256, kClaims));
  ASSERT_TRUE(pss);
  EXPECT_FALSE(accepted(start + "." + base64url_encode(pss->signature)));
  for (const char* alg : {"ES256K", "RSA1_5", "dir", "HS256 ", "rs256", "RS256\n", "ES521"}) {
    EXPECT_FALSE(accepted(input({{"alg", alg}, {"kid", "rsa"}}, kClaims) + "." +
                          cut(honest_tokens()[0]).signature));
  }
}

TEST(JwsAttack, KeysThatTheTokenBrings) {
  const auto own = Jwk::generate(Algorithm::kES256, "ec");
  ASSERT_TRUE(own);
  const json::value own_public = json::parse(own->public_jwk());
  const json::object injections[] = {
      {{"jwk", own_public}},  // CVE-2018-0114
      {{"jwk", own_public}, {"kid", "own"}},
      {{"jku", "https://attacker.example/jwks.json"}},
      {{"jku", "https://id.example@attacker.example/jwks.json"}},
      {{"x5u", "https://attacker.example/cert.pem"}},
      {{"x5c", json::array{"MIIB"}}},
      {{"x5t", "AAAA"}, {"x5t#S256", "AAAA"}},
  };
  for (const json::object& header : injections) {
    EXPECT_FALSE(accepted(*sign_jws(*own, Algorithm::kES256, kForgedClaims, header)));
    // Beside an honest signature they are ignored, not followed.
    if (!header.contains("kid")) {
      EXPECT_TRUE(accepted(*sign_jws(world().ec, Algorithm::kES256, kClaims, header)));
    }
  }
}

TEST(JwsAttack, KidsThatMeanSomethingToAFileSystemOrADatabase) {
  const auto own = Jwk::generate(Algorithm::kES256, "own");
  ASSERT_TRUE(own);
  for (const char* kid : {"../../../../dev/null", "/dev/null", "x' UNION SELECT 'k'--", "unknown",
                          "https://attacker.example/key", "ec\n", "EC", " ec", "ec|true"}) {
    EXPECT_FALSE(accepted(*sign_jws(*own, Algorithm::kES256, kForgedClaims, {{"kid", kid}})));
    EXPECT_FALSE(accepted(*sign_jws(world().ec, Algorithm::kES256, kClaims, {{"kid", kid}})));
    const std::string start = input({{"alg", "HS256"}, {"kid", kid}}, kForgedClaims);
    const Sha256 mac = hmac_sha256("", start);
    EXPECT_FALSE(accepted(
        start + "." + base64url_encode({reinterpret_cast<const char*>(mac.data()), mac.size()})));
  }
  // NUL in a kid is not the end of a kid.
  const std::string nul("ec\0x", 4);
  EXPECT_FALSE(accepted(*sign_jws(world().ec, Algorithm::kES256, kClaims, {{"kid", nul}})));
}

TEST(JwsAttack, CriticalExtensionsAndUnencodedPayloads) {
  EXPECT_FALSE(accepted(*sign_jws(world().ec, Algorithm::kES256, kClaims,
                                  {{"crit", json::array{"b64"}}, {"b64", false}})));
  EXPECT_FALSE(accepted(
      *sign_jws(world().ec, Algorithm::kES256, kClaims, {{"crit", json::array{"x"}}, {"x", 1}})));
  EXPECT_FALSE(accepted(*sign_jws(world().ec, Algorithm::kES256, kClaims, {{"b64", false}})));
}

TEST(JwsAttack, OtherSerialisationsAndOtherTokenTypes) {
  const auto [head, payload, signature] = cut(honest_tokens()[1]);
  EXPECT_FALSE(accepted(json::serialize(
      json::object{{"protected", head}, {"payload", payload}, {"signature", signature}})));
  // A JWE has five parts.
  EXPECT_FALSE(accepted(head + "." + payload + "." + signature + ".AAAA.AAAA"));
  EXPECT_FALSE(accepted(std::string(1'000'000, 'a')));
}

TEST(JwsAttack, DuplicateHeaderMembers) {
  const std::string header = R"({"alg":"none","alg":"ES256","kid":"ec"})";
  const std::string start = base64url_encode(header) + "." + base64url_encode(kClaims);
  EXPECT_FALSE(accepted(start + "." + cut(honest_tokens()[1]).signature));
  EXPECT_FALSE(accepted(start + "."));
}

}  // namespace
}  // namespace lr::crypto
