#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/rng.h"
#include "text/url.h"

namespace lr::text {
namespace {

std::string canonical(std::string_view target) {
  CanonicalTarget out;
  auto result = canonicalize_target(target, out);
  if (!result) {
    EXPECT_EQ(result.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(result.error().origin(), Origin::kClient);
    return "refused";
  }
  return out.str();
}

TEST(CanonicalTarget, KeepsPlainTargets) {
  for (std::string_view target :
       {"/", "/a", "/v1/conversations/7f0c", "/a/b?x=1&y=%20", "/?", "/a?", "/~u/a-b_c.d",
        "/x.json", "/a@b:c,d!e$f&g'h(i)j*k+l=m", "/a?b=/../c;d|{e}"}) {
    EXPECT_EQ(canonical(target), target);
  }
}

TEST(CanonicalTarget, SplitsSegments) {
  CanonicalTarget out;
  ASSERT_TRUE(canonicalize_target("/v1/a%62c/d?q=1", out));
  EXPECT_EQ(out.segments, (std::vector<std::string_view>{"v1", "abc", "d"}));
  EXPECT_EQ(out.query, "q=1");
  ASSERT_TRUE(canonicalize_target("/", out));
  EXPECT_TRUE(out.segments.empty());
  EXPECT_FALSE(out.has_query);
  EXPECT_EQ(out.query, "");
}

TEST(CanonicalTarget, DecodesUnreservedAndPutsTheOthersInUpperCase) {
  EXPECT_EQ(canonical("/%61%7e%2D%5f%41"), "/a~-_A");
  EXPECT_EQ(canonical("/a%3fb%23c%3a"), "/a%3Fb%23c%3A");
  EXPECT_EQ(canonical("/caf%c3%a9"), "/caf%C3%A9");
  EXPECT_EQ(canonical("/%F0%9F%98%80x"), "/%F0%9F%98%80x");
  EXPECT_EQ(canonical("/a%20b"), "/a%20b");
}

// The path forms with which people walk around access rules (all that are decided by the target).
TEST(CanonicalTarget, PathTricksAreRefusedOrHarmless) {
  for (std::string_view trick : {"/admin/",
                                 "//admin",
                                 "/./admin",
                                 "/admin/.",
                                 "/%2e/admin",
                                 "/%2E%2e/admin",
                                 "/a/../admin",
                                 "/a/%2e./admin",
                                 "/admin%2f",
                                 "/admin%2F..",
                                 "/admin%252f",
                                 "/%2561dmin%25",
                                 "/admin;a=b",
                                 "/admin%3ba=b",
                                 "/admin..;/",
                                 "/..;/admin",
                                 "/a/..;/admin",
                                 "\\admin",
                                 "/a\\admin",
                                 "/admin%5c",
                                 "/admin%5C..",
                                 "/admin%00",
                                 "/admin%00.css",
                                 "/admin%0a",
                                 "/admin%0d%0aX:1",
                                 "/admin%09",
                                 "/admin%20",
                                 "/%20admin",
                                 "/admin#",
                                 "/admin#/x",
                                 "/...",
                                 "/a//b",
                                 "/%c0%af",
                                 "/%c0%ae%c0%ae/admin",
                                 "/%e0%80%af",
                                 "/%f0%80%80%af",
                                 "/%ef%bc%8fadmin",
                                 "/%ef%bc%a1dmin",
                                 "/%e2%88%95",
                                 "/%ed%a0%80",
                                 "/%f5%80%80%80",
                                 "/%ff",
                                 "/%c3",
                                 "/%c3x%a9",
                                 "/admin%",
                                 "/admin%4",
                                 "/admin%zz",
                                 "/admin%u0041",
                                 "/adm\xc3\xadn",
                                 "/ad min",
                                 "/ad\tmin",
                                 "/a\"b",
                                 "/a<b",
                                 "/a^b",
                                 "/a`b",
                                 "/a|b",
                                 "/a{b}",
                                 "/%7f",
                                 "http://host/admin",
                                 "https://host",
                                 "admin",
                                 "*",
                                 "",
                                 "?x",
                                 "host:443"}) {
    EXPECT_EQ(canonical(trick), "refused") << trick;
  }
  // These reach the router as names of their own, which no contract lists.
  for (std::string_view name : {"/ADMIN", "/Admin", "/admin.json", "/admin.css", "/admin/*",
                                "/admin?", "/admin..", "/admin~"}) {
    EXPECT_EQ(canonical(name), name);
  }
}

TEST(CanonicalTarget, QueryIsKeptAsReceivedButChecked) {
  for (std::string_view bad :
       {"/a?b c", "/a?\x01", "/a?%", "/a?%4", "/a?%gg", "/a?x#y", "/a?\xc3\xa9", "/a?\x7f"}) {
    EXPECT_EQ(canonical(bad), "refused") << bad;
  }
  EXPECT_EQ(canonical("/a?%2e%2F?/=&&"), "/a?%2e%2F?/=&&");
}

TEST(CanonicalTarget, SegmentsAreBounded) {
  std::string target;
  for (std::size_t i = 0; i < limits::kPathSegments; ++i) target += "/a";
  EXPECT_EQ(canonical(target), target);
  EXPECT_EQ(canonical(target + "/a"), "refused");
  EXPECT_EQ(canonical("/" + std::string(limits::kRequestLineBytes, 'a')), "refused");
}

TEST(CanonicalTarget, EveryRawByteIsDecided) {
  const std::string_view plain = "-._~!$&'()*+,=:@/?";
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const std::string target = std::string("/a") + byte + "b";
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool ok = letter || (c != 0 && plain.find(byte) != std::string_view::npos);
    EXPECT_EQ(canonical(target), ok ? target : "refused") << c;
  }
}

TEST(CanonicalTarget, IsIdempotentAndItsSegmentsSpellThePath) {
  SeededRng rng(1);
  constexpr std::string_view kPieces[] = {"/", "a", "%61", "%2e", ".",  "%2F", "%c3%a9", "?",
                                          "=", ";", "%20", "b-",  "..", "%25", "%C3",    "%3f"};
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string target = "/";
    for (std::uint64_t i = rng.below(8); i > 0; --i) target += kPieces[rng.below(16)];
    CanonicalTarget once;
    if (!canonicalize_target(target, once)) continue;
    ++accepted;
    std::string joined;
    for (std::string_view segment : once.segments) joined.append("/").append(segment);
    ASSERT_EQ(joined.empty() ? "/" : joined, once.path);
    ASSERT_EQ(canonical(once.str()), once.str()) << target;
    ASSERT_EQ(percent_decode(once.path), percent_decode(target.substr(0, target.find('?'))));
  }
  EXPECT_GT(accepted, 1'000);
}

}  // namespace
}  // namespace lr::text
