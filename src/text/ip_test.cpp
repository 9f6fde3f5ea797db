#include "text/ip.h"

#include <gtest/gtest.h>

namespace lr::text {
namespace {

TEST(Ip, ReadsBothFamiliesAndPrintsThemCanonically) {
  EXPECT_EQ(parse_ip("192.0.2.1")->str(), "192.0.2.1");
  EXPECT_EQ(parse_ip("2001:DB8:0:0:0:0:0:1")->str(), "2001:db8::1");
  EXPECT_EQ(parse_ip("::")->str(), "::");
  EXPECT_TRUE(parse_ip("::ffff:192.0.2.1")->is_v4());
  EXPECT_EQ(*parse_ip("::ffff:192.0.2.1"), *parse_ip("192.0.2.1"));
}

TEST(Ip, RefusesEverythingElse) {
  for (std::string_view text : {"",
                                "1",
                                "1.2.3",
                                "1.2.3.4.5",
                                "01.2.3.4",
                                "1.2.3.256",
                                "1.2.3.4 ",
                                " 1.2.3.4",
                                "1.2.3.4:80",
                                "0x7f.0.0.1",
                                "127.1",
                                "fe80::1%eth0",
                                "[::1]",
                                ":::",
                                "1::2::3",
                                "12345::",
                                "1:2:3:4:5:6:7:8:9",
                                "::1.2.3",
                                "::01.2.3.4",
                                "localhost"}) {
    EXPECT_FALSE(parse_ip(text)) << text;
  }
  EXPECT_FALSE(parse_ip(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(parse_ip(std::string(10'000, '1')));
}

TEST(Ip, LimitsCountIpv6BySubnet) {
  EXPECT_EQ(parse_ip("192.0.2.7")->limit_key(), *parse_ip("192.0.2.7"));
  EXPECT_EQ(parse_ip("2001:db8:1:2:3:4:5:6")->limit_key().str(), "2001:db8:1:2::");
}

TEST(Ip, KnowsLoopback) {
  EXPECT_TRUE(parse_ip("127.255.0.1")->is_loopback());
  EXPECT_TRUE(parse_ip("::1")->is_loopback());
  EXPECT_TRUE(parse_ip("::ffff:127.0.0.1")->is_loopback());
  EXPECT_FALSE(parse_ip("128.0.0.1")->is_loopback());
  EXPECT_FALSE(parse_ip("::")->is_loopback());
  EXPECT_FALSE(parse_ip("1::1")->is_loopback());
}

TEST(IpPrefix, ContainsExactlyItsAddresses) {
  auto ten = parse_ip_prefix("10.0.0.0/8");
  ASSERT_TRUE(ten);
  EXPECT_EQ(ten->bits, 104);
  EXPECT_TRUE(ten->contains(*parse_ip("10.255.1.2")));
  EXPECT_TRUE(ten->contains(*parse_ip("::ffff:10.1.1.1")));
  EXPECT_FALSE(ten->contains(*parse_ip("11.0.0.0")));
  auto odd = parse_ip_prefix("2001:db8::/33");
  ASSERT_TRUE(odd);
  EXPECT_TRUE(odd->contains(*parse_ip("2001:db8:7fff::1")));
  EXPECT_FALSE(odd->contains(*parse_ip("2001:db8:8000::1")));
  EXPECT_TRUE(parse_ip_prefix("192.0.2.1")->contains(*parse_ip("192.0.2.1")));
  EXPECT_FALSE(parse_ip_prefix("192.0.2.1")->contains(*parse_ip("192.0.2.2")));
  EXPECT_TRUE(parse_ip_prefix("0.0.0.0/0")->contains(*parse_ip("255.1.2.3")));
  EXPECT_FALSE(parse_ip_prefix("0.0.0.0/0")->contains(*parse_ip("::1")));
  EXPECT_TRUE(parse_ip_prefix("::/0")->contains(*parse_ip("1.2.3.4")));
}

TEST(IpPrefix, RefusesBadLengthsAndHostBits) {
  for (std::string_view text :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8x", "::/129", "/8",
        "10.0.0.0/8/8", "::/ 1", "::/99999999999"}) {
    EXPECT_FALSE(parse_ip_prefix(text)) << text;
  }
  auto host_bits = parse_ip_prefix("10.0.0.1/8");
  ASSERT_FALSE(host_bits);
  EXPECT_NE(host_bits.error().detail().find("10.0.0.0/8"), std::string::npos);
}

}  // namespace
}  // namespace lr::text
