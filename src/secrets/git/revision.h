// Names that people give to commits (gitrevisions), the simple ones.
#pragma once

#include <string_view>

#include "base/error.h"
#include "secrets/git/layout.h"
#include "secrets/git/object_store.h"
#include "secrets/git/refs.h"

namespace lr::secrets::git {

/// HEAD of the named checkout; nullptr when its branch has no commit yet.
const Ref* head_of(const Layout& layout, const Refs& refs);

/// The commit that a ref ("main", "origin/main", "v1.0", "refs/…", "HEAD" or "@" of the named
/// checkout), a full id, or an abbreviated one of at least four digits names; tags are followed.
/// Behind it may stand "@{upstream}" or "@{u}", as the configuration has it for the branch, and
/// then any of "~n", "^n" and "^{commit}" (gitrevisions, "Specifying Revisions").
/// kInvalidArgument when it names nothing, more than one object, or no commit, and for all other
/// operators.
Result<ObjectId> find_commit(std::string_view revision, const Layout& layout, const Refs& refs,
                             ObjectStore& store);

}  // namespace lr::secrets::git
