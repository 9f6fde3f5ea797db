// Our table of Mozilla's TLS guidelines 6.0 against the published file.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "domain/tls/profile.h"

namespace lr::domain::tls {
namespace {

namespace json = boost::json;

std::set<std::string> strings(const json::value& list) {
  std::set<std::string> out;
  for (const json::value& one : list.as_array()) out.emplace(one.as_string());
  return out;
}

std::set<std::string> suites(std::span<const std::uint16_t> codes) {
  std::set<std::string> out;
  for (const std::uint16_t code : codes) out.insert(suite_name(code));
  return out;
}

/// The file names P-256 and P-384 as OpenSSL does.
std::set<std::string> group_names(std::span<const std::uint16_t> codes) {
  const std::map<std::string, std::string> spelled{
      {"x25519", "X25519"}, {"secp256r1", "prime256v1"}, {"secp384r1", "secp384r1"}};
  std::set<std::string> out;
  for (const std::uint16_t code : codes) {
    const std::string name = group_name(code);
    out.insert(spelled.contains(name) ? spelled.at(name) : name);
  }
  return out;
}

int number_or_zero(const json::value& value) {
  return value.is_null() ? 0 : value.to_number<int>();
}

void compare(const Profile& ours, const json::object& file) {
  EXPECT_EQ(suites(ours.suites12), strings(file.at("ciphers").at("iana"))) << ours.name;
  EXPECT_EQ(suites(ours.suites13), strings(file.at("ciphersuites"))) << ours.name;
  EXPECT_EQ(group_names(ours.groups), strings(file.at("tls_curves"))) << ours.name;
  EXPECT_EQ(ours.dh_bits, number_or_zero(file.at("dh_param_size"))) << ours.name;
  EXPECT_EQ(ours.rsa_bits, number_or_zero(file.at("rsa_key_size"))) << ours.name;
  EXPECT_EQ(ours.lifespan_days, file.at("maximum_certificate_lifespan").to_number<int>());
  EXPECT_EQ(ours.hsts_seconds, file.at("hsts_min_age").to_number<std::int64_t>());
  EXPECT_EQ(strings(file.at("tls_versions")).contains("TLSv1.2"), ours.least == Version::kTls12);
  EXPECT_EQ(strings(file.at("certificate_types")).contains("rsa"), ours.rsa_bits > 0);
  EXPECT_FALSE(file.at("server_preferred_order").as_bool());
}

TEST(TlsProfile, IsThatOfMozilla60) {
  const char* folder = std::getenv("CONFORMANCE");
  const std::string name =
      std::string(folder == nullptr ? "" : folder) + "/tls/mozilla-guidelines-6.0.json";
  std::ifstream file(name);
  if (folder == nullptr || !file) {
    std::cout
        << "tls: the guidelines are not here (set CONFORMANCE=folder); nothing was compared\n";
    return;
  }
  std::ostringstream text;
  text << file.rdbuf();
  const json::value all = json::parse(text.str());
  const json::object& profiles = all.at("configurations").as_object();
  EXPECT_EQ(profiles.size(), 2U);
  compare(profile_of(TlsProfile::kIntermediate), profiles.at("intermediate").as_object());
  compare(profile_of(TlsProfile::kModern), profiles.at("modern").as_object());
}

}  // namespace
}  // namespace lr::domain::tls
