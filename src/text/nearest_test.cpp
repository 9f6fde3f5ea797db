#include "text/nearest.h"

#include <gtest/gtest.h>

#include <string>

namespace lr::text {
namespace {

constexpr std::string_view kKeys[] = {"routes", "roles", "origins", "limits", "id", "per_user"};

TEST(Nearest, FindsTypingMistakes) {
  EXPECT_EQ(nearest("route", kKeys), "routes");
  EXPECT_EQ(nearest("ruotes", kKeys), "routes");
  EXPECT_EQ(nearest("orgins", kKeys), "origins");
  EXPECT_EQ(nearest("limmits", kKeys), "limits");
  EXPECT_EQ(nearest("di", kKeys), "id");
  EXPECT_EQ(nearest("per-user", kKeys), "per_user");
  EXPECT_EQ(nearest("roles", kKeys), "roles");
}

TEST(Nearest, IsSilentWhenNothingIsClose) {
  EXPECT_EQ(nearest("webhooks", kKeys), "");
  EXPECT_EQ(nearest("", kKeys), "");
  EXPECT_EQ(nearest("xy", kKeys), "");
  EXPECT_EQ(nearest("routes", {}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'a'), kKeys), "");
}

TEST(Nearest, PrefersTheClosest) {
  constexpr std::string_view kClose[] = {"abcdxx", "abcdex", "abcdef"};
  EXPECT_EQ(nearest("abcdeg", kClose), "abcdex");
  EXPECT_EQ(nearest("abcdef", kClose), "abcdef");
}

}  // namespace
}  // namespace lr::text
