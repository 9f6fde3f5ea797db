#include "text/url.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace lr::text {
namespace {

TEST(Url, SplitsAndNormalises) {
  auto url = parse_url("HTTPS://Chat.Example:8443/v1/x?a=b");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "chat.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/v1/x?a=b");
  EXPECT_EQ(url->str(), "https://chat.example:8443/v1/x?a=b");
  EXPECT_EQ(url->authority(), "chat.example:8443");
}

TEST(Url, LeavesOutDefaultPorts) {
  EXPECT_EQ(parse_url("http://a.example:80")->str(), "http://a.example/");
  EXPECT_EQ(parse_url("https://a.example:443?x")->str(), "https://a.example/?x");
  EXPECT_EQ(parse_url("http://a.example:443/")->origin(), "http://a.example:443");
}

TEST(Url, KnowsAddresses) {
  auto url = parse_url("http://[2001:DB8:0:0::1]:8080/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->authority(), "[2001:db8::1]:8080");
  EXPECT_EQ(parse_url("http://127.0.0.1")->host, "127.0.0.1");
}

TEST(Url, RefusesEverythingElse) {
  for (std::string_view text : {"",
                                "http",
                                "http:",
                                "http:/a",
                                "ftp://a.example",
                                "javascript:alert(1)",
                                "//a.example",
                                "http://",
                                "http:///x",
                                "http://:80",
                                "http://user@a.example",
                                "http://a:b@a.example/",
                                "http://a.example/#f",
                                "http://a.example\\@b.example",
                                "http://a.example:0",
                                "http://a.example:65536",
                                "http://a.example:",
                                "http://a.example:+1",
                                "http://a.example:8 0",
                                "http://a b.example",
                                "http://a.example/x y",
                                "http://a.example/\n",
                                "http://\xc3\xa9.example",
                                "http://a..example",
                                "http://.example",
                                "http://a.example.",
                                "http://127.1",
                                "http://0x7f.1",
                                "http://2130706433",
                                "http://a.0x1f",
                                "http://01.2.3.4",
                                "http://1.2.3.256",
                                "http://[::1",
                                "http://[::1]x",
                                "http://[1.2.3.4]",
                                "http://[fe80::1%25eth0]",
                                "http://::1/",
                                "http://a%2eexample",
                                "http://a.example:99999999999"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
  EXPECT_FALSE(parse_url("http://" + std::string(64, 'a') + ".example"));
  EXPECT_FALSE(parse_url("http://a.example/" + std::string(limits::kRequestLineBytes, 'a')));
}

TEST(Percent, DecodesWhatIsWellFormedAndKeepsTheRest) {
  EXPECT_EQ(percent_decode("%41%6a%2F"), "Aj/");
  EXPECT_EQ(percent_decode("%"), "%");
  EXPECT_EQ(percent_decode("%4"), "%4");
  EXPECT_EQ(percent_decode("%4g%zz%%41"), "%4g%zz%A");
}

TEST(Percent, EncodedSegmentDecodesToItselfAndIsCanonical) {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  EXPECT_EQ(percent_decode(percent_encode_segment(all)), all);
  EXPECT_EQ(percent_encode_segment("a/b c"), "a%2Fb%20c");
  EXPECT_EQ(percent_encode_segment(".."), "%2E%2E");
  EXPECT_EQ(percent_encode_segment("a..b"), "a..b");
}

TEST(Query, KeepsOrderAndRepetition) {
  auto query = parse_query("a=1&b=x+y%20z&&a=2&c&=d&e=f=g");
  ASSERT_EQ(query.size(), 6u);
  EXPECT_EQ(query[0].name, "a");
  EXPECT_EQ(query[1].value, "x y z");
  EXPECT_EQ(query[2].value, "2");
  EXPECT_EQ(query[3].name, "c");
  EXPECT_EQ(query[3].value, "");
  EXPECT_EQ(query[4].name, "");
  EXPECT_EQ(query[5].value, "f=g");
  EXPECT_TRUE(parse_query("").empty());
}

}  // namespace
}  // namespace lr::text
