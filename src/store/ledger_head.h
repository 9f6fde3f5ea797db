// The side file of a ledger: one line that says how far the chain reaches. Its MAC keeps somebody
// who cuts the ledger short from writing a shorter head. Internal to src/store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/ledger_entry.h"

namespace lr::store {

/// `path` is that of the ledger.
std::string head_path(const std::string& path);

/// nullopt when there is no file; kConflict when it was not written with this key.
Result<std::optional<LedgerHead>> read_head(const std::string& path, std::string_view key);

/// Atomically, and durable when it returns. The old head stays when it fails (kUnavailable).
Result<> write_head(const std::string& path, std::string_view key, const LedgerHead& head);

}  // namespace lr::store
