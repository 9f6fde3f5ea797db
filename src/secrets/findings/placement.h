// Where a secret may stand, who answers for it, and how bad it is that it stands where it does.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"
#include "secrets/findings/inventory.h"

namespace lr::secrets {

/// What the contract says about one of its secrets.
struct SecretTerms {
  std::string name;                     ///< As in SecretFinding::live_as.
  bool publishable = false;             ///< Made to be seen by browsers.
  std::vector<std::string> allowed_in;  ///< Globs of paths where it may stand (see matches_glob).
  std::string owner;
  std::string rotate;  ///< The project's own steps; they come before the provider's.
  std::string holder;  ///< The file that the value is read from, absolute: it may stand there.
};

/// Applies the contract: allowed places vanish, findings without a place left too; owners and steps
/// are filled in. Returns how many findings were dropped.
std::size_t apply_terms(std::vector<SecretFinding>& findings, std::span<const SecretTerms> terms);

/// Whether strangers can read it where it stands: served by the site, reached by a remote ref, or
/// given to a variable that builds put into bundles.
bool is_exposed(const Place& place);

/// Critical: in use now, or certain and exposed. Info: not a secret. In between by confidence.
report::Severity severity_of(const SecretFinding& finding);

}  // namespace lr::secrets
