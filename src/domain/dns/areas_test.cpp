// Every check of names, addresses, CAA, DNSSEC and takeover: found where it should be,
// quiet where not. No network: the records are in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/dns/testing/area_run.h"
#include "domain/rdata_text.h"

namespace lr::domain {

extern const Area area_addresses;
extern const Area area_caa;
extern const Area area_delegation;
extern const Area area_dnssec;
extern const Area area_names;
extern const Area area_takeover;

namespace {

using report::Severity;
using report::Status;
using ::testing::HasSubstr;

constexpr const char* kHealthy =
    "@ 3600 SOA ns1 hostmaster 1 7200 900 1209600 300\n@ NS ns1\n@ NS ns2.acme.example.\n"
    "ns1 A 198.51.100.1\nns2 A 203.0.113.1\n@ A 198.51.100.7\n@ AAAA 2001:db8::7\n"
    "www CNAME @\n@ MX 10 mail\nmail A 198.51.100.8\n@ CAA 0 issue \"letsencrypt.org\"\n"
    "@ CAA 0 iodef \"mailto:s@acme.example\"\n@ CAA 0 issuewild \";\"\n"
    "example. SOA a b 1 2 3 4 5\n";

Subject acme() {
  Subject subject{.domain = "acme.example"};
  subject.web_hosts = {"acme.example", "www.acme.example"};
  subject.issuers = {"letsencrypt.org"};
  return subject;
}

AreaRun judged(const Area& area, TestResolver& resolver, const Subject& subject = acme()) {
  EXPECT_EQ(resolver.bad_zone_file, "");
  const Network network{.resolver = resolver, .live = false};
  AreaRun run = run_area(area, subject, network);
  EXPECT_TRUE(run.silent.empty()) << area.name << ": " << run.silent.front();
  return run;
}

AreaRun judged(const Area& area, const std::string& text, const Subject& subject = acme()) {
  TestResolver resolver(text);
  return judged(area, resolver, subject);
}

TEST(DnsAreas, AHealthyDomainHasNoFindings) {
  for (const Area* area :
       {&area_addresses, &area_caa, &area_delegation, &area_names, &area_takeover}) {
    const AreaRun run = judged(*area, kHealthy);
    for (const report::Finding& finding : run.report.findings) {
      ADD_FAILURE() << finding.check << ": " << finding.title;
    }
    for (const report::Inconclusive& one : run.report.inconclusive) {
      ADD_FAILURE() << one.check << ": " << one.reason;
    }
  }
}

TEST(DnsAreas, ADeadResolverProvesNothingAndAccusesNobody) {
  TestResolver resolver("");
  for (const auto* name : {"acme.example", "www.acme.example", "example"}) {
    resolver.zone.set_unreachable(name);
  }
  for (const Area* area :
       {&area_addresses, &area_caa, &area_delegation, &area_dnssec, &area_names}) {
    const AreaRun run = judged(*area, resolver);
    for (const report::Finding& finding : run.report.findings) {
      ADD_FAILURE() << finding.check << ": " << finding.title;
    }
  }
}

struct Case {
  const Area* area;
  const char* check;
  std::string text;  ///< Besides or in place of the healthy zone.
  Severity severity;
  const char* evidence;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.check; }

class DnsFault : public ::testing::TestWithParam<Case> {};

TEST_P(DnsFault, IsFound) {
  const Case& one = GetParam();
  Subject subject = acme();
  subject.staging = {"staging.acme.example"};
  const AreaRun run = judged(*one.area, one.text, subject);
  const report::Finding* finding = run.finding(one.check);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(run.status(one.check), Status::kFail);
  EXPECT_EQ(finding->severity, one.severity);
  ASSERT_FALSE(finding->evidence.empty());
  std::string evidence;
  for (const auto& part : finding->evidence) evidence += part.response + "\n";
  EXPECT_THAT(evidence, HasSubstr(one.evidence));
}

const std::string kBase = "@ SOA ns1 h 1 7200 900 1209600 300\nexample. SOA a b 1 2 3 4 5\n";
const std::string kWithAddress = kBase + "@ A 198.51.100.7\n";

std::string chain_of(int links) {
  std::string text = kWithAddress + "www CNAME c0\n";
  for (int i = 0; i < links; ++i) {
    text += "c" + std::to_string(i) + " CNAME c" + std::to_string(i + 1) + "\n";
  }
  return text + "c" + std::to_string(links) + " A 198.51.100.7\n";
}

INSTANTIATE_TEST_SUITE_P(
    All, DnsFault,
    ::testing::Values(
        Case{&area_addresses, "addresses.none", kBase, Severity::kHigh, "no A and no AAAA"},
        Case{&area_addresses, "addresses.unreachable", kBase + "@ A 10.0.0.7\n", Severity::kHigh,
             "10.0.0.7"},
        Case{&area_addresses, "addresses.ipv6_parity",
             kWithAddress + "@ AAAA 2001:db8::1\nwww A 198.51.100.7\n", Severity::kLow, "AAAA"},
        Case{&area_addresses, "addresses.staging_shared", kWithAddress + "staging A 198.51.100.7\n",
             Severity::kLow, "198.51.100.7"},
        Case{&area_names, "names.apex_alias", kBase + "@ CNAME edge.example.net.\n",
             Severity::kHigh, "edge.example.net."},
        Case{&area_names, "names.alias_with_data", kWithAddress + "www CNAME @\nwww TXT \"x\"\n",
             Severity::kHigh, "IN TXT \"x\""},
        Case{&area_names, "names.alias_loop", kWithAddress + "www CNAME a\na CNAME www\n",
             Severity::kHigh, "www.acme.example → a.acme.example → www.acme.example"},
        Case{&area_names, "names.alias_chain", chain_of(8), Severity::kMedium, "c8.acme.example"},
        Case{&area_names, "names.wildcard", kWithAddress + "* A 198.51.100.7\n", Severity::kLow,
             "NXDOMAIN"},
        Case{&area_names, "names.ttl_short", kBase + "@ 5 A 198.51.100.7\n", Severity::kLow,
             "5 seconds"},
        Case{&area_names, "names.ttl_long", kBase + "@ 604800 A 198.51.100.7\n", Severity::kLow,
             "604800 seconds"},
        Case{&area_caa, "caa.none", kWithAddress, Severity::kLow, "no CAA record"},
        Case{&area_caa, "caa.issuer_refused", kBase + "@ CAA 0 issue \"pki.goog\"\n",
             Severity::kHigh, "an issue record for letsencrypt.org"},
        Case{&area_caa, "caa.wildcard_looser",
             kBase + "@ CAA 0 issue \"letsencrypt.org\"\n@ CAA 0 issuewild \"pki.goog\"\n",
             Severity::kLow, "pki.goog"},
        Case{&area_caa, "caa.report_address", kBase + "@ CAA 0 iodef \"s@acme.example\"\n",
             Severity::kLow, "s@acme.example"},
        Case{&area_caa, "caa.unknown_critical", kBase + "@ CAA 128 isue \"letsencrypt.org\"\n",
             Severity::kHigh, "128 isue"},
        Case{&area_caa, "caa.malformed", kBase + "@ CAA 0 issue \"lets encrypt\"\n",
             Severity::kMedium, "^^^^^^^^^^^^"},
        Case{&area_takeover, "takeover.unclaimed_service",
             kBase + "www CNAME acme.azurewebsites.net.\nazurewebsites.net. SOA a b 1 2 3 4 5\n",
             Severity::kCritical, "Azure App Service"},
        Case{&area_takeover, "takeover.dangling_alias",
             kBase + "www CNAME gone.example.net.\nexample.net. SOA a b 1 2 3 4 5\n",
             Severity::kMedium, "gone.example.net does not exist"},
        Case{&area_takeover, "takeover.alias_domain_free",
             kBase + "www CNAME x.gone.com.\ncom. SOA a b 1 2 3 4 5\n", Severity::kCritical,
             "gone.com is not registered"},
        Case{&area_takeover, "takeover.nameserver_domain_free",
             kBase + "@ NS ns1.gone.co.uk.\nco.uk. SOA a b 1 2 3 4 5\n", Severity::kCritical,
             "gone.co.uk is not registered"},
        Case{&area_takeover, "takeover.mail_domain_free",
             kBase + "@ MX 10 mx.gone.com.\ncom. SOA a b 1 2 3 4 5\n", Severity::kCritical,
             "gone.com is not registered"},
        Case{&area_takeover, "takeover.dangling_mail", kBase + "@ MX 10 mx\n", Severity::kMedium,
             "mx.acme.example does not exist"},
        Case{&area_takeover, "takeover.dangling_service",
             kBase + "_sip._tls SRV 1 2 443 sip.acme.example.\n", Severity::kMedium,
             "sip.acme.example does not exist"},
        Case{&area_delegation, "delegation.single_server", kBase + "@ NS ns1\nns1 A 192.0.2.1\n",
             Severity::kMedium, "two or more"},
        Case{&area_delegation, "delegation.one_network",
             kBase + "@ NS ns1\n@ NS ns2\nns1 A 192.0.2.1\nns2 A 192.0.2.2\n", Severity::kLow,
             "192.0.2.1"},
        Case{&area_delegation, "delegation.unresolvable", kBase + "@ NS ns1\n", Severity::kHigh,
             "ns1.acme.example."},
        Case{&area_delegation, "delegation.alias",
             kBase + "@ NS ns1\nns1 CNAME real\nreal A 192.0.2.1\n", Severity::kMedium,
             "ns1.acme.example."},
        Case{&area_delegation, "delegation.timers",
             "@ SOA ns1 h 1 7200 9000 1209600 300\n@ NS ns1\nns1 A 192.0.2.1\n", Severity::kLow,
             "retry (9000) is longer than refresh"},
        Case{&area_delegation, "delegation.no_servers", "@ SOA ns1 h 1 7200 900 1209600 300\n",
             Severity::kCritical, "there are no NS records"}));

TEST(DelegationArea, OtherNameServersThanPromised) {
  Subject subject = acme();
  subject.nameservers = {"ns1.acme.example", "ns3.acme.example"};
  const AreaRun run = judged(area_delegation, kHealthy, subject);
  ASSERT_NE(run.finding("delegation.promised"), nullptr);
  EXPECT_THAT(run.finding("delegation.promised")->fix, HasSubstr("acme.example. IN NS ns3."));
  subject.nameservers = {"NS2.acme.example.", "ns1.acme.example"};
  EXPECT_EQ(judged(area_delegation, kHealthy, subject).status("delegation.promised"),
            Status::kPass);
}

TEST(NamesArea, AnAnswerOfAbsenceThatCannotBeValidated) {
  TestResolver resolver(kHealthy);
  Subject subject = acme();
  const AreaRun healthy = judged(area_names, resolver, subject);
  EXPECT_EQ(healthy.status("names.missing_name"), Status::kPass);
  // The name that is asked for is made from the zone's name.
  class DenyingResolver final : public Resolver {
   public:
    explicit DenyingResolver(Resolver& below) : below_(below) {}
    Answer query(std::string_view name, RecordType type) override {
      Answer answer = below_.query(name, type);
      if (!name.starts_with("lr-")) return answer;
      answer = {};
      answer.trust = Trust::kBogus;
      answer.why = "no NSEC record";
      return answer;
    }

   private:
    Resolver& below_;
  } denying(resolver);
  const AreaRun run = run_area(area_names, subject, {.resolver = denying, .live = false});
  ASSERT_NE(run.finding("names.missing_name"), nullptr);
  EXPECT_EQ(run.finding("names.missing_name")->evidence.at(0).response, "no NSEC record");
}

}  // namespace
}  // namespace lr::domain
