// `launchready domain` as a process, against the laboratory's servers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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

Done judged(const std::string& name, std::vector<std::string> more = {}) {
  const LabWorld& world = LabWorld::instance();
  const Network network = world.network(world.resolver());
  auto folder = ScratchFolder::make();
  EXPECT_TRUE(folder.has_value());
  const auto anchor = (*folder)->write("root.ds", world.dns().trust_anchor() + "\n");
  const std::string server = with_colon(world.dns().resolver_address());
  std::vector<std::string> words = {LR_PROGRAM,
                                    "domain",
                                    name,
                                    "--resolver",
                                    server,
                                    "--stub",
                                    "127.in-addr.arpa=" + server,
                                    "--trust-anchor",
                                    anchor.string(),
                                    "--port",
                                    port_list(network.ports),
                                    "--ca",
                                    network.ca_file};
  std::ranges::move(more, std::back_inserter(words));
  auto child = ChildProcess::start(words, (*folder)->path() / "output");
  EXPECT_TRUE(child.has_value());
  Done out;
  out.code = (*child)->wait();
  out.output = (*child)->output();
  return out;
}

TEST(Program, ACleanDomainIsReady) {
  const Done done = judged("plain.lab");
  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("READY"));
  EXPECT_THAT(done.output, Not(HasSubstr("NOT READY")));
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
  const Done again = judged("plain.lab", {"--only", "spf,dmarc", "--replay", kept});
  EXPECT_EQ(again.code, 0) << again.output;
}

}  // namespace
}  // namespace lr::domain::lab
