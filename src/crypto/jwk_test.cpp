#include "crypto/jwk.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>

#include "crypto/digest.h"

namespace lr::crypto {
namespace {

namespace json = boost::json;

constexpr Algorithm kAll[] = {
    Algorithm::kRS256, Algorithm::kRS384, Algorithm::kRS512, Algorithm::kPS256, Algorithm::kPS384,
    Algorithm::kPS512, Algorithm::kES256, Algorithm::kES384, Algorithm::kES512, Algorithm::kEdDSA,
    Algorithm::kHS256, Algorithm::kHS384, Algorithm::kHS512};

/// One private key per key type, made once: RSA keys take a while.
json::object members_of(Algorithm algorithm) {
  static std::map<Algorithm, std::string> made;
  auto& text = made[algorithm];
  if (text.empty()) {
    const auto key = Jwk::generate(algorithm, "k1");
    EXPECT_TRUE(key);
    text = key->private_jwk().expose();
  }
  return json::parse(text).as_object();
}

json::object public_members_of(Algorithm algorithm) {
  json::object members = members_of(algorithm);
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) members.erase(name);
  return members;
}

/// "" when the key loads, otherwise why not.
std::string why_refused(const json::object& members) {
  const auto key = Jwk::parse(json::serialize(members));
  if (key) return {};
  EXPECT_EQ(key.error().code(), Code::kInvalidArgument);
  return key.error().detail();
}

std::string with(json::object members, std::string_view name, const json::value& value) {
  members[name] = value;
  return why_refused(members);
}

std::string with(const json::object& members, std::string_view name, const std::string& value) {
  return with(members, name, json::value(json::string_view(value)));
}

std::string with(const json::object& members, std::string_view name, const char* value) {
  return with(members, name, json::value(value));
}

std::string without(json::object members, std::string_view name) {
  members.erase(name);
  return why_refused(members);
}

std::string flipped(const json::object& members, std::string_view name, std::size_t byte) {
  std::string bytes = *base64url_decode(members.at(name).as_string());
  bytes[byte] = static_cast<char>(bytes[byte] ^ 1);
  return base64url_encode(bytes);
}

TEST(Algorithm, NamesAreExact) {
  for (const Algorithm algorithm : kAll) {
    EXPECT_EQ(parse_algorithm(algorithm_name(algorithm)), algorithm);
  }
  for (const char* name : {"none", "None", "NONE", "nOnE", "", "rs256", "RS256 ", "RS1", "ES521",
                           "ES256K", "RSA-OAEP", "dir", "HS128", "Ed25519"}) {
    EXPECT_EQ(parse_algorithm(name), std::nullopt) << name;
  }
  EXPECT_TRUE(is_symmetric(Algorithm::kHS384));
  EXPECT_FALSE(is_symmetric(Algorithm::kEdDSA));
}

TEST(Jwk, GeneratesLoadsAndDescribesEveryAlgorithm) {
  for (const Algorithm algorithm : kAll) {
    SCOPED_TRACE(algorithm_name(algorithm));
    const auto key = Jwk::parse(json::serialize(members_of(algorithm)));
    ASSERT_TRUE(key) << key.error().detail();
    EXPECT_TRUE(key->is_private());
    EXPECT_EQ(key->kid(), "k1");
    EXPECT_EQ(key->pinned_algorithm(), algorithm);
    for (const Algorithm other : kAll) EXPECT_EQ(key->fits(other), other == algorithm);
    EXPECT_EQ(key->public_pem().empty(), is_symmetric(algorithm));
    for (const char* name : {"\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\""}) {
      EXPECT_EQ(key->public_jwk().find(name), std::string::npos) << name;
    }
    if (is_symmetric(algorithm)) continue;
    const auto other_half = Jwk::parse(key->public_jwk());
    ASSERT_TRUE(other_half) << other_half.error().detail();
    EXPECT_FALSE(other_half->is_private());
    EXPECT_EQ(other_half->public_pem(), key->public_pem());
    EXPECT_TRUE(key->public_pem().starts_with("-----BEGIN PUBLIC KEY-----\n"));
  }
}

TEST(Jwk, WithoutAlgAnRsaKeyFitsAllRsaAlgorithmsAndNoOthers) {
  json::object members = public_members_of(Algorithm::kRS256);
  members.erase("alg");
  const auto key = Jwk::parse(json::serialize(members));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->pinned_algorithm(), std::nullopt);
  for (const Algorithm algorithm : kAll) {
    const char first = algorithm_name(algorithm)[0];
    EXPECT_EQ(key->fits(algorithm), first == 'R' || first == 'P') << algorithm_name(algorithm);
  }
}

