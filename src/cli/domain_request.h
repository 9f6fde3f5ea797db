// From the arguments of `launchready domain` to what is judged and how it is reached, with every
// mistake found before the first question.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/verb.h"
#include "contract/contract.h"
#include "domain/validating_resolver.h"
#include "domain/zone_file.h"

namespace lr::cli {

struct DomainRequest {
  std::string name;                              ///< "" takes the contract's.
  std::unique_ptr<contract::Contract> contract;  ///< Null without one.
  domain::ResolverSettings resolver;
  std::optional<domain::ZoneFile> zone;  ///< Judged in place of what is published.
  std::string zone_path;
  std::optional<std::string> replay;  ///< Text of a recording.
  std::string replay_path;
  std::string record_path;  ///< "": nothing is recorded.
  std::string emit;         ///< "records", "zone", "terraform", "dnscontrol" or "".
  WallTime now{};
  MonoTime begun{};  ///< When the work began, for the report.
  std::map<std::uint16_t, std::uint16_t> ports;
  std::string ca_file;
  seconds deadline{60};
  std::vector<std::string> only;
};

Result<DomainRequest> read_domain_request(const Arguments& arguments);

/// How names are asked when nothing else is said: the root servers, validated with the system's
/// trust anchors or, on a machine without the file, with the built-in ones.
domain::ResolverSettings default_resolver();

}  // namespace lr::cli
