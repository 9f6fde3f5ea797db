// The key of the ledger's hash chain when the contract names none: a file beside the ledger.
#pragma once

#include <string>

#include "base/error.h"
#include "base/rng.h"
#include "base/secret.h"

namespace lr::guard {

/// Reads `<ledger_path>.key`, or makes it (32 random bytes in hex, readable by the owner only).
/// A key beside the ledger shows accidents and edits by others than the guard's own user; for more,
/// keep the key elsewhere and name it in guard.ledger_key.
Result<Secret> local_ledger_key(const std::string& ledger_path, Rng& rng);

}  // namespace lr::guard
