// What the servers of a zone and those of its parent say, each asked for itself and all at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/dns/name_facts.h"
#include "domain/dns/server_query.h"

namespace lr::domain {

inline constexpr std::size_t kQuestionsOfSurvey = 4;  ///< To each server.

struct Observation {
  enum class State : std::uint8_t { kUnknown, kGood, kBad };
  State state = State::kUnknown;
  std::string text{};  ///< What was seen, or why nothing was.
};

struct ServerReport {
  std::string name;
  net::Endpoint endpoint;
  Observation authority;  ///< Bad: it answers, but not for this zone.
  Observation tcp;
  Observation edns;
  Observation transfer;
  Observation recursion;
  std::optional<std::uint32_t> serial;
};

/// One thread per address, at most kServersAsked.
std::vector<ServerReport> survey_servers(const Network& network, const std::string& zone,
                                         const std::vector<ZoneServer>& servers);

/// The delegation as the parent's servers have it.
struct ParentSide {
  std::set<std::string> names;
  std::vector<Record> glue;  ///< A and AAAA of the additional section.
};
/// Errors: kUnavailable when no server of the parent could be asked, or none knows the zone.
Result<ParentSide> ask_parent(Inspection& inspection, const std::string& zone);

/// kUnknown: no name server lies in the zone, so no glue is needed.
Observation compare_glue(const std::string& zone, const ParentSide& parent,
                         const std::vector<ZoneServer>& servers);

/// What is outside of what operators use, in words; "" when nothing is.
std::string unusual_timers(const StartOfAuthority& soa);

}  // namespace lr::domain
