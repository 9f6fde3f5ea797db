#include "domain/smtp/mail_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "crypto/digest.h"
#include "domain/smtp/arrival_judge.h"
#include "domain/smtp/mailbox.h"
#include "domain/smtp/testing/area_outcome.h"
#include "domain/smtp/testing/mx_stage.h"
#include "domain/testing/free_port.h"
#include "domain/testing/process.h"

namespace lr::domain {
extern constinit const Area area_mail_path;

namespace {

using namespace std::chrono_literals;
using report::Severity;
using report::Status;
using ::testing::HasSubstr;

constexpr std::string_view kPublic = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";  // RFC 8463

Secret signing_key() {
  const std::string der = *crypto::unhex("302e020100300506032b657004220420") +
                          *crypto::base64_decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
  std::string kind = "PRIVATE";
  kind += " KEY-----\n";
  return Secret("-----BEGIN " + kind + crypto::base64_encode(der) + "\n-----END " + kind);
}

/// PEM of an RSA key, as the signer of the provider reads it.
std::string signing_key_rsa(const MxStage& stage) {
  CertificateSpec spec = stage.authority.good_leaf("dkim.example", stage.now);
  spec.key = TestKey::kRsa2048;
  return stage.authority.issue(spec).value().key;
}

/// A message as it arrived, changed by each test.
struct Arrivals : ::testing::Test {
  Arrivals() {
    stage.subject.mail.from = "app@acme.example";
    stage.subject.mail.mailbox = Mailbox{.address = "probe@inbox.example"};
    add_text("acme.example", "v=spf1 ip4:192.0.2.0/24 -all");
    add_text("_dmarc.acme.example", "v=DMARC1; p=reject");
    add_text("s1._domainkey.acme.example", "v=DKIM1; k=ed25519; p=" + std::string(kPublic));
    proof.message = text;
    proof.client_known = proof.hop_known = true;
    proof.arrived = ReceivedMail{.client = text::parse_ip("192.0.2.7").value(),
                                 .helo = "out.acme.example",
                                 .mail_from = "bounce@acme.example",
                                 .tls = "TLSv1.3 TLS_AES_256_GCM_SHA384"};
  }
  void add_text(const std::string& name, const std::string& value) {
    stage.add(name, RecordType::kTxt, Text{{value}});
  }
  std::string signed_text(const std::string& domain = "acme.example") const {
    const auto message = Message::parse(text);
    const DkimSigner signer{
        .domain = domain,
        .selector = "s1",
        .private_key = signing_key(),
        .fields = {"from", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"}};
    const auto now = std::chrono::duration_cast<seconds>(stage.now.time_since_epoch()).count();
    return sign_dkim(*message, signer, now - 5).value() + "\r\n" + text;
  }
  AreaOutcome judge(const std::string& bytes) {
    proof.message = text;
    proof.arrived->bytes = bytes;
    const Network network{.resolver = stage.resolver, .now = stage.now};
    Inspection inspection(area_mail_path, stage.subject, network);
    for (const char* check : {"submission", "submission_tls", "arrives", "slow"}) {
      inspection.proved(check, "x");
    }
    judge_message(inspection, proof, [](std::string_view name) {
      return std::string(name.substr(name.rfind('.', name.rfind('.') - 1) + 1));
    });
    AreaOutcome out;
    for (const auto id : inspection.silent_checks()) out.silent.emplace_back(id);
    inspection.report_to(out.report);
    for (const report::CheckRow& row : out.report.checks) out.status[row.id] = row.status;
    EXPECT_TRUE(out.silent.empty()) << out.silent.front();
    return out;
  }
  AreaOutcome judge() { return judge(signed_text()); }

  MxStage stage;
  MailPathProof proof;
  std::string text =
      "From: <app@acme.example>\r\nDate: Wed, 01 Jan 2025 00:00:00 +0000\r\n"
      "Message-ID: <1@acme.example>\r\n\r\nhello\r\n";
};

TEST_F(Arrivals, RightMailHasNoFinding) {
  const AreaOutcome got = judge();
  EXPECT_EQ(got.found(), "");
  EXPECT_EQ(got.ids_with(Status::kInconclusive), "");
  EXPECT_EQ(got.ids_with(Status::kNotApplicable), "mail_path.one_click");
}

TEST_F(Arrivals, WithoutSignature) {
  EXPECT_EQ(judge(text).found(), "mail_path.dkim_alignment mail_path.dkim_missing");
}

TEST_F(Arrivals, ASignatureThatTheWayHasBroken) {
  const AreaOutcome got = judge(signed_text() + "-- \r\nsent by a footer\r\n");
  EXPECT_EQ(got.found(), "mail_path.body_changed mail_path.dkim_alignment mail_path.dkim_invalid");
  EXPECT_EQ(got.finding("mail_path.dkim_invalid")->severity, Severity::kHigh);
}

TEST_F(Arrivals, SpfThatFails) {
  proof.arrived->client = text::parse_ip("203.0.113.5").value();
  const AreaOutcome got = judge();
  EXPECT_EQ(got.found(), "mail_path.spf mail_path.spf_alignment");
  EXPECT_THAT(got.finding("mail_path.spf")->evidence.at(0).response, HasSubstr("-all"));
}

TEST_F(Arrivals, NothingIsAligned) {
  add_text("esp.example", "v=spf1 ip4:192.0.2.0/24 -all");
  add_text("s1._domainkey.esp.example", "v=DKIM1; k=ed25519; p=" + std::string(kPublic));
  proof.arrived->mail_from = "bounce@esp.example";
  const AreaOutcome got = judge(signed_text("esp.example"));
  EXPECT_EQ(got.found(), "mail_path.dkim_alignment mail_path.dmarc mail_path.spf_alignment");
  EXPECT_EQ(got.finding("mail_path.dmarc")->severity, Severity::kHigh);
}

TEST_F(Arrivals, EditionsOfDmarcThatDiffer) {
  // By the tree walk, psd=n makes mail.acme.example an organization of its own.
  add_text("_dmarc.mail.acme.example", "v=DMARC1; p=reject; psd=n");
  stage.subject.mail.from = "app@mail.acme.example";
  text.replace(text.find("app@acme"), 8, "app@mail.acme");
  EXPECT_THAT(judge().found(), HasSubstr("mail_path.dmarc_editions"));
}

TEST_F(Arrivals, KeysThatProveLittle) {
  stage.resolver.zone = Zone();
  add_text("acme.example", "v=spf1 ip4:192.0.2.0/24 -all");
  add_text("_dmarc.acme.example", "v=DMARC1; p=reject");
  add_text("s1._domainkey.acme.example", "v=DKIM1; t=y; k=ed25519; p=" + std::string(kPublic));
  EXPECT_EQ(judge().found(), "mail_path.dkim_weak");
}

TEST_F(Arrivals, TheLastHop) {
  proof.arrived->tls = "";
  EXPECT_EQ(judge().found(), "mail_path.hop_tls");
  proof.arrived->tls = "TLSv1.1";
  EXPECT_EQ(judge().found(), "mail_path.hop_tls_version");
  proof.hop_known = false;
  EXPECT_EQ(judge().found(), "");
  EXPECT_EQ(judge().status.at("mail_path.hop_tls"), Status::kInconclusive);
}

TEST_F(Arrivals, OneClick) {
  stage.subject.mail.bulk = true;
  EXPECT_EQ(judge().finding("mail_path.one_click")->severity, Severity::kInfo);
  text = "List-Unsubscribe: <mailto:a@acme.example>\r\n" + text;
  EXPECT_EQ(judge().finding("mail_path.one_click")->severity, Severity::kMedium);
  text.replace(0, text.find("\r\n"), "List-Unsubscribe: <https://acme.example/u/1>");
  EXPECT_EQ(judge().found(), "mail_path.one_click");
  text = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" + text;
  EXPECT_EQ(judge().found(), "");
  EXPECT_EQ(judge().status.at("mail_path.one_click"), Status::kPass);
  EXPECT_THAT(judge(text).found(), HasSubstr("mail_path.one_click"));
}

TEST_F(Arrivals, HeadersAndNamesOfTheInside) {
  text.erase(text.find("Date:"), text.find("Message-ID:") - text.find("Date:"));
  EXPECT_EQ(judge().found(), "mail_path.header");
  stage.subject.mail.from = "app@other.example";
  EXPECT_EQ(judge().found(), "mail_path.from_changed mail_path.header");
  stage.subject.mail.from = "app@acme.example";
  const std::string hops =
      "Received: from out (out [192.0.2.7]) by mx with ESMTPS; x\r\n"
      "Received: from web-3.internal (web-3 [10.1.2.3]) by out with ESMTP; x\r\n";
  EXPECT_EQ(judge(hops + signed_text()).found(), "mail_path.header mail_path.internal_names");
}

TEST_F(Arrivals, AnswersThatDidNotComeLeaveTheQuestionOpen) {
  stage.resolver.zone = Zone();
  for (const char* name : {"acme.example", "_dmarc.acme.example", "s1._domainkey.acme.example"}) {
    stage.resolver.zone.set_unreachable(name);
  }
  const AreaOutcome got = judge();
  EXPECT_EQ(got.found(), "");
  EXPECT_EQ(got.status.at("mail_path.dmarc"), Status::kInconclusive);
  EXPECT_EQ(got.status.at("mail_path.dkim_invalid"), Status::kInconclusive);
}

TEST(AddressDomain, OfWhatAFromFieldHolds) {
  EXPECT_EQ(domain_of_address(" \"a@b\" <c@Acme.Example>"), "acme.example");
  EXPECT_EQ(domain_of_address("c@acme.example"), "acme.example");
  EXPECT_EQ(domain_of_address("nobody"), "");
}

/// Of a proof that ended before there was a message to judge.
AreaOutcome early(const MailPathProof& proof) {
  TrustedZone zone;
  Subject subject{.domain = "acme.example"};
  subject.mail.submission = Submission{.host = "smtp.acme.example"};
  subject.mail.mailbox = Mailbox{.address = "probe@acme.example"};
  const Network network{.resolver = zone};
  Inspection inspection(area_mail_path, subject, network);
  if (judge_submission(inspection, proof)) judge_arriving(inspection, proof);
  inspection.rest_not_applicable("not looked at");
  AreaOutcome out;
  inspection.report_to(out.report);
  for (const report::CheckRow& row : out.report.checks) out.status[row.id] = row.status;
  return out;
}

TEST(EarlyEnds, OfAProof) {
  MailPathProof proof;
  proof.accepted = true;
  proof.submission_tls = net::TlsSession{.version = "TLSv1.3"};
  proof.took = 60s;
  EXPECT_EQ(early(proof).found(), "mail_path.arrives");
  EXPECT_EQ(early(proof).status.at("mail_path.submission_tls"), Status::kPass);
  proof.cut_short = true;
  EXPECT_EQ(early(proof).found(), "");
  EXPECT_EQ(early(proof).status.at("mail_path.arrives"), Status::kInconclusive);
  proof.arrived = ReceivedMail{};
  EXPECT_EQ(early(proof).found(), "mail_path.slow");
  proof.took = 2s;
  EXPECT_EQ(early(proof).found(), "");
  EXPECT_EQ(early(proof).status.at("mail_path.slow"), Status::kPass);
  proof.mailbox_trouble = "the mailbox refuses the login";
  EXPECT_EQ(early(proof).status.at("mail_path.spf"), Status::kInconclusive);
}

TEST(EarlyEnds, OfASubmission) {
  MailPathProof proof;
  proof.tls_trouble = "the server does not offer STARTTLS";
  EXPECT_EQ(early(proof).found(), "mail_path.submission_tls");
  EXPECT_EQ(early(proof).status.at("mail_path.submission"), Status::kInconclusive);
  proof.tls_trouble.reset();
  proof.refusal.code = 451;
  EXPECT_EQ(early(proof).status.at("mail_path.submission"), Status::kInconclusive);
  proof.refusal.code = 535;
  EXPECT_EQ(early(proof).found(), "mail_path.submission");
  proof.refusal.code = 0;
  proof.trouble = "timeout";
  EXPECT_EQ(early(proof).found(), "");
}

// ---- The whole way -------------------------------------------------------------------------

struct MailPath : ::testing::Test {
  MailPath() {
    stage.subject.mail.from = "app@acme.example";
    stage.subject.mail.submission = Submission{.host = "127.0.0.1", .port = 587};
    stage.subject.mail.mailbox = Mailbox{.kind = Mailbox::Kind::kMaildir,
                                         .address = "probe@acme.example",
                                         .path = stage.folder->path().string()};
    for (const char* part : {"new", "cur", "tmp"}) {
      std::filesystem::create_directory(stage.folder->path() / part);
    }
  }
  MailPathProof prove(std::uint16_t port, milliseconds patience = 5s) {
    const ScriptedMx unused({});
    Network network = stage.network(unused);
    network.ports[587] = port;
    SystemRng rng;
    return prove_mail_path(stage.subject.mail, network, rng,
                           {.patience = patience, .poll = 20ms, .pause = 1ms});
  }
  MxStage stage;
};

TEST_F(MailPath, FromTheSubmissionIntoTheSink) {
  // A sink stands in for the provider, too: what it takes is what was sent.
  const auto provider = SmtpSink::start({.listen = {text::parse_ip("127.0.0.1").value(), 0},
                                         .name = "localhost",
                                         .recipient = "probe@acme.example",
                                         .tag = std::string(kTagField)});
  ASSERT_TRUE(provider);
  const MailPathProof proof = prove((*provider)->local().port, 300ms);
  EXPECT_TRUE(proof.accepted) << proof.trouble.value_or("") << proof.transcript;
  EXPECT_FALSE(proof.arrived);
  ASSERT_TRUE(proof.submission_tls);
  EXPECT_TRUE(proof.tls_trouble);
  const auto sent = (*provider)->wait(Deadline::after(5s));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->bytes, proof.message);
  EXPECT_THAT(sent->bytes, HasSubstr(std::string(kTagField) + ": " + proof.tag));
}

TEST_F(MailPath, NoPasswordGoesToAServerThatIsNotProved) {
  const auto provider = SmtpSink::start({.listen = {text::parse_ip("127.0.0.1").value(), 0},
                                         .name = "localhost",
                                         .recipient = "probe@acme.example",
                                         .tag = ""});
  stage.subject.mail.submission->user = "app";
  stage.subject.mail.submission->password = std::make_shared<const Secret>("very-hidden-word");
  const MailPathProof proof = prove((*provider)->local().port, 300ms);
  EXPECT_FALSE(proof.accepted);
  EXPECT_TRUE(proof.tls_trouble);
  EXPECT_THAT(proof.transcript, ::testing::Not(HasSubstr("AUTH")));
  EXPECT_THAT(proof.transcript, ::testing::Not(HasSubstr("very-hidden-word")));
}

/// "Later" is neither a server without STARTTLS nor a refusal of the mail.
TEST_F(MailPath, AServerThatSaysLaterIsAskedOnceMore) {
  const ScriptedMx busy_once({.busy_for = 1, .certificate = stage.certificate("127.0.0.1")});
  const MailPathProof served = prove(busy_once.port());
  EXPECT_TRUE(served.submission_tls) << served.transcript;
  EXPECT_THAT(served.transcript, HasSubstr("421 4.3.2 too busy"));
  const ScriptedMx busy({.busy_for = 100, .certificate = stage.certificate("127.0.0.1")});
  const MailPathProof refused = prove(busy.port());
  EXPECT_EQ(refused.refusal.code, 421);
  EXPECT_EQ(refused.submissions, 2U);
  EXPECT_FALSE(refused.tls_trouble) << *refused.tls_trouble;
  EXPECT_EQ(early(refused).found(), "");
  EXPECT_EQ(early(refused).status.at("mail_path.submission_tls"), Status::kInconclusive);
}

TEST_F(MailPath, AMaildirIsReadWithoutTouchingOtherMail) {
  stage.folder->write("new/1.other", "X-Launch-Ready-Proof: another\r\n\r\nno\r\n");
  stage.folder->write("cur/2.wanted:2,S", "X-Launch-Ready-Proof: tag\r\n\r\nyes\r\n");
  const std::string path = stage.folder->path().string();
  const auto found = find_in_maildir(path, {std::string(kTagField), "tag"});
  ASSERT_TRUE(found && *found);
  EXPECT_THAT(**found, HasSubstr("yes"));
  EXPECT_FALSE(*find_in_maildir(path, {std::string(kTagField), "nothing"}));
  EXPECT_FALSE(find_in_maildir(path + "/none", {std::string(kTagField), "tag"}));
}

/// A provider made of other people's code: aiosmtpd takes the message over TLS with a password,
/// dkimpy signs it, and Python's mailbox delivers it.
TEST_F(MailPath, ThroughARealProvider) {
  const TestCertificate certificate = stage.certificate("smtp.acme.example");
  const auto file = [&](const std::string& name, const std::string& bytes) {
    return stage.folder->write(name, bytes).string();
  };
  const std::uint16_t port = free_port();
  const std::string source = LR_SOURCE_DIR;
  const auto provider = ChildProcess::start(
      {"/usr/bin/python3", source + "/src/domain/smtp/testing/provider.py", std::to_string(port),
       file("c.pem", certificate.certificate), file("k.pem", certificate.key),
       stage.folder->path().string(), file("dkim.pem", signing_key_rsa(stage))},
      stage.folder->path() / "provider.log");
  ASSERT_TRUE(provider) << provider.error().detail();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!(*provider)->output().contains("dkim-key ") &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(20ms);
  }
  const std::string said = (*provider)->output();
  const std::size_t at = said.find("dkim-key ");
  ASSERT_NE(at, std::string::npos) << said;
  const std::string key = said.substr(at + 9, said.find('\n', at) - at - 9);
  stage.add("s1._domainkey.acme.example", RecordType::kTxt, Text{{"v=DKIM1; k=rsa; p=" + key}});
  stage.add("acme.example", RecordType::kTxt, Text{{"v=spf1 ip4:127.0.0.1 -all"}});
  stage.add("_dmarc.acme.example", RecordType::kTxt, Text{{"v=DMARC1; p=reject"}});
  stage.add("smtp.acme.example", RecordType::kA, text::parse_ip("127.0.0.1").value());
  Submission& submission = *stage.subject.mail.submission;
  submission.host = "smtp.acme.example";
  submission.user = "app";
  submission.password = std::make_shared<const Secret>("very-hidden-word");
  const ScriptedMx unused({});
  Network network = stage.network(unused);
  network.ports[587] = port;
  const AreaOutcome got = AreaOutcome::of(area_mail_path, stage.subject, network);
  EXPECT_TRUE(got.silent.empty());
  EXPECT_EQ(got.found(), "") << (*provider)->output();
  EXPECT_EQ(got.ids_with(Status::kInconclusive), "");
  EXPECT_THAT(got.ids_with(Status::kPass), HasSubstr("mail_path.dkim_invalid"));
  // The wrong password is a refusal, and appears nowhere.
  submission.password = std::make_shared<const Secret>("another-word");
  const AreaOutcome refused = AreaOutcome::of(area_mail_path, stage.subject, network);
  EXPECT_EQ(refused.found(), "mail_path.submission");
  const std::string evidence = refused.finding("mail_path.submission")->evidence.at(0).response;
  EXPECT_THAT(evidence, HasSubstr("(hidden)"));
  EXPECT_THAT(evidence, ::testing::Not(HasSubstr("another-word")));
  EXPECT_THAT(evidence, ::testing::Not(HasSubstr(crypto::base64_encode("another-word"))));
}

TEST_F(MailPath, TheAreaSaysWhatItCannotProve) {
  const ScriptedMx closed({.certificate = stage.certificate("127.0.0.1")});
  Network network = stage.network(closed);
  network.ports[587] = closed.port();
  // DATA is unknown to this server.
  const AreaOutcome got = AreaOutcome::of(area_mail_path, stage.subject, network);
  EXPECT_TRUE(got.silent.empty());
  EXPECT_EQ(got.found(), "mail_path.submission");
  EXPECT_EQ(got.status.at("mail_path.spf"), Status::kNotApplicable);
  EXPECT_EQ(got.status.at("mail_path.submission_tls"), Status::kPass);
  stage.subject.mail.submission.reset();
  EXPECT_EQ(AreaOutcome::of(area_mail_path, stage.subject, network).ids_with(Status::kPass), "");
}

}  // namespace
}  // namespace lr::domain