TEST(Jwk, RefusesWrongPurposes) {
  const json::object members = public_members_of(Algorithm::kES256);
  EXPECT_EQ(with(members, "use", "sig"), "");
  EXPECT_NE(with(members, "use", "enc"), "");
  EXPECT_NE(with(members, "use", ""), "");
  EXPECT_NE(with(members, "use", json::array{"sig"}), "");
  EXPECT_EQ(with(members, "key_ops", json::array{"verify"}), "");
  EXPECT_NE(with(members, "key_ops", json::array{"encrypt", "decrypt"}), "");
  EXPECT_NE(with(members, "key_ops", json::array{}), "");
  EXPECT_NE(with(members, "key_ops", json::array{"sign, verify"}), "");
  EXPECT_NE(with(members, "key_ops", "verify"), "");
}

TEST(Jwk, RefusesTypesThatAreNotKnownOrDoNotFit) {
  const json::object members = public_members_of(Algorithm::kES256);
  for (const char* type : {"RSA", "OKP", "oct", "ec", "", "EC2"}) {
    EXPECT_NE(with(members, "kty", type), "") << type;
  }
  EXPECT_NE(without(members, "kty"), "");
  EXPECT_NE(with(members, "kty", json::value(nullptr)), "");
  for (const char* algorithm :
       {"ES384", "ES521", "ES224", "RS256", "HS256", "EdDSA", "none", "", "ECDH-ES"}) {
    EXPECT_NE(with(members, "alg", algorithm), "") << algorithm;
  }
  EXPECT_NE(with(members, "alg", 256), "");
  EXPECT_NE(with(members, "kid", 1), "");
  for (const char* curve : {"P-384", "P-521", "P-256K", "secp256k1", "p-256", "Ed25519", ""}) {
    EXPECT_NE(with(members, "crv", curve), "") << curve;
  }
  for (const char* text : {"", "[]", "null", "\"key\"", "{", R"({"kty":"EC","kty":"EC"})"}) {
    EXPECT_FALSE(Jwk::parse(text)) << text;
  }
}

TEST(Jwk, RefusesPointsThatAreNotOnTheCurve) {
  for (const Algorithm algorithm : {Algorithm::kES256, Algorithm::kES384, Algorithm::kES512}) {
    const json::object members = public_members_of(algorithm);
    EXPECT_EQ(why_refused(members), "");
    EXPECT_NE(with(members, "y", flipped(members, "y", 20)), "");
    EXPECT_NE(with(members, "x", flipped(members, "x", 20)), "");
    const std::string x = *base64url_decode(members.at("x").as_string());
    const std::string zero = base64url_encode(std::string(x.size(), '\0'));
    json::object origin = members;
    origin["x"] = zero;
    origin["y"] = zero;
    EXPECT_NE(why_refused(origin), "");
    EXPECT_NE(with(members, "x", base64url_encode('\0' + x)), "");
    EXPECT_NE(with(members, "x", base64url_encode(x.substr(1))), "");
    EXPECT_NE(with(members, "x", base64url_encode(x) + "="), "");
    EXPECT_NE(without(members, "y"), "");
  }
}

