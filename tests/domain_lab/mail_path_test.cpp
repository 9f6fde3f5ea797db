// The whole way of product mail, through other people's servers into our own sink.
#include "domain/smtp/mail_path.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/inspect/inspect.h"
#include "faults.h"
#include "lab_world.h"

namespace lr::domain::lab {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class MailPath : public ::testing::Test {
 protected:
  MailPathProof prove(const LabDomain& domain, milliseconds patience) {
    SystemRng rng;
    return prove_mail_path(domain.subject.mail, world.network(world.resolver()), rng,
                           {.patience = patience});
  }
  const LabWorld& world = LabWorld::instance();
};

/// Where Postfix cannot run, this is the one test that says so.
TEST_F(MailPath, RunsWhereverPostfixCan) {
  const std::string obstacle = LabPostfix::obstacle();
  if (!obstacle.empty()) fmt::print("the mail path was not run: {}\n", obstacle);
  EXPECT_EQ(world.postfix() != nullptr, obstacle.empty());
}

TEST_F(MailPath, EverythingOfACleanDomainIsProved) {
  if (world.postfix() == nullptr) return;
  const LabDomain& domain = world.domain("provider.lab");
  const report::Report report = world.inspected(domain, Scope::kMail);
  std::size_t proved = 0;
  for (const report::CheckRow& row : report.checks) {
    if (!row.id.starts_with("mail_path.")) continue;
    // Nothing in the laboratory differs between the editions without a public suffix list.
    if (row.id == "mail_path.dmarc_editions" && row.status == report::Status::kNotApplicable) {
      continue;
    }
    EXPECT_EQ(row.status, report::Status::kPass) << row.id << " " << row.reason;
    ++proved;
  }
  EXPECT_GE(proved, 18U) << world.postfix()->log();
}

TEST_F(MailPath, TheSinkSeesWhatPostfixDid) {
  if (world.postfix() == nullptr) return;
  const MailPathProof proof = prove(world.domain("provider.lab"), 20s);
  ASSERT_TRUE(proof.arrived) << proof.transcript << world.postfix()->log();
  const ReceivedMail& mail = *proof.arrived;
  EXPECT_EQ(mail.client.str(), "127.0.25.1");
  EXPECT_EQ(mail.helo, "mx1.mailhost.lab");
  EXPECT_EQ(mail.mail_from, "app@provider.lab");
  EXPECT_THAT(mail.tls, StartsWith("TLSv1.3 "));
  EXPECT_THAT(mail.bytes, HasSubstr("with ESMTPSA"));
  EXPECT_THAT(mail.bytes, HasSubstr("DKIM-Signature:"));
  EXPECT_THAT(mail.bytes, HasSubstr(proof.tag));
  ASSERT_TRUE(proof.submission_tls);
  EXPECT_FALSE(proof.tls_trouble) << *proof.tls_trouble;
  EXPECT_THAT(proof.transcript, HasSubstr("AUTH PLAIN (hidden)"));
  EXPECT_LT(proof.took, 10s);
  fmt::print("a message through Postfix and OpenDKIM: {} ms\n", proof.took.count());
}

/// As an MX: its list of suites is long, because mail may go to old servers, and yet every question
/// is answered within the bounds of a scan.
TEST_F(MailPath, ThePostfixOfTheDistributionIsScannedWhole) {
  if (world.postfix() == nullptr) return;
  Network network = world.network(world.resolver());
  network.ports[25] = world.domain("provider.lab").subject.mail.submission->port;
  const Subject subject{.domain = "postal.lab"};
  report::Report report;
  inspect(all_areas(), subject, network, {.only = {"smtp_tls"}}, report);
  for (const report::Inconclusive& one : report.inconclusive) {
    ADD_FAILURE() << one.check << ": " << one.reason;
  }
  for (const report::Finding& one : report.findings) {
    EXPECT_LT(one.severity, report::Severity::kMedium) << one.check << ": " << one.title;
  }
  EXPECT_GT(report.requests, 30U);
  fmt::print("STARTTLS of Postfix: {} handshakes\n", report.requests);
}

/// Accepted and kept: the sender is told 250, and nobody ever gets the message.
TEST_F(MailPath, WhatPostfixHoldsHasNotArrived) {
  if (world.postfix() == nullptr) return;
  const MailPathProof proof = prove(world.domain("mail-held.lab"), 1s);
  EXPECT_TRUE(proof.accepted) << proof.transcript;
  EXPECT_FALSE(proof.arrived);
  EXPECT_FALSE(proof.cut_short);
}

}  // namespace
}  // namespace lr::domain::lab
