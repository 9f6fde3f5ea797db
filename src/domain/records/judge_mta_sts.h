// Judges the MTA-STS record and policy for the area mta_sts.
#pragma once

#include "domain/inspection.h"
#include "domain/mail/mta_sts.h"

namespace lr::domain {

void judge_mta_sts(Inspection& inspection);

/// The host names of the domain's MX records, the null MX left out; `failed` when nobody could say.
struct MxHosts {
  std::vector<std::string> hosts{};
  bool failed = false;
  std::string why{};
};
MxHosts mx_hosts(Resolver& resolver, std::string_view domain);

/// A policy's text against the MX hosts: mode, age and coverage. For what was fetched.
void judge_mta_sts_policy(Inspection& inspection, const std::string& domain, std::string_view text);

}  // namespace lr::domain
