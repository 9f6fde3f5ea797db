// objects/pack/multi-pack-index (gitformat-pack, "multi-pack-index files have the following
// format"): one index over several packs. Needed only for packs whose own index is not there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "secrets/git/object_id.h"
#include "secrets/git/pack_index.h"

namespace lr::secrets::git {

/// The entries of every pack it covers, by the pack's name without ".idx" ("pack-1234…").
/// kNotFound without the file; kInvalidArgument when it is not one of `kind`.
Result<std::map<std::string, std::vector<PackIndex::Entry>>> read_multi_pack_index(
    const std::string& path, HashKind kind);

}  // namespace lr::secrets::git
