#include "crypto/digest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "base/rng.h"

namespace lr::crypto {
namespace {

std::string random_bytes(Rng& rng, std::size_t size) {
  std::string out(size, '\0');
  rng.fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

TEST(Digest, Sha256MatchesFips180Vectors) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, HmacMatchesRfc4231) {
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'),
                            "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Digest, HmacMatchesTheGitHubWebhookExample) {
  EXPECT_EQ(hex(hmac_sha256("It's a Secret to Everybody", "Hello, World!")),
            "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
}

TEST(Digest, HmacWithAnEmptyKeyDoesNotKeepTheKeyOfAnotherCall) {
  const std::string empty_key = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  EXPECT_EQ(hex(hmac_sha256("", "")), empty_key);
  (void)hmac_sha256("another key", "");
  EXPECT_EQ(hex(hmac_sha256("", "")), empty_key);
  EXPECT_EQ(hex(hmac_sha256(std::string_view(), std::string_view())), empty_key);
}

TEST(Digest, IsTheSameFromManyThreads) {
  std::vector<std::thread> threads;
  std::array<bool, 4> right{};
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&right, t] {
      const std::string message(t + 1, 'm');
      const Sha256 digest = sha256(message);
      const Sha256 mac = hmac_sha256(message, message);
      bool same = true;
      for (int i = 0; i < 500; ++i) {
        same = same && sha256(message) == digest && hmac_sha256(message, message) == mac;
      }
      right[t] = same;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(std::ranges::all_of(right, [](bool ok) { return ok; }));
}

TEST(Hex, RoundTripsAndRefusesNoise) {
  EXPECT_EQ(hex(std::string_view("\x00\xff\x10", 3)), "00ff10");
  EXPECT_EQ(unhex("00Ff10"), std::string("\x00\xff\x10", 3));
  EXPECT_EQ(unhex(""), "");
  for (const char* bad : {"0", "0g", " 00", "0x00", "00 "}) EXPECT_EQ(unhex(bad), std::nullopt);
}

TEST(Base64, MatchesRfc4648Section10) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64_encode(plain), coded);
    EXPECT_EQ(base64_decode(coded), plain);
    std::string bare(coded);
    std::erase(bare, '=');
    EXPECT_EQ(base64url_encode(plain), bare);
    EXPECT_EQ(base64url_decode(bare), plain);
  }
}

TEST(Base64, UsesTheRightAlphabetEach) {
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64url_decode("+/8"), std::nullopt);
  EXPECT_EQ(base64_decode("-_8="), std::nullopt);
}

TEST(Base64, RefusesEverySecondSpelling) {
  // Padding, one left-over character, non-zero trailing bits, whitespace, other characters, NUL.
  for (const std::string bad : {"Zg==", "Zg=", "Z", "Zh", "Zm9", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9*",
                                "Zm9v=", "====", "Zm9vY"}) {
    EXPECT_EQ(base64url_decode(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(base64url_decode(std::string_view("Zm9\0", 4)), std::nullopt);
  for (const std::string bad : {"Zg", "Zg=", "Zh==", "Zm9=", "=", "====", "Z===", "Zg==\n",
                                "Zg==Zg==", "Zm9v====", "Z=g="}) {
    EXPECT_EQ(base64_decode(bad), std::nullopt) << bad;
  }
}

TEST(Base64, RoundTripsRandomBytesAndEverySpellingIsUnique) {
  SeededRng rng(7);
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string bytes = random_bytes(rng, size);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    const std::string noise = random_bytes(rng, size % 9);
    if (const auto decoded = base64url_decode(noise)) {
      EXPECT_EQ(base64url_encode(*decoded), noise);
    }
  }
}

TEST(ConstantTimeEqual, ComparesLikeEquality) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
  EXPECT_FALSE(constant_time_equal("", "a"));
}

}  // namespace
}  // namespace lr::crypto
