// How long a whole judgement takes when every server is a round trip of 20 ms away, and how many
// questions it asks.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "domain/testing/delay_relay.h"
#include "lab_world.h"

namespace lr::domain::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kQuestionsMost = 300;
constexpr auto kWanted = 5s;
// The sanitizers, and other tests on the same two cores.
constexpr int kSlack = 3;

/// Relays in front of all servers.
struct FarAway {
  std::map<std::uint16_t, std::uint16_t> ports{};
  std::vector<std::unique_ptr<DelayRelay>> relays{};
};

FarAway moved_away(const std::map<std::uint16_t, std::uint16_t>& ports) {
  FarAway out;
  for (const auto& [known, port] : ports) {
    auto relay = DelayRelay::start(port, 10ms);
    EXPECT_TRUE(relay) << relay.error().detail();
    out.ports[known] = (*relay)->port();
    out.relays.push_back(std::move(*relay));
  }
  return out;
}

TEST(Speed, AColdJudgementTakesFiveSecondsAndThreeHundredQuestions) {
  const LabWorld& world = LabWorld::instance();
  for (const std::string_view name : {"plain.lab", "signed.lab"}) {
    const FarAway far = moved_away(world.network(world.resolver()).ports);
    ResolverSettings settings = world.dns().resolver_settings();
    const std::string server = world.dns().resolver_address(far.ports.at(53));
    settings.forwarders = {server};
    settings.stubs = {{"127.in-addr.arpa", server}};
    auto resolver = ValidatingResolver::make(settings);
    ASSERT_TRUE(resolver) << resolver.error().detail();
    const auto begun = std::chrono::steady_clock::now();
    const report::Report report =
        world.inspected(world.domain(name).subject, **resolver, far.ports);
    const auto took = std::chrono::steady_clock::now() - begun;
    const std::size_t questions = (*resolver)->questions();
    fmt::print(
        "{}: {:.2f} s at 20 ms round trips, {} questions to the resolver, {} other requests\n",
        name, std::chrono::duration<double>(took).count(), questions, report.requests);
    EXPECT_LE(questions, kQuestionsMost) << name;
    EXPECT_LE(took, kWanted * kSlack) << name;
  }
}

}  // namespace
}  // namespace lr::domain::lab
