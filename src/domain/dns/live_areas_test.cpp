// What only servers can show: delegation, signatures about to end, pages of services. With real
// name servers on the loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/dns/server_survey.h"
#include "domain/dns/testing/area_run.h"
#include "domain/testing/knot_server.h"
#include "domain/testing/nginx_server.h"
#include "domain/testing/scripted_dns.h"
#include "domain/testing/zone_signer.h"

namespace lr::domain {

extern const Area area_delegation;
extern const Area area_dnssec;
extern const Area area_names;
extern const Area area_takeover;

namespace {

using report::Severity;
using report::Status;
using ::testing::HasSubstr;

const std::string kOpen = "acl:\n  - id: open\n    address: 0.0.0.0/0\n    action: transfer\n";
const std::string kAcme =
    "@ SOA ns1 h 7 7200 900 1209600 300\n@ NS ns1\n@ NS ns2\nns1 A 127.0.0.2\nns2 A 127.0.0.3\n"
    "@ 300 A 127.0.0.2\n";
const std::string kParent =
    "@ SOA ns h 1 7200 900 1209600 300\n@ NS ns\nns A 127.0.0.4\nacme NS ns1.acme\n"
    "acme NS ns2.acme\nns1.acme A 127.0.0.2\nns2.acme A 127.0.0.3\n";
/// What the resolver answers: both zones, as if it had asked.
const std::string kResolved = kAcme +
                              "lab. SOA ns.lab. h.lab. 1 7200 900 1209600 300\n"
                              "lab. NS ns.lab.\nns.lab. A 127.0.0.4\n";

std::unique_ptr<KnotServer> knot(const std::vector<KnotZone>& zones, const KnotSettings& settings) {
  auto started = KnotServer::start(zones, settings);
  EXPECT_TRUE(started) << started.error().detail();
  return started ? std::move(*started) : nullptr;
}

AreaRun judged(const Area& area, Resolver& resolver, std::uint16_t port) {
  Subject subject{.domain = "acme.lab"};
  subject.web_hosts = {"acme.lab"};
  const Network network{
      .resolver = resolver, .now = SystemClock().wall(), .live = true, .ports = {{53, port}}};
  AreaRun run = run_area(area, subject, network);
  EXPECT_TRUE(run.silent.empty());
  return run;
}

TEST(Delegation, HealthyServersHaveNoFindings) {
  const auto servers =
      knot({{.name = "acme.lab", .text = kAcme}}, {.addresses = {"127.0.0.2", "127.0.0.3"}});
  ASSERT_NE(servers, nullptr);
  const auto parent = knot({{.name = "lab", .text = kParent}},
                           {.addresses = {"127.0.0.4"}, .port = servers->port()});
  ASSERT_NE(parent, nullptr);
  TestResolver resolver(kResolved, "acme.lab");
  const AreaRun run = judged(area_delegation, resolver, servers->port());
  for (const auto& finding : run.report.findings) {
    ADD_FAILURE() << finding.check << ' ' << finding.evidence.at(0).response;
  }
  for (const auto* check : {"no_servers", "lame", "parity", "glue", "serial", "transfer_open",
                            "recursion_open", "tcp", "edns", "timers", "alias"}) {
    EXPECT_EQ(run.status(std::string("delegation.") + check), Status::kPass) << check;
  }
  EXPECT_EQ(judged(area_names, resolver, servers->port()).status("names.ttl_short"), Status::kPass);
}

TEST(Delegation, ServersThatDisagreeAndTellTooMuch) {
  const auto first = knot({{.name = "acme.lab", .text = kAcme}}, {.addresses = {"127.0.0.2"}});
  ASSERT_NE(first, nullptr);
  std::string newer = kAcme;
  newer.replace(newer.find(" 7 "), 3, " 8 ");
  const auto second = knot({{.name = "acme.lab", .text = newer, .settings = "acl: open"}},
                           {.addresses = {"127.0.0.3"}, .port = first->port(), .sections = kOpen});
  ASSERT_NE(second, nullptr);
  std::string other = kParent;
  other.replace(other.find("ns2.acme\n"), 9, "ns3.acme\n");
  other.replace(other.find("ns1.acme A 127.0.0.2"), 20, "ns1.acme A 127.0.0.9");
  const auto parent = knot({{.name = "lab", .text = other + "ns3.acme A 127.0.0.3\n"}},
                           {.addresses = {"127.0.0.4"}, .port = first->port()});
  ASSERT_NE(parent, nullptr);
  TestResolver resolver(kResolved, "acme.lab");
  const AreaRun run = judged(area_delegation, resolver, first->port());
  const std::pair<const char*, const char*> expected[] = {
      {"delegation.serial", "ns2.acme.lab: 8"},
      {"delegation.transfer_open", "records were handed out"},
      {"delegation.parity", "ns3.acme.lab"},
      {"delegation.glue", "the parent has 127.0.0.9 for ns1.acme.lab"}};
  for (const auto& [check, text] : expected) {
    ASSERT_NE(run.finding(check), nullptr) << check;
    EXPECT_THAT(run.finding(check)->evidence.at(0).response, HasSubstr(text));
  }
  EXPECT_EQ(run.status("delegation.lame"), Status::kPass);
}

TEST(Delegation, AServerWithoutTheZoneIsLame) {
  const auto first = knot({{.name = "acme.lab", .text = kAcme}}, {.addresses = {"127.0.0.2"}});
  ASSERT_NE(first, nullptr);
  const auto second = knot({{.name = "other.lab", .text = kAcme}},
                           {.addresses = {"127.0.0.3"}, .port = first->port()});
  ASSERT_NE(second, nullptr);
  TestResolver resolver(kResolved, "acme.lab");
  const AreaRun run = judged(area_delegation, resolver, first->port());
  ASSERT_NE(run.finding("delegation.lame"), nullptr);
  EXPECT_EQ(run.finding("delegation.lame")->evidence.at(0).response, "REFUSED");
  EXPECT_EQ(run.status("delegation.no_servers"), Status::kPass);
  EXPECT_EQ(run.status("delegation.parity"), Status::kInconclusive);  // No parent to ask.
}

/// Answers everything itself, also for others, and ignores EDNS; hangs up on TCP.
std::string talk(const ScriptedQuestion& question) {
  if (question.tcp) return "";
  const std::string soa = wire_name("ns1") + wire_name("h") + std::string(20, '\1');
  return scripted_answer(question, std::string("\x84\x80", 2),
                         {scripted_record(question.name, question.type, 300, soa)});
}

TEST(Delegation, AnOpenResolverWithoutEdns) {
  const auto first = knot({{.name = "acme.lab", .text = kAcme}}, {.addresses = {"127.0.0.2"}});
  ASSERT_NE(first, nullptr);
  const auto second = ScriptedDns::start("127.0.0.3", first->port(), talk);
  ASSERT_TRUE(second) << second.error().detail();
  TestResolver resolver(kResolved, "acme.lab");
  const AreaRun run = judged(area_delegation, resolver, first->port());
  ASSERT_NE(run.finding("delegation.recursion_open"), nullptr);
  ASSERT_NE(run.finding("delegation.edns"), nullptr);
  ASSERT_NE(run.finding("delegation.tcp"), nullptr);
  EXPECT_THAT(run.finding("delegation.tcp")->evidence.at(0).response, HasSubstr("closed"));
}

TEST(Delegation, WhenNobodyAnswersNothingIsProved) {
  TestResolver resolver(kResolved, "acme.lab");
  const AreaRun run = judged(area_delegation, resolver, 9);
  for (const auto& finding : run.report.findings) ADD_FAILURE() << finding.check;
  EXPECT_EQ(run.status("delegation.no_servers"), Status::kInconclusive);
  EXPECT_EQ(run.status("delegation.lame"), Status::kInconclusive);
}

Status expiry_of(std::chrono::seconds age, std::optional<Severity> severity) {
  const auto zone = sign_zone("acme.lab", kAcme, {.lifetime = std::chrono::days(30), .age = age});
  EXPECT_TRUE(zone) << zone.error().detail();
  const auto server =
      knot({{.name = "acme.lab", .text = zone->text}}, {.addresses = {"127.0.0.2", "127.0.0.3"}});
  if (server == nullptr) return Status::kInconclusive;
  TestResolver resolver(kResolved + zone->ds + "\n", "acme.lab");
  EXPECT_EQ(resolver.bad_zone_file, "");
  resolver.trust = Trust::kSecure;
  const AreaRun run = judged(area_dnssec, resolver, server->port());
  EXPECT_EQ(run.status("dnssec.ds_without_key"), Status::kPass);
  EXPECT_EQ(run.status("dnssec.algorithm"), Status::kPass);
  const report::Finding* finding = run.finding("dnssec.signature_expiry");
  if (severity) EXPECT_EQ(finding->severity, *severity);
  return run.status("dnssec.signature_expiry");
}

TEST(DnssecLive, SignaturesThatEndSoonAreSeen) {
  using std::chrono::days;
  EXPECT_EQ(expiry_of(days(1), std::nullopt), Status::kPass);
  EXPECT_EQ(expiry_of(days(25), Severity::kLow), Status::kFail);
  EXPECT_EQ(expiry_of(days(29), Severity::kHigh), Status::kFail);
  EXPECT_EQ(expiry_of(days(31), Severity::kCritical), Status::kFail);
}

TEST(TakeoverLive, TheServicesPageSaysThatNobodyHasTheName) {
  const auto web = NginxServer::start(
      {.http = "server { listen 127.0.0.1:@PORT@; server_name www.acme.lab;\n"
               "  location / { return 404 \"<h1>There isn't a GitHub Pages site here.</h1>\"; } }\n"
               "server { listen 127.0.0.1:@PORT@; server_name docs.acme.lab;\n"
               "  location / { return 200 \"Welcome\"; } }\n"});
  ASSERT_TRUE(web) << web.error().detail();
  TestResolver resolver(kAcme +
                            "www CNAME acme.github.io.\ndocs CNAME acme.github.io.\n"
                            "acme.github.io. A 127.0.0.1\n",
                        "acme.lab");
  const Subject subject{.domain = "acme.lab"};
  const AreaRun run =
      run_area(area_takeover, subject,
               {.resolver = resolver, .live = true, .ports = {{80, (*web)->port()}}});
  ASSERT_EQ(run.report.findings.size(), 1u);
  EXPECT_EQ(run.report.findings[0].check, "takeover.unclaimed_service");
  EXPECT_EQ(run.report.findings[0].location.url, "www.acme.lab");
  EXPECT_EQ(run.report.findings[0].severity, Severity::kCritical);
}

}  // namespace
}  // namespace lr::domain
