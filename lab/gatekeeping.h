// Who is calling, and may they: authentication and roles of one call.
#pragma once

#include "lab/service.h"

namespace lr::lab {

/// Sets call.caller on every route that is not public. kUnauthenticated.
Result<> authenticate(Service& service, Call& call);
/// Role and scope of the route. kPermissionDenied.
Result<> authorize(const Service& service, const Call& call);

}  // namespace lr::lab
