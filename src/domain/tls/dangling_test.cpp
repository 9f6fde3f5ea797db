// The area `dangling`: records in memory, servers on the loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/dns/testing/area_run.h"
#include "domain/testing/free_port.h"
#include "domain/tls/testing/tls_server.h"

namespace lr::domain {

extern constinit const Area area_dangling;

namespace {

using report::Severity;
using report::Status;
using ::testing::HasSubstr;

constexpr const char* kBase =
    "@ 3600 SOA ns1 hostmaster 1 7200 900 1209600 300\n@ A 127.0.0.9\n"
    "in-addr.arpa. SOA a b 1 2 3 4 5\n";
constexpr const char* kPool =
    "1.0.0.127.in-addr.arpa. PTR ec2-127-0-0-1.compute-1.amazonaws.com.\n";

struct Dangling : ::testing::Test {
  Dangling() : authority(TestAuthority::make(now).value()), folder(ScratchFolder::make().value()) {
    ca_file = folder->write("root.pem", authority.root.certificate).string();
    subject.web_hosts = {"acme.example"};
  }
  void serve(const TestCertificate& certificate) {
    auto started = TlsServer::openssl({.certificate = certificate});
    ASSERT_TRUE(started) << started.error().detail();
    server = std::move(*started);
  }
  AreaRun judged(const std::string& records) {
    TestResolver resolver(kBase + records);
    EXPECT_EQ(resolver.bad_zone_file, "");
    Network network{.resolver = resolver, .now = now, .live = live, .ca_file = ca_file};
    network.ports[443] = server ? server->port() : free_port();
    network.ports[80] = free_port();
    AreaRun run = run_area(area_dangling, subject, network);
    EXPECT_TRUE(run.silent.empty());
    return run;
  }
  WallTime now = SystemClock().wall();
  TestAuthority authority;
  std::unique_ptr<ScratchFolder> folder;
  std::string ca_file;
  std::unique_ptr<TlsServer> server{};
  bool live = true;
  Subject subject{.domain = "acme.example"};
};

TEST_F(Dangling, AnotherOwnersCertificate) {
  serve(authority.served_for("shop.tenant.example", now).value());
  const AreaRun run = judged("docs A 127.0.0.1\n");
  ASSERT_NE(run.finding("dangling.other_owner"), nullptr);
  EXPECT_EQ(run.finding("dangling.other_owner")->severity, Severity::kMedium);
  EXPECT_THAT(run.finding("dangling.other_owner")->evidence.at(0).response,
              HasSubstr("docs.acme.example"));
  // An address of a cloud's pool makes it likely that it was given up.
  const AreaRun pool = judged(std::string("docs A 127.0.0.1\n") + kPool);
  EXPECT_EQ(pool.finding("dangling.other_owner")->severity, Severity::kHigh);
}

TEST_F(Dangling, WhatIsOursOrSaysNothingIsNoSign) {
  serve(authority.served_for("*.acme.example", now).value());
  EXPECT_EQ(judged("docs A 127.0.0.1\n").status("dangling.other_owner"), Status::kPass);
  serve(make_certificate(authority.good_leaf("tenant.example", now)).value());
  EXPECT_EQ(judged("docs A 127.0.0.1\n").status("dangling.other_owner"), Status::kPass);
}

TEST_F(Dangling, NamesThatOtherChecksOrNobodyAskedAbout) {
  serve(authority.served_for("shop.tenant.example", now).value());
  const auto quiet = [&](const std::string& records) {
    return judged(records).status("dangling.other_owner") == Status::kNotApplicable;
  };
  EXPECT_TRUE(quiet(""));
  EXPECT_TRUE(quiet("mail A 127.0.0.1\n"));
  EXPECT_TRUE(quiet("@ MX 10 app\napp A 127.0.0.1\n"));
  EXPECT_TRUE(quiet("docs CNAME sites.hosting.example.\nsites.hosting.example. A 127.0.0.1\n"));
  // The same address as a promised host's, and one that the contract names.
  EXPECT_TRUE(quiet("docs A 127.0.0.9\n"));
  subject.edge.origins = {text::parse_ip("127.0.0.1").value()};
  EXPECT_TRUE(quiet("docs A 127.0.0.1\n"));
  subject.edge.origins.clear();
  subject.web_hosts.emplace_back("docs.acme.example");
  EXPECT_TRUE(quiet("docs A 127.0.0.1\n"));
  live = false;
  EXPECT_TRUE(quiet("blog A 127.0.0.1\n"));
}

TEST_F(Dangling, NamesThatNobodyAnswersForAreNoProof) {
  // The domain itself, and one of the names below it.
  for (const auto& [name, records] :
       {std::pair{"acme.example", ""}, {"docs.acme.example", kBase}}) {
    TestResolver resolver(records);
    resolver.zone.set_unreachable(name);
    const Network network{.resolver = resolver, .now = now, .ca_file = ca_file};
    const AreaRun run = run_area(area_dangling, subject, network);
    EXPECT_EQ(run.status("dangling.other_owner"), Status::kInconclusive) << name;
    EXPECT_EQ(run.status("dangling.nobody"), Status::kInconclusive) << name;
  }
}

TEST_F(Dangling, NobodyAnswers) {
  const std::string docs = "docs A 127.0.0.1\n";
  EXPECT_EQ(judged(docs).finding("dangling.nobody")->severity, Severity::kInfo);
  EXPECT_EQ(judged(docs + kPool).finding("dangling.nobody")->severity, Severity::kLow);
  subject.edge.origins = {text::parse_ip("192.0.2.1").value()};
  const AreaRun run = judged(docs + kPool);
  EXPECT_EQ(run.finding("dangling.nobody")->severity, Severity::kMedium);
  EXPECT_THAT(run.finding("dangling.nobody")->evidence.back().response,
              HasSubstr("ec2-127-0-0-1.compute-1.amazonaws.com"));
}

}  // namespace
}  // namespace lr::domain
