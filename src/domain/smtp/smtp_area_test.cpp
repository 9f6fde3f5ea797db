#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "domain/smtp/mx_judge.h"
#include "domain/smtp/testing/area_outcome.h"
#include "domain/smtp/testing/mx_stage.h"
#include "domain/testing/free_port.h"

namespace lr::domain {
extern constinit const Area area_smtp;

namespace {

using report::Severity;
using report::Status;
using ::testing::HasSubstr;

struct SmtpArea : ::testing::Test {
  AreaOutcome run(MxBehaviour behaviour) {
    if (behaviour.certificate.key.empty())
      behaviour.certificate = stage.certificate("mx.acme.example");
    const ScriptedMx server(std::move(behaviour));
    AreaOutcome out = AreaOutcome::of(area_smtp, stage.subject, stage.network(server));
    EXPECT_TRUE(out.silent.empty()) << out.silent.front();
    return out;
  }
  MxStage stage;
};

TEST_F(SmtpArea, ARightServerHasNoFinding) {
  const AreaOutcome got = run({});
  EXPECT_EQ(got.found(), "");
  EXPECT_EQ(got.ids_with(Status::kInconclusive), "");
  EXPECT_EQ(got.ids_with(Status::kNotApplicable), "smtp.mta_sts");
}

TEST_F(SmtpArea, TheConversation) {
  EXPECT_EQ(run({.greeting = "220 mx.acme.example ESMTP Postfix 3.7.11\r\n"}).found(),
            "smtp.version");
  EXPECT_EQ(run({.greeting = "220 " + std::string(600, 'x') + "\r\n"}).found(), "smtp.banner_size");
  EXPECT_EQ(run({.greeting = "HTTP/1.1 400 Bad Request\r\n\r\n"}).found(), "smtp.greeting");
  EXPECT_EQ(run({.name = "localhost"}).found(), "smtp.hello_name");
  EXPECT_EQ(run({.plain_keywords = "250-AUTH PLAIN LOGIN\r\n"}).found(), "smtp.auth_in_the_clear");
  EXPECT_EQ(run({.vrfy = "250 2.1.5 Post Master <postmaster@acme.example>"}).found(), "smtp.vrfy");
  EXPECT_EQ(run({.expn = "250 2.1.5 <a@acme.example>"}).found(), "smtp.expn");
}

TEST_F(SmtpArea, WithoutEhloOrTls) {
  EXPECT_EQ(run({.knows_ehlo = false, .starttls = false}).found(), "smtp.ehlo smtp.starttls");
  const AreaOutcome got = run({.starttls = false});
  EXPECT_EQ(got.found(), "smtp.starttls");
  EXPECT_EQ(got.status.at("smtp.tls_version"), Status::kNotApplicable);
  EXPECT_EQ(got.finding("smtp.starttls")->severity, Severity::kMedium);
}

TEST_F(SmtpArea, CertificatesAreAdviceUntilThePolicyAsksForThem) {
  const AreaOutcome wrong_name = run({.certificate = stage.certificate("other.example")});
  EXPECT_EQ(wrong_name.found(), "smtp.certificate_name");
  EXPECT_EQ(wrong_name.finding("smtp.certificate_name")->severity, Severity::kInfo);
  const AreaOutcome expired = run({.certificate = stage.expired("mx.acme.example")});
  EXPECT_EQ(expired.found(), "smtp.certificate_trust");
  EXPECT_EQ(expired.finding("smtp.certificate_trust")->severity, Severity::kInfo);
}

TEST_F(SmtpArea, APolicyThatCannotBeFetchedLeavesTheQuestionOpen) {
  stage.add("_mta-sts.acme.example", RecordType::kTxt, Text{{"v=STSv1; id=1"}});
  EXPECT_EQ(run({}).ids_with(Status::kInconclusive), "smtp.mta_sts");
}

TEST_F(SmtpArea, OpenRelays) {
  const AreaOutcome open = run({.recipient = [](std::string_view) { return "250 2.1.5 ok"; }});
  EXPECT_EQ(open.found(), "smtp.open_relay");
  EXPECT_EQ(open.finding("smtp.open_relay")->severity, Severity::kHigh);
  EXPECT_EQ(open.status.at("smtp.relay_by_routing"), Status::kNotApplicable);
  const AreaOutcome percent = run({.recipient = [](std::string_view path) {
    return path.contains('%') ? std::string("250 ok") : postmaster_only(path);
  }});
  EXPECT_EQ(percent.found(), "smtp.relay_by_routing");
  // A domain that takes any local part is no relay.
  const AreaOutcome any = run({.recipient = [](std::string_view path) {
    return path.ends_with("@acme.example") ? std::string("250 ok") : std::string("554 5.7.1 no");
  }});
  EXPECT_EQ(any.found(), "");
}

/// aiosmtpd with its defaults takes every recipient.
TEST_F(SmtpArea, ARealServerThatTakesEverything) {
  const TestCertificate certificate = stage.certificate("mx.acme.example");
  const std::uint16_t port = free_port();
  const std::string place = "127.0.0.1:" + std::to_string(port);
  const auto server = ChildProcess::start(
      {"/usr/bin/python3", "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", place,
       "--tlscert", stage.folder->write("c.pem", certificate.certificate).string(), "--tlskey",
       stage.folder->write("k.pem", certificate.key).string(), "--no-requiretls"},
      stage.folder->path() / "aiosmtpd.log");
  ASSERT_TRUE(server) << server.error().detail();
  const ScriptedMx unused({});
  Network network = stage.network(unused);
  network.ports[25] = port;
  AreaOutcome got;
  for (int tries = 0; tries < 200; ++tries) {
    got = AreaOutcome::of(area_smtp, stage.subject, network);
    if (got.status.at("smtp.unreachable") == Status::kPass) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ASSERT_EQ(got.status.at("smtp.unreachable"), Status::kPass) << (*server)->output();
  EXPECT_THAT(got.found(), HasSubstr("smtp.open_relay"));
  EXPECT_EQ(got.status.at("smtp.handshake"), Status::kPass) << (*server)->output();
  EXPECT_EQ(got.status.at("smtp.certificate_trust"), Status::kPass);
  EXPECT_EQ(got.status.at("smtp.certificate_name"), Status::kPass);
  EXPECT_EQ(got.status.at("smtp.starttls_injection"), Status::kPass);
}

TEST_F(SmtpArea, PostmasterIsMissingOrOnlyRefused) {
  EXPECT_EQ(run({.recipient = [](std::string_view) { return "550 5.1.1 unknown"; }}).found(),
            "smtp.postmaster");
  const AreaOutcome listed =
      run({.recipient = [](std::string_view) { return "554 5.7.1 block list"; }});
  EXPECT_EQ(listed.found(), "");
  EXPECT_EQ(listed.ids_with(Status::kInconclusive), "smtp.postmaster");
}

TEST_F(SmtpArea, HandshakesThatFailOrStall) {
  EXPECT_EQ(run({.garbage_handshake = true}).found(), "smtp.handshake");
  EXPECT_EQ(run({.talks_before_tls = true}).found(), "smtp.handshake");
  const AreaOutcome silent = run({.silent_handshake = true});
  EXPECT_EQ(silent.found(), "");
  EXPECT_EQ(silent.status.at("smtp.handshake"), Status::kInconclusive);
  EXPECT_EQ(silent.status.at("smtp.tls_version"), Status::kInconclusive);
}

TEST_F(SmtpArea, CommandsBeforeTlsThatAreObeyed) {
  const AreaOutcome got = run({.obeys_early_commands = true});
  EXPECT_EQ(got.found(), "smtp.starttls_injection");
}

TEST_F(SmtpArea, SilenceIsNeverAFinding) {
  const AreaOutcome got = run({.silent = true});
  EXPECT_EQ(got.found(), "");
  EXPECT_EQ(got.status.at("smtp.greeting"), Status::kInconclusive);
  EXPECT_EQ(got.status.at("smtp.unreachable"), Status::kPass);
}

TEST_F(SmtpArea, NobodyListens) {
  std::uint16_t port = 0;
  {
    const ScriptedMx gone({});
    port = gone.port();
  }
  const ScriptedMx other({});
  Network network = stage.network(other);
  network.ports[25] = port;
  const AreaOutcome got = AreaOutcome::of(area_smtp, stage.subject, network);
  EXPECT_EQ(got.found(), "smtp.unreachable");
  EXPECT_TRUE(got.silent.empty());
}

TEST_F(SmtpArea, NamesThatDoNotLeadBack) {
  stage.add("mx.acme.example", RecordType::kA, text::parse_ip("127.0.0.1").value());
  MxStage bare;
  bare.resolver.zone = Zone();
  bare.add("acme.example", RecordType::kMx, MailExchange{10, "mx.acme.example"});
  bare.add("mx.acme.example", RecordType::kA, text::parse_ip("127.0.0.1").value());
  const ScriptedMx server({.certificate = bare.certificate("mx.acme.example")});
  EXPECT_EQ(AreaOutcome::of(area_smtp, bare.subject, bare.network(server)).found(), "smtp.reverse");
}

TEST_F(SmtpArea, QuestionsToTheDnsThatFail) {
  stage.resolver.zone.set_unreachable("acme.example");
  Subject other = stage.subject;
  other.domain = "lost.example";
  stage.resolver.zone.set_unreachable("lost.example");
  const ScriptedMx server({.certificate = stage.certificate("mx.acme.example")});
  const AreaOutcome got = AreaOutcome::of(area_smtp, other, stage.network(server));
  EXPECT_EQ(got.found(), "");
  EXPECT_EQ(got.status.at("smtp.starttls"), Status::kInconclusive);
  stage.add("half.example", RecordType::kMx, MailExchange{10, "mx.lost.example"});
  stage.resolver.zone.set_unreachable("mx.lost.example");
  other.domain = "half.example";
  EXPECT_EQ(AreaOutcome::of(area_smtp, other, stage.network(server)).status.at("smtp.no_address"),
            Status::kInconclusive);
}

TEST_F(SmtpArea, AServerWithoutAnAddress) {
  stage.subject.domain = "typo.example";
  stage.add("typo.example", RecordType::kMx, MailExchange{10, "mx.typo.example"});
  const ScriptedMx server({});
  EXPECT_EQ(AreaOutcome::of(area_smtp, stage.subject, stage.network(server)).found(),
            "smtp.no_address");
}

/// A server as it should be, without asking one.
MxFacts good_facts() {
  MxFacts facts;
  facts.host = "mx.acme.example";
  facts.hello.code = 250;
  facts.plain.extended = facts.plain.starttls = true;
  facts.tls =
      net::TlsSession{.version = "TLSv1.3", .suite = "TLS_AES_128_GCM_SHA256", .suite_bits = 128};
  facts.tls->trusted = facts.tls->named = true;
  facts.injection = false;
  return facts;
}

AreaOutcome judged(const MxFacts& facts, const TlsDemand& demand) {
  TrustedZone zone;
  const Subject subject{.domain = "acme.example"};
  const Network network{.resolver = zone};
  Inspection inspection(area_smtp, subject, network);
  judge_tls(inspection, facts, demand);
  inspection.rest_not_applicable("not looked at");
  AreaOutcome out;
  inspection.report_to(out.report);
  for (const report::CheckRow& row : out.report.checks) out.status[row.id] = row.status;
  return out;
}

TEST(SmtpPolicy, EnforcedMeansThatSendersStayAway) {
  const auto policy = [](MtaStsMode mode, const std::string& mx) {
    return TlsDemand{.policy = MtaStsPolicy{.mode = mode, .max_age = 86'400, .mx = {mx}}};
  };
  const TlsDemand enforced = policy(MtaStsMode::kEnforce, "mx.acme.example");
  EXPECT_EQ(judged(good_facts(), enforced).found(), "");
  EXPECT_EQ(judged(good_facts(), enforced).status.at("smtp.mta_sts"), Status::kPass);
  MxFacts unnamed = good_facts();
  unnamed.tls->named = false;
  const AreaOutcome wrong = judged(unnamed, enforced);
  EXPECT_EQ(wrong.found(), "smtp.certificate_name smtp.mta_sts");
  EXPECT_EQ(wrong.finding("smtp.certificate_name")->severity, Severity::kHigh);
  EXPECT_EQ(wrong.finding("smtp.mta_sts")->severity, Severity::kHigh);
  MxFacts plain = good_facts();
  plain.plain.starttls = false;
  EXPECT_EQ(judged(plain, enforced).finding("smtp.starttls")->severity, Severity::kHigh);
  EXPECT_EQ(judged(plain, enforced).found(), "smtp.mta_sts smtp.starttls");
  const AreaOutcome tested = judged(good_facts(), policy(MtaStsMode::kTesting, "other.example"));
  EXPECT_EQ(tested.finding("smtp.mta_sts")->severity, Severity::kLow);
}

TEST(SmtpPolicy, OldVersionsAndBrokenSuites) {
  MxFacts old = good_facts();
  old.tls->version = "TLSv1.1";
  EXPECT_EQ(judged(old, {}).found(), "smtp.tls_version");
  for (const char* suite :
       {"TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_NULL_SHA256", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"}) {
    MxFacts weak = good_facts();
    weak.tls->suite = suite;
    EXPECT_EQ(judged(weak, {}).found(), "smtp.tls_suite") << suite;
  }
  MxFacts anonymous = good_facts();
  anonymous.tls->anonymous = true;
  EXPECT_EQ(judged(anonymous, {}).found(), "smtp.tls_suite");
}

TEST_F(SmtpArea, WithoutANetworkOrMail) {
  const ScriptedMx server({});
  Network network = stage.network(server);
  network.live = false;
  const AreaOutcome dry = AreaOutcome::of(area_smtp, stage.subject, network);
  EXPECT_EQ(dry.report.checks.front().reason, "needs the network");
  stage.subject.domain = "quiet.example";
  stage.add("quiet.example", RecordType::kMx, MailExchange{0, ""});
  EXPECT_THAT(
      AreaOutcome::of(area_smtp, stage.subject, stage.network(server)).report.checks.front().reason,
      HasSubstr("null MX"));
}

}  // namespace
}  // namespace lr::domain
