// DMARC records from a stranger along one name, and the records of MTA-STS, TLS reporting and BIMI:
// the lines of the input are TXT records at "_dmarc." of longer and longer names. Nothing may
// crash, a walk asks eight names at most, and what is found lies on the way.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/mail/bimi.h"
#include "domain/mail/dmarc.h"
#include "domain/mail/mta_sts.h"
#include "domain/mail/spf_macro.h"
#include "domain/mail/tls_rpt.h"
#include "domain/zone.h"
#include "fuzz/reach.h"

namespace lr::domain {
namespace {

enum class State : std::uint8_t { kRecord, kProblem, kFound, kInherited, kPolicy };
lr::fuzz::Reach<5> reach({"records", "problems", "policies", "inherited", "MTA-STS policies"});

constexpr std::size_t kLevels = 10;

void try_record(std::string_view text) {
  const auto record = parse_dmarc(text);
  lr::fuzz::require(record.has_value() == is_dmarc_record(text), "one opinion of what is DMARC");
  if (!record) return;
  reach.mark(State::kRecord);
  for (const DmarcProblem& problem : record->problems) {
    reach.mark(State::kProblem);
    lr::fuzz::require(problem.begin < problem.end && problem.end <= text.size(),
                      "a place in the record");
  }
}

void try_walk(std::string_view input) {
  Zone zone;
  std::string name = "com";
  for (std::size_t i = 0; i < kLevels && !input.empty(); ++i) {
    const std::size_t end = input.find('\n');
    const std::string_view line = input.substr(0, end);
    if (!line.empty()) {
      zone.add({.name = "_dmarc." + name,
                .type = RecordType::kTxt,
                .ttl = 1,
                .data = Text{{"v=DMARC1;" + std::string(line)}}});
    }
    name = "n" + std::to_string(i) + "." + name;
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  const auto walk = walk_dmarc_tree(zone, name);
  lr::fuzz::require(!walk.empty() && walk.size() <= kDmarcWalkSteps, "at most eight questions");
  lr::fuzz::require(is_same_or_below(name, organizational_domain(walk)), "on the way");
  const auto registrable = [](std::string_view) { return std::string("n0.com"); };
  for (const DmarcEdition edition : {DmarcEdition::kRfc9989, DmarcEdition::kRfc7489}) {
    const DmarcDiscovery found = discover_dmarc(zone, name, edition, registrable);
    if (found.outcome != DmarcDiscovery::Outcome::kFound) continue;
    reach.mark(State::kFound);
    if (found.where != name) reach.mark(State::kInherited);
    lr::fuzz::require(is_same_or_below(name, found.where), "the record lies on the way");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  reach.run();
  try_record(input);
  try_walk(input);
  (void)parse_mta_sts_record(input);
  (void)parse_tls_rpt(input);
  (void)parse_bimi(input);
  (void)tiny_ps_problems(input);
  if (const auto policy = parse_mta_sts_policy(input)) {
    reach.mark(State::kPolicy);
    const auto again = parse_mta_sts_policy(mta_sts_policy_text(*policy));
    lr::fuzz::require(again && again->mx == policy->mx && again->max_age == policy->max_age,
                      "a policy that is written reads the same");
  }
  return 0;
}

}  // namespace lr::domain