TEST(Jwk, RefusesPrivateHalvesOfOtherKeys) {
  for (const Algorithm algorithm : {Algorithm::kES256, Algorithm::kEdDSA, Algorithm::kPS256}) {
    const json::object members = members_of(algorithm);
    EXPECT_NE(with(members, "d", flipped(members, "d", 17)), "") << algorithm_name(algorithm);
    EXPECT_NE(with(members, "d", ""), "");
  }
  const json::object rsa = members_of(Algorithm::kPS256);
  EXPECT_NE(without(rsa, "qi"), "") << "CRT parameters are required";
  for (const char* part : {"d", "p", "q", "dp", "dq", "qi"}) {
    EXPECT_NE(with(rsa, part, flipped(rsa, part, 40)), "") << part;
  }
  EXPECT_NE(with(rsa, "oth", json::array{}), "");
  const json::object ec = members_of(Algorithm::kES256);
  EXPECT_NE(with(ec, "d", base64url_encode(std::string(32, '\0'))), "");
  EXPECT_NE(with(ec, "d", base64url_encode(std::string(32, '\xff'))), "");
}

TEST(Jwk, RefusesWeakRsa) {
  const json::object members = public_members_of(Algorithm::kRS256);
  EXPECT_EQ(with(members, "e", "AQAB"), "");
  // 1, 3, 17, 65536, 65539 << 64, zero and a leading zero byte.
  for (const char* exponent :
       {"AQ", "Aw", "EQ", "AQAA", "AQADAAAAAAAAAAE", "AA", "AAEAAQ", "AQAB="}) {
    EXPECT_NE(with(members, "e", exponent), "") << exponent;
  }
  const std::string n = *base64url_decode(members.at("n").as_string());
  EXPECT_NE(with(members, "n", base64url_encode(n.substr(128))), "") << "1024 bits";
  EXPECT_NE(with(members, "n", base64url_encode(std::string(1025, '\xff'))), "") << "8200 bits";
  std::string even = n;
  even.back() = static_cast<char>(even.back() & 0xfe);
  EXPECT_NE(with(members, "n", base64url_encode(even)), "");
  EXPECT_NE(with(members, "n", base64url_encode('\0' + n)), "");
  // 3 * (2^2048 - 1) / 3: a tiny factor.
  EXPECT_NE(with(members, "n", base64url_encode(std::string(256, '\xff'))), "");
}

TEST(Jwk, RefusesSmallOrderPointsOfEd25519) {
  const json::object members = public_members_of(Algorithm::kEdDSA);
  const std::string high_zero(31, '\0');
  EXPECT_NE(with(members, "x", base64url_encode(std::string(32, '\0'))), "");
  EXPECT_NE(with(members, "x", base64url_encode('\x01' + high_zero)), "");
  EXPECT_NE(with(members, "x", base64url_encode('\x01' + std::string(30, '\0') + '\x80')), "");
  EXPECT_NE(with(members, "x", base64url_encode(std::string(31, '\1'))), "");
  EXPECT_NE(with(members, "crv", "X25519"), "");
  EXPECT_NE(with(members, "crv", "Ed448"), "");
}

TEST(Jwk, HmacKeysAreAtLeastAsLongAsTheirHash) {
  const auto refused = [](std::size_t size, const char* algorithm) {
    json::object members{{"kty", "oct"}, {"k", base64url_encode(std::string(size, 'k'))}};
    if (algorithm != nullptr) members["alg"] = algorithm;
    return !why_refused(members).empty();
  };
  EXPECT_TRUE(refused(0, nullptr));
  EXPECT_TRUE(refused(31, nullptr));
  EXPECT_FALSE(refused(32, nullptr));
  EXPECT_TRUE(refused(31, "HS256"));
  EXPECT_TRUE(refused(47, "HS384"));
  EXPECT_FALSE(refused(48, "HS384"));
  EXPECT_TRUE(refused(63, "HS512"));
  EXPECT_FALSE(refused(64, "HS512"));
  EXPECT_TRUE(refused(32, "A256KW"));
  EXPECT_TRUE(refused(32, "A256GCM"));
}

