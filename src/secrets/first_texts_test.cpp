#include "secrets/first_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lr::secrets {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> of(std::string_view pattern) {
  return first_texts(*parse_pattern(pattern));
}

TEST(FirstTexts, AreWhatEveryMatchBeginsWith) {
  EXPECT_THAT(of("\\bsk_[0-9a-f]{32}"), ElementsAre("sk_"));
  EXPECT_THAT(of("\\b(?:web|app|ss)_[0-9a-f]{64}\\b"), ElementsAre("app_", "ss_", "web_"));
  EXPECT_THAT(of("\\b((?:sk|testsk)_[0-9A-Za-z]{32})"), ElementsAre("sk_", "testsk_"));
  EXPECT_THAT(of("configuration-[0-9]{4}"), ElementsAre("configur"));
  EXPECT_THAT(of("a(?i)b[xy]z[0-9]"),
              ElementsAre("aBXZ", "aBXz", "aBYZ", "aBYz", "aBxZ", "aBxz", "aByZ", "aByz", "abXZ",
                          "abXz", "abYZ", "abYz", "abxZ", "abxz", "abyZ", "abyz"));
}

TEST(FirstTexts, StopWhereCopiesMayBeMissing) {
  EXPECT_THAT(of("abc?def[0-9]{9}"), ElementsAre("abcdef", "abdef"));
  EXPECT_THAT(of("abcx*yz"), ElementsAre("abc"));
  EXPECT_THAT(of("a{3,5}b"), ElementsAre("aaa"));
  EXPECT_THAT(of("(?:ab){3}c[0-9]"), ElementsAre("abababc"));
}

TEST(FirstTexts, NoneBeginsWithAnother) { EXPECT_THAT(of("abcd?e?[0-9]"), ElementsAre("abc")); }

TEST(FirstTexts, AreNoneWhenTooShortOrTooMany) {
  EXPECT_THAT(of("ab[0-9]*"), IsEmpty());
  EXPECT_THAT(of("a?b?c?"), IsEmpty());
  EXPECT_THAT(of("[0-9a-f]{32}"), IsEmpty());
  EXPECT_THAT(of("ab[0-9a-f]{32}"), SizeIs(16));
}

}  // namespace
}  // namespace lr::secrets
