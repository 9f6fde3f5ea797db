// What an answer's fields say of caches (RFC 9111, RFC 9211, and the fields of common edges).
#pragma once

#include "domain/web/visitor.h"
#include "text/fields.h"

namespace lr::domain {

/// Did a shared cache serve it: CF-Cache-Status, X-Cache, Cache-Status with a hit, or an Age above
/// zero.
bool came_from_cache(const text::Headers& headers);

/// Does Cache-Control allow shared caches to keep it by name (public, s-maxage), without private
/// or no-store?
bool invites_shared_caches(const text::Headers& headers);

}  // namespace lr::domain
