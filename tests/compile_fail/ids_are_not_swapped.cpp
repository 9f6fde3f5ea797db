// Two ids of different kinds cannot change places in a call.
#include "base/id.h"

void grant(const lr::UserId&, const lr::TenantId&);

void call(const lr::UserId& user, const lr::TenantId& tenant) {
#ifdef MUST_NOT_COMPILE
  grant(tenant, user);
#else
  grant(user, tenant);
#endif
}