TEST(Jwk, FromHmacSecretFitsWhatItIsLongEnoughFor) {
  EXPECT_FALSE(Jwk::from_hmac_secret(Secret("short"), "dev"));
  const auto key = Jwk::from_hmac_secret(Secret(std::string(48, 's')), "dev");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->kid(), "dev");
  EXPECT_TRUE(key->fits(Algorithm::kHS256));
  EXPECT_TRUE(key->fits(Algorithm::kHS384));
  EXPECT_FALSE(key->fits(Algorithm::kHS512));
  EXPECT_FALSE(key->fits(Algorithm::kRS256));
  EXPECT_EQ(key->public_jwk(), R"({"kty":"oct","kid":"dev","use":"sig"})");
}

TEST(Jwk, ErrorsNeverQuoteKeyMaterial) {
  json::object members = members_of(Algorithm::kES256);
  members["d"] = flipped(members, "d", 3);
  const std::string d(members.at("d").as_string());
  EXPECT_EQ(why_refused(members).find(d), std::string::npos);
}

TEST(JwkSet, SkipsByNameWhatIsNotForSignatures) {
  json::object enc = public_members_of(Algorithm::kRS256);
  enc["use"] = "enc";
  json::object unknown = public_members_of(Algorithm::kES256);
  unknown["crv"] = "secp256k1";
  unknown["kid"] = "k2";
  json::object good = public_members_of(Algorithm::kES256);
  const auto set =
      JwkSet::parse(json::serialize(json::object{{"keys", {enc, unknown, good}}, {"more", 1}}));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->keys().size(), 1U);
  ASSERT_EQ(set->skipped().size(), 2U);
  EXPECT_EQ(set->skipped()[0], "keys[0]: \"use\" is not \"sig\"");
  EXPECT_EQ(set->skipped()[1], "keys[1]: \"crv\" \"secp256k1\" is not supported");
}

TEST(JwkSet, RefusesAmbiguousAndMixedSets) {
  const json::object ec = public_members_of(Algorithm::kES256);
  json::object ed = public_members_of(Algorithm::kEdDSA);
  const json::object oct = members_of(Algorithm::kHS256);
  const auto parses = [](const json::array& keys) {
    return JwkSet::parse(json::serialize(json::object{{"keys", keys}})).has_value();
  };
  EXPECT_TRUE(parses({}));
  EXPECT_TRUE(parses({ec, ed})) << "different types may share a kid (RFC 7517 section 4.5)";
  EXPECT_FALSE(parses({ec, ec}));
  json::object broken = ec;
  broken["x"] = "AAAA";
  EXPECT_FALSE(parses({ec, broken})) << "a broken twin must not hide the ambiguity";
  json::object enc = ec;
  enc["use"] = "enc";
  EXPECT_TRUE(parses({ec, enc})) << "a key for encryption may share the kid";
  EXPECT_FALSE(parses({ec, oct}));
  EXPECT_FALSE(parses({oct, ed}));
  EXPECT_FALSE(parses({ec, 1}));
  EXPECT_FALSE(parses(json::array(101, ec)));
  for (const char* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":null})"}) {
    EXPECT_FALSE(JwkSet::parse(text)) << text;
  }
}

TEST(JwkSet, PublishesOnlyPublicHalves) {
  const auto ec = Jwk::parse(json::serialize(members_of(Algorithm::kES256)));
  const auto oct = Jwk::parse(json::serialize(members_of(Algorithm::kHS256)));
  ASSERT_TRUE(ec && oct);
  const std::string text = JwkSet({*ec, *oct}).public_jwks();
  EXPECT_EQ(text, "{\"keys\":[" + ec->public_jwk() + "]}");
  const auto back = JwkSet::parse(text);
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->keys().at(0).is_private());
}

}  // namespace
}  // namespace lr::crypto
