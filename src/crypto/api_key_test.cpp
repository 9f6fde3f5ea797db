#include "crypto/api_key.h"

#include <gtest/gtest.h>

#include <set>

namespace lr::crypto {
namespace {

TEST(ApiKey, GeneratedKeysLookLikeKeysAndDiffer) {
  SeededRng rng(1);
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const Secret key = generate_api_key(rng);
    EXPECT_EQ(key.expose().size(), 53U);
    EXPECT_TRUE(looks_like_api_key(key.expose()));
    seen.insert(std::string(key.expose()));
  }
  EXPECT_EQ(seen.size(), 200U);
}

TEST(ApiKey, AnyChangedCharacterIsNoticed) {
  SeededRng rng(2);
  const std::string key(generate_api_key(rng).expose());
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string other = key;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(looks_like_api_key(other)) << i;
  }
  EXPECT_FALSE(looks_like_api_key(key + "A"));
  EXPECT_FALSE(looks_like_api_key(key.substr(0, key.size() - 1)));
  EXPECT_FALSE(looks_like_api_key(""));
}

TEST(ApiKey, HashHasTheFormOfTheContract) {
  EXPECT_EQ(hash_api_key("abc"),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto parsed = parse_api_key_hash(hash_api_key("abc"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, sha256("abc"));
}

TEST(ApiKey, OtherHashFormsAreRefused) {
  const std::string digest = hash_api_key("abc").substr(7);
  for (const std::string& bad :
       {digest, "sha512:" + digest, "SHA256:" + digest, "sha256:" + digest + "00",
        "sha256:" + digest.substr(2), "sha256: " + digest, std::string("sha256:"),
        "sha256:" + digest.substr(1) + "g", std::string()}) {
    EXPECT_EQ(parse_api_key_hash(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace lr::crypto
