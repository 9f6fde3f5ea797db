#include "domain/idn.h"

#include <gtest/gtest.h>

#include "domain/zone.h"

namespace lr::domain {
namespace {

TEST(Idn, NamesBecomeALabels) {
  EXPECT_EQ(*to_ascii_name("Acme.Example."), "acme.example");
  EXPECT_EQ(*to_ascii_name("B\u00fccher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(*to_ascii_name("xn--bcher-kva.example"), "xn--bcher-kva.example");
  EXPECT_EQ(*to_ascii_name("fa\u00df.example"), "xn--fa-hia.example") << "nontransitional";
  EXPECT_EQ(*to_ascii_name("_dmarc.acme.example"), "_dmarc.acme.example");
}

TEST(Idn, WhatIsNoNameSaysWhy) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string("a..example"), std::string(64, 'a') + ".b",
        std::string("has space.example"), std::string("a/b.example"),
        std::string("\xff\xfe.example"), std::string(5000, 'x')}) {
    const auto result = to_ascii_name(name);
    ASSERT_FALSE(result.has_value()) << name;
    EXPECT_NE(result.error().detail().find("is no domain name"), std::string::npos);
  }
}

TEST(ZoneApex, IsTheClosestNameWithAnSoa) {
  Zone zone;
  zone.add({"acme.example", RecordType::kSoa, 3600, StartOfAuthority{}});
  zone.add({"chat.acme.example", RecordType::kA, 300, *text::parse_ip("203.0.113.5")});
  EXPECT_EQ(zone_apex(zone, "chat.acme.example"), "acme.example");
  EXPECT_EQ(zone_apex(zone, "ACME.example"), "acme.example");
  EXPECT_EQ(zone_apex(zone, "other.test"), "");
  zone.set_unreachable("down.acme.example");
  EXPECT_EQ(zone_apex(zone, "down.acme.example"), "") << "nobody could say";
}

}  // namespace
}  // namespace lr::domain
