// Ids of different kinds never compare.
#include "base/id.h"

bool same(const lr::UserId& user, const lr::TenantId& tenant) {
#ifdef MUST_NOT_COMPILE
  return user == tenant;
#else
  return user.str() == tenant.str();
#endif
}
