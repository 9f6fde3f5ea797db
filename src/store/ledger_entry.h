// What the chain commits to: one event as bytes, and the head that is kept beside the file.
// Internal to src/store; format: docs/formats/ledger.md.
#pragma once

#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "store/ledger.h"
#include "store/sqlite.h"

namespace lr::store {

/// Longer values of an event are cut: an event never grows with what a client sends.
inline constexpr std::size_t kLedgerValueBytes = 512;

/// The last link that is known to be on the disk.
struct LedgerHead {
  std::uint64_t sequence = 0;
  crypto::Sha256 link{};
};

std::string_view as_bytes(const crypto::Sha256& digest);

void cut_values(LedgerEvent& event);
/// RFC 8785 JSON of the event: the bytes that a link commits to.
std::string entry_bytes(const LedgerEvent& event);

/// Columns of a row: sequence, time_us, kind, request_id, subject, tenant, method, route, client,
/// status, reason, rule, link.
inline constexpr char kLedgerColumns[] =
    "sequence, time_us, kind, request_id, subject, tenant, method, route, client, status, reason, "
    "rule, link";
inline constexpr int kLinkColumn = 12;
void bind_event(Statement& statement, const LedgerEvent& event);
LedgerEvent read_event(const Statement& row);
/// False when a column holds a value of another type than it was written with.
bool has_row_types(const Statement& row);

}  // namespace lr::store
