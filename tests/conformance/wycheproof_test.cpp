// The JOSE vectors of Wycheproof, from the folder $CONFORMANCE/wycheproof: nothing invalid is
// accepted, everything valid is accepted or refused by the name of what is not supported.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "crypto/jws.h"
#include "text/json.h"

namespace lr::crypto {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// All of them: the key alone must decide, as with the most careless caller.
constexpr std::array kAllAlgorithms = {
    Algorithm::kRS256, Algorithm::kRS384, Algorithm::kRS512, Algorithm::kPS256, Algorithm::kPS384,
    Algorithm::kPS512, Algorithm::kES256, Algorithm::kES384, Algorithm::kES512, Algorithm::kEdDSA,
    Algorithm::kHS256, Algorithm::kHS384, Algorithm::kHS512};

/// Valid vectors that are refused although the algorithm is supported, and why that is right.
const std::map<std::string, const char*, std::less<>> kStricter = {
    {"json_web_signature_test 346", "PS384 with a key pinned to PS256 (RFC 8725 section 3.1)"},
    {"json_web_signature_test 350", "PS384 with a key pinned to PS256 (RFC 8725 section 3.1)"},
    {"json_web_signature_test 372", "\"?\" in base64url (RFC 7515 section 2)"},
    {"json_web_signature_test 373", "\"?\" in base64url (RFC 7515 section 2)"},
};

struct Tally {
  int accepted = 0;       ///< Valid and accepted.
  int refused = 0;        ///< Invalid and refused.
  int contradictory = 0;  ///< Invalid, but the same text is valid elsewhere in its group.
  int wrong = 0;
  std::map<std::string, int> stricter;
  std::map<std::string, int> unsupported;  ///< Valid vectors by what is not supported.
};

/// The JSON serialisations of tokens are objects; they are tried as text.
std::string text_of(const json::value& value) {
  if (!value.is_string()) return json::serialize(value);
  return {value.get_string().data(), value.get_string().size()};
}

json::value read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  auto value = text::parse_json(text.str());
  EXPECT_TRUE(value) << path << ": " << (value ? "" : value.error().detail());
  return value ? *std::move(value) : json::value();
}

/// One key, or a set of them.
Result<JwkSet> load_keys(const json::object& group) {
  const json::value* keys = group.if_contains("public");
  if (keys == nullptr) keys = &group.at("private");
  if (keys->get_object().contains("keys")) return JwkSet::parse(json::serialize(*keys));
  LR_TRY(Jwk key, Jwk::parse(json::serialize(*keys)));
  return JwkSet({std::move(key)});
}

/// "" when the token is accepted, otherwise why not.
std::string verdict(const Result<JwkSet>& keys, const std::string& token) {
  const auto jws = split_jws(token);
  if (!keys) return "key: " + keys.error().detail();
  if (!jws) return jws.error().detail();
  const auto verified = verify_jws(*jws, *keys, kAllAlgorithms);
  if (verified) return {};
  if (keys->keys().empty() && !keys->skipped().empty()) return "key: " + keys->skipped().front();
  return verified.error().detail();
}

bool is_valid_elsewhere(const json::array& tests, const std::string& token) {
  for (const json::value& test : tests) {
    if (test.at("result") == "valid" && text_of(test.at("jws")) == token) return true;
  }
  return false;
}

void run_test(const std::string& name, const json::object& test, const json::object& group,
              Tally& tally) {
  const bool valid = test.at("result") == "valid";
  const bool encrypted = test.contains("jwe");
  const std::string token = text_of(test.at(encrypted ? "jwe" : "jws"));
  const std::string why = verdict(load_keys(group), token);
  if (valid && why.empty()) {
    ++tally.accepted;
  } else if (!valid && !why.empty()) {
    ++tally.refused;
  } else if (!valid && is_valid_elsewhere(group.at("tests").as_array(), token)) {
    ++tally.contradictory;
  } else if (valid && encrypted) {
    ++tally.unsupported["JWE (" + why + ")"];
  } else if (valid && kStricter.contains(name)) {
    ++tally.stricter[kStricter.find(name)->second];
  } else if (valid && why.find("not supported") != std::string::npos) {
    ++tally.unsupported[why];
  } else {
    ++tally.wrong;
    ADD_FAILURE() << name << " (" << text_of(test.at("comment")) << ") is "
                  << (valid ? "valid, refused: " + why : "invalid, accepted");
  }
}

Tally run_file(const fs::path& path) {
  Tally tally;
  const json::value document = read_json(path);
  for (const json::value& group : document.at("testGroups").as_array()) {
    for (const json::value& test : group.at("tests").as_array()) {
      const std::string name =
          fmt::format("{} {}", path.stem().string(), test.at("tcId").to_number<int>());
      run_test(name, test.get_object(), group.get_object(), tally);
    }
  }
  return tally;
}

TEST(Wycheproof, NothingInvalidIsAcceptedAndNothingSupportedIsRefused) {
  const char* root = std::getenv("CONFORMANCE");
  const fs::path suite = fs::path(root == nullptr ? "" : root) / "wycheproof";
  if (root == nullptr || !fs::exists(suite)) {
    fmt::print("Wycheproof JOSE: NOT RUN, set CONFORMANCE to a folder with wycheproof\n");
    return;
  }
  for (const char* file :
       {"json_web_signature_test", "json_web_key_test", "json_web_crypto_test"}) {
    const Tally tally = run_file(suite / (std::string(file) + ".json"));
    fmt::print("Wycheproof {}: {} valid accepted, {} invalid refused, {} wrong\n", file,
               tally.accepted, tally.refused, tally.wrong);
    for (const auto& [why, count] : tally.unsupported) {
      fmt::print("  valid, refused as not supported: {} [{}]\n", why, count);
    }
    for (const auto& [why, count] : tally.stricter) {
      fmt::print("  valid, refused on purpose: {} [{}]\n", why, count);
    }
    if (tally.contradictory > 0) {
      fmt::print("  marked invalid, but the same text as a valid vector [{}]\n",
                 tally.contradictory);
    }
    EXPECT_EQ(tally.wrong, 0);
    EXPECT_GT(tally.accepted, 0);
    EXPECT_GT(tally.refused, 0);
  }
}

}  // namespace
}  // namespace lr::crypto
