#include "domain/network.h"

#include <gtest/gtest.h>

#include "domain/zone.h"

namespace lr::domain {
namespace {

text::IpAddress ip(std::string_view text) { return *text::parse_ip(text); }

TEST(Network, AWellKnownPortMayStandForAnother) {
  Zone zone;
  const Network network{.resolver = zone, .ports = {{443, 8443}}};
  EXPECT_EQ(network.port(443), 8443);
  EXPECT_EQ(network.port(25), 25);
  EXPECT_EQ(network.endpoint(ip("127.0.80.1"), 443).str(), "127.0.80.1:8443");
}

TEST(Network, LoopbackAddressesAreTheServersOfALaboratoryAndNobodysElsewhere) {
  Zone zone;
  const Network world{.resolver = zone};
  const Network laboratory{.resolver = zone, .ports = {{53, 5353}}};
  EXPECT_TRUE(world.is_loopback(ip("127.0.80.1")));
  EXPECT_FALSE(laboratory.is_loopback(ip("127.0.80.1")));
  for (const char* own : {"127.0.0.1", "::1"}) {
    EXPECT_TRUE(world.is_loopback(ip(own))) << own;
    EXPECT_TRUE(laboratory.is_loopback(ip(own))) << own;
  }
  for (const char* other : {"192.0.2.1", "2001:db8::1", "10.0.0.1"}) {
    EXPECT_FALSE(world.is_loopback(ip(other))) << other;
    EXPECT_FALSE(laboratory.is_loopback(ip(other))) << other;
  }
}

}  // namespace
}  // namespace lr::domain
