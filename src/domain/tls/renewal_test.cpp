// The area `renewal`: records in memory, certificates from a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/dns/testing/area_run.h"
#include "domain/tls/testing/tls_server.h"

namespace lr::domain {

extern constinit const Area area_renewal;

namespace {

using report::Severity;
using report::Status;
using std::chrono::days;
using ::testing::HasSubstr;

constexpr const char* kRecords =
    "@ 3600 SOA ns1 hostmaster 1 7200 900 1209600 300\n@ A 127.0.0.1\n"
    "example. SOA a b 1 2 3 4 5\n";

struct Renewal : ::testing::Test {
  Renewal() : authority(TestAuthority::make(now).value()) { subject.web_hosts = {"acme.example"}; }
  AreaRun judged(const std::string& caa) {
    TestResolver resolver(kRecords + caa);
    EXPECT_EQ(resolver.bad_zone_file, "");
    return judged(resolver);
  }
  AreaRun judged(TestResolver& resolver) {
    Network network{.resolver = resolver, .now = now, .live = server != nullptr};
    if (server) network.ports[443] = server->port();
    AreaRun run = run_area(area_renewal, subject, network);
    EXPECT_TRUE(run.silent.empty());
    return run;
  }
  /// A server with a leaf of a CA of that name, changed.
  template <class Change>
  void serve(const std::string& organization, Change change) {
    CertificateSpec above{.common_name = "X1", .organization = organization, .ca = true};
    above.from = now - days(400);
    above.until = now + days(400);
    const TestCertificate issuer = make_certificate(above, &authority.root).value();
    CertificateSpec leaf = authority.good_leaf("acme.example", now);
    change(leaf);
    auto started = TlsServer::openssl({.certificate = make_certificate(leaf, &issuer).value()});
    ASSERT_TRUE(started) << started.error().detail();
    server = std::move(*started);
  }
  void serve(const std::string& organization) {
    serve(organization, [](CertificateSpec&) {});
  }
  static std::string evidence(const AreaRun& run) {
    const report::Finding* finding = run.finding("renewal.blocked");
    return finding == nullptr ? "no finding" : finding->evidence.at(0).response;
  }

  WallTime now = SystemClock().wall();
  TestAuthority authority;
  std::unique_ptr<TlsServer> server{};
  Subject subject{.domain = "acme.example"};
};

TEST_F(Renewal, WithoutANetworkTheRecordsDecide) {
  subject.issuers = {"letsencrypt.org"};
  EXPECT_EQ(judged("").status("renewal.blocked"), Status::kPass);
  const AreaRun run = judged("@ CAA 0 issue \"pki.goog\"\n");
  EXPECT_THAT(evidence(run), HasSubstr("CAA records keep letsencrypt.org out"));
  EXPECT_EQ(run.finding("renewal.blocked")->severity, Severity::kHigh);
}

TEST_F(Renewal, BogusAnswersAndMissingNamesBlockIt) {
  TestResolver bogus(kRecords);
  bogus.bogus = {{"acme.example", RecordType::kCaa}};
  EXPECT_THAT(evidence(judged(bogus)), HasSubstr("no signature fits"));
  TestResolver gone("@ 3600 SOA ns1 hostmaster 1 7200 900 1209600 300\n");
  EXPECT_THAT(evidence(judged(gone)), HasSubstr("no address"));
  TestResolver dead("");
  for (const char* name : {"acme.example", "example"}) dead.zone.set_unreachable(name);
  EXPECT_EQ(judged(dead).status("renewal.blocked"), Status::kInconclusive);
}

TEST_F(Renewal, TheIssuerOnTheWireIsHeldAgainstTheRecords) {
  serve("Let's Encrypt");
  EXPECT_EQ(judged("").status("renewal.blocked"), Status::kPass);
  EXPECT_EQ(judged("@ CAA 0 issue \"letsencrypt.org\"\n").status("renewal.blocked"), Status::kPass);
  const AreaRun other = judged("@ CAA 0 issue \"pki.goog\"\n");
  EXPECT_THAT(evidence(other), HasSubstr("keep out Let's Encrypt"));
  EXPECT_THAT(evidence(other), HasSubstr("59 of 90 days are left"));
  EXPECT_EQ(other.finding("renewal.blocked")->severity, Severity::kHigh);
  // What the contract promises is allowed, and yet somebody else is asked.
  subject.issuers = {"pki.goog"};
  EXPECT_EQ(judged("@ CAA 0 issue \"pki.goog\"\n").status("renewal.blocked"), Status::kFail);
}

TEST_F(Renewal, WildcardsHaveRecordsOfTheirOwn) {
  serve("Let's Encrypt", [](CertificateSpec& leaf) { leaf.names.push_back("*.acme.example"); });
  const std::string issue = "@ CAA 0 issue \"letsencrypt.org\"\n";
  EXPECT_EQ(judged(issue).status("renewal.blocked"), Status::kPass);
  EXPECT_THAT(evidence(judged(issue + "@ CAA 0 issuewild \";\"\n")), HasSubstr("*.acme.example"));
}

TEST_F(Renewal, AnIssuerThatNobodyKnowsLeavesTheQuestionOpen) {
  serve("Small CA",
        [](CertificateSpec& leaf) { leaf.issuer_url = "http://crt.small-ca.example/a.crt"; });
  EXPECT_EQ(judged("").status("renewal.blocked"), Status::kPass);
  EXPECT_EQ(judged("@ CAA 0 issue \"small-ca.example\"\n").status("renewal.blocked"),
            Status::kPass);
  EXPECT_EQ(judged("@ CAA 0 issue \"pki.goog\"\n").status("renewal.blocked"),
            Status::kInconclusive);
  // The contract knows it.
  subject.issuers = {"pki.goog"};
  EXPECT_EQ(judged("@ CAA 0 issue \"pki.goog\"\n").status("renewal.blocked"), Status::kPass);
}

TEST_F(Renewal, TheLifeThatIsLeftSaysHowUrgentItIs) {
  serve("Let's Encrypt", [&](CertificateSpec& leaf) {
    leaf.from = now - days(40);
    leaf.until = leaf.from + days(47);
  });
  // Nothing hinders it, and it has not happened: 7 of 47 days are less than a sixth.
  EXPECT_EQ(judged("").status("renewal.blocked"), Status::kInconclusive);
  const AreaRun pressing = judged("@ CAA 0 issue \"pki.goog\"\n");
  ASSERT_NE(pressing.finding("renewal.blocked"), nullptr);
  EXPECT_EQ(pressing.finding("renewal.blocked")->severity, Severity::kCritical);
  EXPECT_THAT(evidence(pressing), HasSubstr("6 of 47 days are left"));
}

}  // namespace
}  // namespace lr::domain
