// The RFC 7208 test suite of the SPF project: every case with its zone, against check_host().
#include "domain/mail/spf.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

#include "domain/zone.h"

namespace lr::domain {
namespace {

std::vector<std::string> strings_of(const YAML::Node& value) {
  if (value.IsScalar()) return {value.as<std::string>()};
  return value.as<std::vector<std::string>>();
}

/// One "TYPE: value" entry of the suite's zonedata.
void add_record(Zone& zone, const std::string& name, const std::string& type,
                const YAML::Node& value) {
  const auto add = [&](RecordType record_type, Rdata data) {
    zone.add({.name = name, .type = record_type, .ttl = 300, .data = std::move(data)});
  };
  if (type == "A" || type == "AAAA") {
    const auto address = text::parse_ip(value.as<std::string>());
    ASSERT_TRUE(address) << name;
    add(type == "A" ? RecordType::kA : RecordType::kAaaa, *address);
  } else if (type == "MX") {
    add(RecordType::kMx, MailExchange{value[0].as<std::uint16_t>(), value[1].as<std::string>()});
  } else if (type == "PTR") {
    add(RecordType::kPtr, HostName{value.as<std::string>()});
  } else if (type == "CNAME") {
    add(RecordType::kCname, HostName{value.as<std::string>()});
  } else if (type == "TXT") {
    add(RecordType::kTxt, Text{strings_of(value)});
  } else {
    FAIL() << "a record type that this test does not know: " << type;
  }
}

/// Records of the retired type SPF count as TXT, unless the name has TXT records of its own
/// ("TXT: NONE" is such a one).
Zone build_zone(const YAML::Node& zonedata) {
  Zone zone;
  for (const auto& entry : zonedata) {
    const auto name = entry.first.as<std::string>();
    bool has_txt = false;
    for (const auto& record : entry.second) has_txt |= record.IsMap() && record["TXT"].IsDefined();
    for (const auto& record : entry.second) {
      if (record.IsScalar()) {
        EXPECT_EQ(record.as<std::string>(), "TIMEOUT");
        zone.set_unreachable(name);
        continue;
      }
      auto type = record.begin()->first.as<std::string>();
      const YAML::Node value = record.begin()->second;
      if (type == "SPF" && has_txt) continue;
      if (type == "SPF") type = "TXT";
      if (type == "TXT" && value.IsScalar() && value.as<std::string>() == "NONE") continue;
      add_record(zone, name, type, value);
    }
  }
  return zone;
}

struct Tally {
  int cases = 0;
  int agreed = 0;
};

void run_case(Zone& zone, const std::string& id, const YAML::Node& test, Tally& tally) {
  const auto client = text::parse_ip(test["host"].as<std::string>());
  ASSERT_TRUE(client) << id;
  const SpfAnswer answer = check_host(zone, {.client = *client,
                                             .helo = test["helo"].as<std::string>(""),
                                             .mail_from = test["mailfrom"].as<std::string>("")});
  const std::vector<std::string> accepted = strings_of(test["result"]);
  const std::string got(spf_result_name(answer.result));
  ++tally.cases;
  bool agrees = std::ranges::find(accepted, got) != accepted.end();
  EXPECT_TRUE(agrees) << id << ": got " << got << " (" << answer.why << "), expected "
                      << accepted.front();
  if (const auto expected = test["explanation"].as<std::string>("DEFAULT"); expected != "DEFAULT") {
    EXPECT_EQ(answer.explanation, expected) << id;
    agrees = agrees && answer.explanation == expected;
  } else if (test["explanation"].IsDefined()) {
    EXPECT_EQ(answer.explanation, "") << id;
    agrees = agrees && answer.explanation.empty();
  }
  tally.agreed += agrees ? 1 : 0;
}

TEST(SpfSuite, EveryCaseHasAnAcceptedResult) {
  const char* folder = std::getenv("CONFORMANCE");
  const auto file =
      std::filesystem::path(folder == nullptr ? "" : folder) / "spf" / "rfc7208-tests.yml";
  if (folder == nullptr || !std::filesystem::exists(file)) {
    std::cout << "spf: the suite is not here (set CONFORMANCE=folder); nothing was compared\n";
    return;
  }
  Tally tally;
  for (const YAML::Node& scenario : YAML::LoadAllFromFile(file)) {
    Zone zone = build_zone(scenario["zonedata"]);
    for (const auto& test : scenario["tests"]) {
      run_case(zone, test.first.as<std::string>(), test.second, tally);
    }
  }
  std::cout << "spf: RFC 7208 suite: " << tally.agreed << " of " << tally.cases << " agree\n";
  EXPECT_EQ(tally.cases, 203);
}

}  // namespace
}  // namespace lr::domain
