// The areas `tls` and `certificate` against real servers, with right and with broken certificates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "domain/testing/free_port.h"
#include "domain/testing/nginx_server.h"
#include "domain/tls/testing/inspected.h"
#include "domain/tls/testing/tls_server.h"
#include "net/testing/rig.h"

namespace lr::domain {

extern constinit const Area area_tls;
extern constinit const Area area_certificate;

namespace {

using report::Severity;
using report::Status;
using std::chrono::days;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr const char* kHost = "lab.example";

class Areas : public ::testing::Test {
 protected:
  Areas() {
    auto made = TestAuthority::make(now_);
    EXPECT_TRUE(made);
    authority_ = *made;
    auto folder = ScratchFolder::make();
    EXPECT_TRUE(folder);
    folder_ = std::move(*folder);
    ca_file_ = folder_->write("root.pem", authority_.root.certificate).string();
  }
  CertificateSpec good() const { return authority_.good_leaf(kHost, now_); }
  /// The leaf with the intermediate behind it.
  TestCertificate chained(const CertificateSpec& spec) const {
    auto leaf = authority_.issue(spec);
    EXPECT_TRUE(leaf) << leaf.error().detail();
    leaf->certificate += authority_.intermediate.certificate;
    return *leaf;
  }
  Inspected certificates(const TlsServerSetup& setup, const std::string& ca_file) {
    auto server = TlsServer::openssl(setup);
    EXPECT_TRUE(server) << server.error().detail();
    return inspected(area_certificate, (*server)->port(), ca_file);
  }
  Inspected certificates(const TestCertificate& certificate) {
    return certificates({.certificate = certificate, .words = {"-cipher", "ALL:@SECLEVEL=0"}},
                        ca_file_);
  }
  Inspected inspected(const Area& area, std::uint16_t port, const std::string& ca_file) {
    Inspected out = Inspected::run(area, {.hosts = {{.name = kHost}},
                                          .port = port,
                                          .ca_file = ca_file,
                                          .now = now_,
                                          .patience = milliseconds(20'000)});
    EXPECT_THAT(out.silent, IsEmpty());
    return out;
  }

  const WallTime now_ = SystemClock().wall();
  TestAuthority authority_{};
  std::unique_ptr<ScratchFolder> folder_{};
  std::string ca_file_{};
};

TEST_F(Areas, ARightCertificateHasNoFinding) {
  const Inspected out = certificates(chained(good()));
  EXPECT_THAT(out.found, IsEmpty());
  EXPECT_THAT(out.report.inconclusive, IsEmpty());
  for (const char* proved : {"expired",
                             "name_mismatch",
                             "self_signed",
                             "incomplete_chain",
                             "broken_chain",
                             "unknown_root",
                             "small_key",
                             "weak_signature",
                             "must_staple",
                             "validity_too_long",
                             "expiring",
                             "renewal_overdue",
                             "wildcard",
                             "no_names",
                             "server_auth",
                             "key_usage",
                             "ca_leaf",
                             "wrong_order",
                             "extra_certificates",
                             "root_sent",
                             "lifespan",
                             "shared_key",
                             "serial_reused",
                             "common_name",
                             "many_names",
                             "intermediate_expired",
                             "not_yet_valid",
                             "weak_curve",
                             "old_version",
                             "profile_key"}) {
    EXPECT_EQ(out.status.at(std::string("certificate.") + proved), Status::kPass) << proved;
  }
}

struct Fault {
  const char* check;
  void (*spoil)(CertificateSpec& spec, WallTime now);
  std::set<std::string> also{};  ///< What else follows from the fault.
};

TEST_F(Areas, EveryFaultOfALeafIsFoundAndNothingElse) {
  const Fault faults[] = {
      {"expired", [](auto& s, auto now) { s.until = now - days(1); }},
      {"not_yet_valid",
       [](auto& s, auto now) {
         s.from = now + days(1);
         s.until = now + days(90);
       }},
      {"expiring",
       [](auto& s, auto now) {
         s.from = now - days(150);
         s.until = now + days(20);
       }},
      {"renewal_overdue",
       [](auto& s, auto now) {
         s.from = now - days(75);
         s.until = now + days(15);
       },
       {"expiring"}},
      {"validity_too_long",
       [](auto& s, auto now) {
         s.from = now - days(30);
         s.until = now + days(800);
       },
       {"lifespan"}},
      {"name_mismatch",
       [](auto& s, auto) {
         s.common_name = "other.example";
         s.names = {"other.example"};
       }},
      {"no_names", [](auto& s, auto) { s.names = {}; }, {"name_mismatch"}},
      {"common_name", [](auto& s, auto) { s.common_name = "old.example"; }},
      {"wildcard", [](auto& s, auto) { s.names = {"lab.example", "*.lab.example"}; }},
      {"small_key", [](auto& s, auto) { s.key = TestKey::kRsa1024; }},
      {"weak_curve", [](auto& s, auto) { s.key = TestKey::kP224; }},
      {"weak_signature", [](auto& s, auto) { s.digest = TestDigest::kSha1; }},
      {"ca_leaf",
       [](auto& s, auto) {
         s.ca = true;
         s.key_usage = "critical,digitalSignature,keyCertSign";
       }},
      {"key_usage", [](auto& s, auto) { s.key_usage = "critical,cRLSign"; }},
      {"server_auth", [](auto& s, auto) { s.extended = "clientAuth"; }},
      {"must_staple", [](auto& s, auto) { s.must_staple = true; }},
      {"staple", [](auto& s, auto) { s.ocsp_url = "http://ocsp.lab.example/"; }},
      {"many_names",
       [](auto& s, auto) {
         for (int i = 0; i < 300; ++i) s.names.push_back(std::to_string(i) + ".example");
       }},
  };
  for (const Fault& fault : faults) {
    CertificateSpec spec = good();
    fault.spoil(spec, now_);
    const Inspected out = certificates(chained(spec));
    std::set<std::string> expected{std::string("certificate.") + fault.check};
    for (const std::string& one : fault.also) expected.insert("certificate." + one);
    EXPECT_EQ(out.found, expected) << fault.check;
  }
}

TEST_F(Areas, SeverityFollowsTheFractionOfLifeThatIsLeft) {
  CertificateSpec spec = good();
  spec.from = now_ - days(65);
  spec.until = now_ + days(25);  // 28 %.
  EXPECT_EQ(certificates(chained(spec)).severity("certificate.expiring"), Severity::kLow);
  spec.from = now_ - days(80);
  spec.until = now_ + days(10);  // 11 %.
  EXPECT_EQ(certificates(chained(spec)).severity("certificate.expiring"), Severity::kHigh);
}

TEST_F(Areas, FaultsOfTheChainAreToldApart) {
  const auto leaf = authority_.issue(good());
  ASSERT_TRUE(leaf);
  EXPECT_THAT(certificates(*leaf).found, UnorderedElementsAre("certificate.incomplete_chain"));

  const auto lonely = make_certificate(good());
  EXPECT_THAT(certificates(*lonely).found, UnorderedElementsAre("certificate.self_signed"));

  const auto other = TestAuthority::make(now_);
  auto foreign = other->issue(good());
  foreign->certificate += other->intermediate.certificate;
  EXPECT_THAT(certificates(*foreign).found, UnorderedElementsAre("certificate.unknown_root"));

  TestCertificate with_root = chained(good());
  with_root.certificate += authority_.root.certificate;
  EXPECT_THAT(certificates(with_root).found, UnorderedElementsAre("certificate.root_sent"));

  TestCertificate with_stranger = chained(good());
  with_stranger.certificate += other->intermediate.certificate;
  EXPECT_THAT(certificates(with_stranger).found,
              UnorderedElementsAre("certificate.extra_certificates"));
}

TEST_F(Areas, AnOrderThatIsMixedUpAndAnExpiredIntermediateAreFound) {
  CertificateSpec second{.common_name = "Laboratory Second", .ca = true};
  second.from = now_ - days(100);
  second.until = now_ + days(1000);
  const auto below = make_certificate(second, &authority_.intermediate);
  auto leaf = make_certificate(good(), &*below);
  const std::string alone = leaf->certificate;
  leaf->certificate = alone + authority_.intermediate.certificate + below->certificate;
  EXPECT_THAT(certificates(*leaf).found, UnorderedElementsAre("certificate.wrong_order"));

  second.until = now_ - days(1);
  second.from = now_ - days(400);
  const auto old = make_certificate(second, &authority_.intermediate);
  auto late = make_certificate(good(), &*old);
  late->certificate += old->certificate + authority_.intermediate.certificate;
  EXPECT_THAT(certificates(*late).found, UnorderedElementsAre("certificate.intermediate_expired"));
}

TEST_F(Areas, AChainWithAWrongSignatureIsBroken) {
  // An intermediate of the same name and key identifier, which did not sign this leaf.
  TestCertificate twin = authority_.intermediate;
  CertificateSpec not_ca{.common_name = "Laboratory Intermediate", .key_pem = twin.key};
  not_ca.from = now_ - days(10);
  not_ca.until = now_ + days(80);
  const auto fake = make_certificate(not_ca, &authority_.root);
  auto leaf = make_certificate(good(), &*fake);
  leaf->certificate += fake->certificate;
  EXPECT_THAT(certificates(*leaf).found, UnorderedElementsAre("certificate.broken_chain"));
}

TEST_F(Areas, AStapleIsReadAndARevocationFound) {
  CertificateSpec spec = good();
  spec.ocsp_url = "http://ocsp.lab.example/";
  spec.must_staple = true;
  const TestCertificate leaf = chained(spec);
  const auto answer = [&](bool revoked, WallTime produced) {
    auto made = make_ocsp_answer(leaf, authority_.intermediate, revoked, produced);
    EXPECT_TRUE(made) << made.error().detail();
    return certificates({.certificate = leaf, .staple = *made}, ca_file_);
  };
  const Inspected fresh = answer(false, now_ - days(1));
  EXPECT_THAT(fresh.found, IsEmpty());
  EXPECT_EQ(fresh.status.at("certificate.revoked"), Status::kPass);
  EXPECT_EQ(fresh.status.at("certificate.staple"), Status::kPass);
  EXPECT_THAT(answer(true, now_ - days(1)).found, UnorderedElementsAre("certificate.revoked"));
  EXPECT_THAT(answer(false, now_ - days(30)).found,
              UnorderedElementsAre("certificate.must_staple", "certificate.staple"));
}

TEST_F(Areas, TenThousandNamesAreReadInBoundedTime) {
  CertificateSpec spec = good();
  for (int i = 0; i < 10'000; ++i) spec.names.push_back("n" + std::to_string(i) + ".example");
  const TestCertificate huge = chained(spec);
  const MonoTime start = std::chrono::steady_clock::now();
  const Inspected out = certificates(huge);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_THAT(out.found, UnorderedElementsAre("certificate.many_names"));
}

TEST_F(Areas, AServerWithBothKindsOfKeyShowsBoth) {
  CertificateSpec rsa = good();
  rsa.key = TestKey::kRsa2048;
  rsa.until = now_ - days(1);
  const Inspected out =
      certificates({.certificate = chained(good()), .second = chained(rsa)}, ca_file_);
  EXPECT_THAT(out.found, UnorderedElementsAre("certificate.expired"));
}

TEST_F(Areas, HostsAreComparedWithEachOther) {
  CertificateSpec spec = good();
  spec.names = {kHost, "www.lab.example"};
  spec.serial = 4711;
  const TestCertificate first = chained(spec);
  spec.key_pem = first.key;
  const TestCertificate second = chained(spec);
  auto one = TlsServer::openssl({.certificate = first});
  ASSERT_TRUE(one);
  // The port is the same at every address, so that SNI chooses between the two.
  auto both = TlsServer::openssl(
      {.certificate = first,
       .words = {"-cert2", folder_->write("c2.pem", second.certificate).string(), "-key2",
                 folder_->write("k2.pem", second.key).string(), "-servername", "www.lab.example"}});
  ASSERT_TRUE(both) << both.error().detail();
  const Inspected out =
      Inspected::run(area_certificate, {.hosts = {{.name = kHost}, {.name = "www.lab.example"}},
                                        .port = (*both)->port(),
                                        .ca_file = ca_file_,
                                        .now = now_});
  EXPECT_TRUE(out.found.contains("certificate.shared_key"));
  EXPECT_TRUE(out.found.contains("certificate.serial_reused"));
  const Inspected same =
      Inspected::run(area_certificate, {.hosts = {{.name = kHost}, {.name = "www.lab.example"}},
                                        .port = (*one)->port(),
                                        .ca_file = ca_file_,
                                        .now = now_});
  EXPECT_THAT(same.found, IsEmpty());
}

TEST_F(Areas, WithoutANetworkNothingIsApplicable) {
  for (const Area* area : {&area_tls, &area_certificate}) {
    const Inspected out = Inspected::run(*area, {.hosts = {{.name = kHost}}, .live = false});
    EXPECT_THAT(out.silent, IsEmpty());
    EXPECT_THAT(out.report.inconclusive, IsEmpty());
    for (const auto& [id, status] : out.status) EXPECT_EQ(status, Status::kNotApplicable) << id;
  }
}

TEST_F(Areas, AServerThatIsDownOrStallsIsUnproved) {
  const net::testing::ScriptedUpstream stalling(
      [](net::testing::RawClient& client) { client.read_to_end(); });
  for (const std::uint16_t port : {free_port(), stalling.port()}) {
    for (const Area* area : {&area_tls, &area_certificate}) {
      const Inspected out = Inspected::run(*area, {.hosts = {{.name = kHost}},
                                                   .port = port,
                                                   .ca_file = ca_file_,
                                                   .now = now_,
                                                   .patience = milliseconds(500)});
      EXPECT_THAT(out.silent, IsEmpty());
      EXPECT_THAT(out.found, IsEmpty());
      for (const auto& [id, status] : out.status) {
        EXPECT_TRUE(status == Status::kInconclusive) << id;
      }
    }
  }
}

TEST_F(Areas, AModernServerHasNoFindingOfTlsThatFailsAControl) {
  auto server = TlsServer::openssl(
      {.certificate = chained(good()),
       .words = {"-cipher", "ECDHE+AESGCM", "-groups", "X25519:P-256", "-no_anti_replay"}});
  ASSERT_TRUE(server);
  const Inspected out = inspected(area_tls, (*server)->port(), ca_file_);
  EXPECT_THAT(out.found, UnorderedElementsAre("tls.post_quantum"));
  EXPECT_THAT(out.report.inconclusive, IsEmpty());
  EXPECT_GT(out.report.requests, 10U);
  EXPECT_LE(out.report.requests, 200U);
}

TEST_F(Areas, AddressesOfOneHostAreCompared) {
  CertificateSpec older = good();
  older.from = now_ - days(40);
  older.until = now_ + days(50);
  const TestCertificate first = chained(good());
  const TestCertificate second = chained(older);
  auto server = NginxServer::start(
      {.http = "server { listen 127.0.0.1:@TLS_PORT@ ssl; server_name lab.example;"
               " ssl_protocols TLSv1.3; ssl_certificate @FOLDER@/1.pem;"
               " ssl_certificate_key @FOLDER@/1.key; }"
               "server { listen 127.0.0.2:@TLS_PORT@ ssl; server_name lab.example;"
               " ssl_protocols TLSv1.2; ssl_certificate @FOLDER@/2.pem;"
               " ssl_certificate_key @FOLDER@/2.key; }",
       .files = {{"1.pem", first.certificate},
                 {"1.key", first.key},
                 {"2.pem", second.certificate},
                 {"2.key", second.key}}});
  ASSERT_TRUE(server) << server.error().detail();
  for (const bool both : {true, false}) {
    InspectedHost host{.name = kHost, .addresses = {"127.0.0.1"}};
    host.addresses.emplace_back(both ? "127.0.0.2" : "127.0.0.1");
    const Inspected::Setup setup{
        .hosts = {host}, .port = (*server)->tls_port(), .ca_file = ca_file_, .now = now_};
    const Inspected tls = Inspected::run(area_tls, setup);
    EXPECT_EQ(tls.found.contains("tls.differs"), both);
    EXPECT_EQ(tls.status.at("tls.differs"), both ? Status::kFail : Status::kPass);
    const Inspected certificate = Inspected::run(area_certificate, setup);
    EXPECT_EQ(certificate.status.at("certificate.differs"), both ? Status::kFail : Status::kPass);
  }
}

TEST_F(Areas, EarlyDataIsFound) {
  auto server =
      TlsServer::openssl({.certificate = chained(good()),
                          .words = {"-cipher", "ECDHE+AESGCM", "-max_early_data", "16384"}});
  ASSERT_TRUE(server);
  EXPECT_TRUE(inspected(area_tls, (*server)->port(), ca_file_).found.contains("tls.early_data"));
}

TEST_F(Areas, AServerWithOldVersionsAndSuitesIsFound) {
  CertificateSpec spec = good();
  spec.key = TestKey::kRsa2048;
  spec.key_usage = "digitalSignature,keyEncipherment";
  auto server = TlsServer::openssl(
      {.certificate = chained(spec), .words = {"-cipher", "ALL:eNULL:@SECLEVEL=0", "-no_tls1_3"}});
  ASSERT_TRUE(server);
  const Inspected out = inspected(area_tls, (*server)->port(), ca_file_);
  for (const char* check : {"tls10", "tls11", "tls13_missing", "null", "anonymous", "cbc",
                            "no_forward_secrecy", "profile", "client_order"}) {
    EXPECT_TRUE(out.found.contains(std::string("tls.") + check)) << check;
  }
  EXPECT_EQ(out.status.at("tls.post_quantum"), Status::kNotApplicable);
}

}  // namespace
}  // namespace lr::domain
