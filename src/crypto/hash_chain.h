// A hash chain: every link commits to all that came before, so an edit, a drop, a swap or a
// truncation behind a known head shows. Format: docs/formats/ledger.md.
#pragma once

#include "crypto/digest.h"

namespace lr::crypto {

/// HMAC-SHA256(key, "lr-ledger-v1" || sequence as 8 bytes big endian || previous ||
/// SHA-256(entry)).
Sha256 chain_link(std::string_view key, std::uint64_t sequence, const Sha256& previous,
                  std::string_view entry);
/// What the first link commits to: SHA-256("lr-ledger-v1 genesis").
Sha256 chain_genesis();

}  // namespace lr::crypto
