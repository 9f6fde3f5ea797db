// Who must be kept out of a case: declared identities where the contract names some, made ones
// where the test key allows it. A promise that nobody could try to break is never taken as kept.
#pragma once

#include <string>
#include <vector>

#include "audit/check_context.h"

namespace lr::audit {

struct Intruders {
  std::vector<const probe::Persona*> people;
  std::string missing;  ///< Why there is nobody although somebody must be kept out; else "".
};

/// Those whom only ownership keeps from what `owner` owns: of the owner's tenant, or of others.
/// Both members are empty when the contract lets all of them in, or knows no other tenants.
Intruders besides_owner(CheckContext& context, const RouteCase& route_case,
                        const probe::Persona& owner, bool same_tenant);

/// Those whom only their role keeps out; `allowed` is somebody who gets in.
Intruders without_role(CheckContext& context, const RouteCase& route_case,
                       const probe::Persona& allowed);

}  // namespace lr::audit
