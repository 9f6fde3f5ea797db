// The area `smtp_tls` against scripted mail servers; weak ones of other makers are in the
// laboratory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/smtp/testing/area_outcome.h"
#include "domain/smtp/testing/mx_stage.h"

namespace lr::domain {
extern constinit const Area area_smtp_tls;

namespace {

using report::Status;
using ::testing::HasSubstr;

struct SmtpTls : ::testing::Test {
  AreaOutcome run(MxBehaviour behaviour) {
    if (behaviour.certificate.key.empty()) {
      behaviour.certificate = stage.certificate("mx.acme.example");
    }
    const ScriptedMx server(std::move(behaviour));
    Network network = stage.network(server);
    network.connect_patience = milliseconds(500);
    AreaOutcome out = AreaOutcome::of(area_smtp_tls, stage.subject, network);
    EXPECT_TRUE(out.silent.empty()) << out.silent.front();
    return out;
  }
  static void expect_all(const AreaOutcome& got, Status status) {
    for (const report::CheckRow& row : got.report.checks) {
      EXPECT_EQ(row.status, status) << row.id << ": " << row.reason;
    }
  }
  MxStage stage;
};

TEST_F(SmtpTls, ARightServerIsProvedAndOnlyTheFutureIsMissing) {
  const AreaOutcome got = run({});
  EXPECT_EQ(got.found(), "smtp_tls.post_quantum");
  EXPECT_EQ(got.ids_with(Status::kInconclusive), "");
  for (const char* id : {"smtp_tls.ssl3", "smtp_tls.tls10", "smtp_tls.rc4", "smtp_tls.null"}) {
    EXPECT_EQ(got.status.at(id), Status::kPass) << id;
  }
  EXPECT_THAT(got.finding("smtp_tls.post_quantum")->reproduce, HasSubstr("-starttls smtp"));
}

TEST_F(SmtpTls, WithoutTlsThereIsNothingToLookAt) {
  expect_all(run({.starttls = false}), Status::kNotApplicable);
}

TEST_F(SmtpTls, SilenceAndNonsenseProveNothing) {
  expect_all(run({.silent_handshake = true}), Status::kInconclusive);
  expect_all(run({.garbage_handshake = true}), Status::kInconclusive);
  expect_all(run({.silent = true}), Status::kInconclusive);
  expect_all(run({.greeting = "554 5.7.1 go away\r\n"}), Status::kInconclusive);
  // Bytes in the clear behind the 220 are no part of the handshake.
  const AreaOutcome early = run({.talks_before_tls = true});
  EXPECT_EQ(early.found(), "");
  EXPECT_EQ(early.ids_with(Status::kPass), "");
}

TEST_F(SmtpTls, WithoutANetworkOrMail) {
  const ScriptedMx server({});
  Network network = stage.network(server);
  network.live = false;
  expect_all(AreaOutcome::of(area_smtp_tls, stage.subject, network), Status::kNotApplicable);
  stage.subject.mail.receives = false;
  expect_all(AreaOutcome::of(area_smtp_tls, stage.subject, stage.network(server)),
             Status::kNotApplicable);
}

}  // namespace
}  // namespace lr::domain
