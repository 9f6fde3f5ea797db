// `launchready domain` as a process, against the laboratory's servers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "domain/testing/process.h"
#include "lab_world.h"

namespace lr::domain::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Done {
  int code = -1;
  std::string output;
};

/// "127.0.0.1@5300" as the command line wants it.
std::string with_colon(std::string address) {
  std::ranges::replace(address, '@', ':');
  return address;
}

std::string port_list(const std::map<std::uint16_t, std::uint16_t>& ports) {
  std::string out;
  for (const auto& [known, port] : ports) {
    out += fmt::format("{}{}={}", out.empty() ? "" : ",", known, port);
  }
  return out;
}

Done run_program(const std::vector<std::string>& words, const std::filesystem::path& output) {
  auto child = ChildProcess::start(words, output);
  EXPECT_TRUE(child.has_value());
  Done out;
  out.code = (*child)->wait();
  out.output = (*child)->output();
  return out;
}

/// `domain` with these words, against the servers of the laboratory.
Done run_domain(const std::vector<std::string>& first, const std::vector<std::string>& more = {}) {
  const LabWorld& world = LabWorld::instance();
  const Network network = world.network(world.resolver());
  auto folder = ScratchFolder::make();
  EXPECT_TRUE(folder.has_value());
  const auto anchor = (*folder)->write("root.ds", world.dns().trust_anchor() + "\n");
  const std::string server = with_colon(world.dns().resolver_address());
  std::vector<std::string> words = {"/usr/bin/env",   fmt::format("LAB_PASSWORD={}", kLabPassword),
                                    LR_PROGRAM,       "domain",
                                    "--resolver",     server,
                                    "--stub",         "127.in-addr.arpa=" + server,
                                    "--trust-anchor", anchor.string(),
                                    "--port",         port_list(network.ports),
                                    "--ca",           network.ca_file};
  words.insert(words.end(), first.begin(), first.end());
  words.insert(words.end(), more.begin(), more.end());
  return run_program(words, (*folder)->path() / "output");
}

Done judged(const std::string& name, const std::vector<std::string>& more = {}) {
  return run_domain({name}, more);
}

/// The contract of a domain whose mail goes through Postfix into our own sink.
std::string contract_of(const LabDomain& domain) {
  const MailPromise& mail = domain.subject.mail;
  return fmt::format(
      "version: 1\nproduct: {{ name: Laboratory }}\n"
      "domains:\n  primary: {0}\n  redirects: [www.{0}]\n  issuers: [authority.lab]\n"
      "mail:\n  bulk: {1}\n  selectors: [k1]\n  senders: [127.0.25.1]\n  from: {2}\n"
      "  smtp: {{ url: \"smtp://{3}:{4}\", user: {5}, password: \"${{LAB_PASSWORD}}\" }}\n"
      "  arrives: {{ address: {6}, listen: \"{7}\" }}\n",
      domain.name, mail.bulk, mail.from, mail.submission->host, mail.submission->port,
      mail.submission->user, mail.mailbox->address, mail.mailbox->path);
}

TEST(Program, AContractProvesTheMailPathIntoTheSink) {
  const LabWorld& world = LabWorld::instance();
  if (world.postfix() == nullptr) return;  // MailPath.RunsWhereverPostfixCan says so.
  auto folder = ScratchFolder::make();
  ASSERT_TRUE(folder.has_value());
  for (const auto& [name, code] : {std::pair{"provider.lab", 0}, {"mail-unsigned.lab", 1}}) {
    const std::string file =
        (*folder)->write("launchready.yaml", contract_of(world.domain(name))).string();
    const Done done = run_domain({"--contract", file}, {"--only", "mail_path"});
    EXPECT_EQ(done.code, code) << done.output << world.postfix()->log();
    EXPECT_EQ(done.output.contains("mail_path.dkim_missing"), code == 1) << done.output;
    EXPECT_THAT(done.output, Not(HasSubstr(std::string(kLabPassword))));
  }
}

TEST(Program, ACleanDomainIsReady) {
  const Done done = judged("plain.lab");
  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("READY"));
  EXPECT_THAT(done.output, Not(HasSubstr("NOT READY")));
}

TEST(Program, ANameInUnicodeIsTheSameDomain) {
  const Done done = judged("Bücher.lab");
  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("xn--bcher-kva.lab"));
}

TEST(Program, AFaultyDomainIsNotAndTheFindingQuotesTheRecord) {
  const std::string name = LabWorld::instance().domain("spf-pass-all.lab").name;
  const Done done = judged(name, {"--only", "MAIL"});
  EXPECT_EQ(done.code, 1) << done.output;
  EXPECT_THAT(done.output, HasSubstr("NOT READY"));
  EXPECT_THAT(done.output, HasSubstr("spf.pass_all"));
}

TEST(Program, ARecordingIsJudgedAgainWithoutServers) {
  auto folder = ScratchFolder::make();
  ASSERT_TRUE(folder.has_value());
  const std::string kept = (*folder)->path() / "kept.json";
  const Done live = judged("plain.lab", {"--only", "spf,dmarc", "--record", kept});
  EXPECT_EQ(live.code, 0) << live.output;
  const Done again =
      run_program({LR_PROGRAM, "domain", "plain.lab", "--only", "spf,dmarc", "--replay", kept},
                  (*folder)->path() / "output");
  EXPECT_EQ(again.code, 0) << again.output;
}

}  // namespace
}  // namespace lr::domain::lab
