// Walking the chain of a ledger file. Internal to src/store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/ledger_entry.h"

namespace lr::store {

/// The first place where the chain does not hold.
struct ChainBreak {
  std::uint64_t sequence = 0;
  std::string why;
};

struct ChainWalk {
  LedgerHead end;  ///< The last row, or the start when there is none after it.
  std::optional<ChainBreak> broken;
};

/// Follows the rows after `start`, whose link is taken as true. When `head` is given, its row must
/// be there and carry its link.
Result<ChainWalk> walk_chain(Database& database, std::string_view key, const LedgerHead& start,
                             const std::optional<LedgerHead>& head);

/// The link of one row; nullopt when there is no such row or it is no link.
Result<std::optional<crypto::Sha256>> read_link(Database& database, std::uint64_t sequence);

/// Sequence 0 and the link that the first row continues.
LedgerHead chain_start();

}  // namespace lr::store
