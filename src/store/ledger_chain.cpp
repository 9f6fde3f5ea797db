#include "store/ledger_chain.h"

#include <cstring>

#include "crypto/hash_chain.h"

namespace lr::store {
namespace {

/// Why this row is not the one that follows `previous`; nullopt when it is, and `link` is then its
/// link.
std::optional<std::string> judge_row(const Statement& row, std::string_view key,
                                     const LedgerHead& previous, crypto::Sha256& link) {
  const std::uint64_t expected = previous.sequence + 1;
  const std::int64_t sequence = row.number(0);
  if (row.type(0) != SQLITE_INTEGER || sequence < 0 ||
      static_cast<std::uint64_t>(sequence) != expected) {
    return "the row is missing";
  }
  if (!has_row_types(row)) return "the row holds values of a wrong type";
  link = crypto::chain_link(key, expected, previous.link, entry_bytes(read_event(row)));
  if (!crypto::constant_time_equal(row.bytes(kLinkColumn), as_bytes(link))) {
    return "the row or its link was changed";
  }
  return std::nullopt;
}

}  // namespace

LedgerHead chain_start() { return {0, crypto::chain_genesis()}; }

Result<ChainWalk> walk_chain(Database& database, std::string_view key, const LedgerHead& start,
                             const std::optional<LedgerHead>& head) {
  const std::string sql = std::string("SELECT ") + kLedgerColumns +
                          " FROM ledger WHERE sequence > ?1 OR sequence <= 0 ORDER BY sequence";
  LR_TRY(Statement rows, database.prepare(sql.c_str()));
  rows.bind(1, static_cast<std::int64_t>(start.sequence));
  ChainWalk walk{start, std::nullopt};
  while (true) {
    if (head && head->sequence == walk.end.sequence && head->link != walk.end.link) {
      walk.broken = {walk.end.sequence, "the row is not the one that the head file names"};
      return walk;
    }
    LR_TRY(const bool more, rows.step());
    if (!more) break;
    crypto::Sha256 link{};
    if (auto why = judge_row(rows, key, walk.end, link)) {
      walk.broken = {walk.end.sequence + 1, std::move(*why)};
      return walk;
    }
    walk.end = {walk.end.sequence + 1, link};
  }
  if (head && head->sequence > walk.end.sequence) {
    walk.broken = {walk.end.sequence + 1,
                   "the rows up to " + std::to_string(head->sequence) + " are missing"};
  }
  return walk;
}

Result<std::optional<crypto::Sha256>> read_link(Database& database, std::uint64_t sequence) {
  LR_TRY(Statement row, database.prepare("SELECT link FROM ledger WHERE sequence = ?1"));
  row.bind(1, static_cast<std::int64_t>(sequence));
  LR_TRY(const bool found, row.step());
  crypto::Sha256 link{};
  if (!found || row.bytes(0).size() != link.size()) return std::nullopt;
  std::memcpy(link.data(), row.bytes(0).data(), link.size());
  return link;
}

}  // namespace lr::store
