#include "store/ledger_entry.h"

#include "text/json.h"

namespace lr::store {
namespace {

/// The text members with their columns, so that writing, reading and hashing cannot disagree.
struct TextColumn {
  int column;
  std::string_view name;
  std::string LedgerEvent::* member;
};
constexpr TextColumn kTextColumns[] = {
    {2, "kind", &LedgerEvent::kind},       {3, "request_id", &LedgerEvent::request_id},
    {4, "subject", &LedgerEvent::subject}, {5, "tenant", &LedgerEvent::tenant},
    {6, "method", &LedgerEvent::method},   {7, "route", &LedgerEvent::route},
    {8, "client", &LedgerEvent::client},   {10, "reason", &LedgerEvent::reason},
    {11, "rule", &LedgerEvent::rule},
};
constexpr int kTimeColumn = 1;
constexpr int kStatusColumn = 9;

std::int64_t microseconds(WallTime time) { return time.time_since_epoch().count(); }

}  // namespace

std::string_view as_bytes(const crypto::Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void cut_values(LedgerEvent& event) {
  for (const TextColumn& text : kTextColumns) {
    std::string& value = event.*text.member;
    if (value.size() > kLedgerValueBytes) value.resize(kLedgerValueBytes);
  }
}

std::string entry_bytes(const LedgerEvent& event) {
  text::json::object entry;
  entry["time_us"] = microseconds(event.time);
  entry["status"] = event.status;
  for (const TextColumn& text : kTextColumns) entry[text.name] = event.*text.member;
  return text::canonical_json(entry);
}

void bind_event(Statement& statement, const LedgerEvent& event) {
  statement.bind(kTimeColumn + 1, microseconds(event.time));
  statement.bind(kStatusColumn + 1, std::int64_t{event.status});
  for (const TextColumn& text : kTextColumns) {
    statement.bind(text.column + 1, event.*text.member);
  }
}

LedgerEvent read_event(const Statement& row) {
  LedgerEvent event;
  event.time = WallTime(std::chrono::microseconds(row.number(kTimeColumn)));
  event.status = static_cast<int>(row.number(kStatusColumn));
  for (const TextColumn& text : kTextColumns) event.*text.member = row.bytes(text.column);
  return event;
}

bool has_row_types(const Statement& row) {
  for (const TextColumn& text : kTextColumns) {
    if (row.type(text.column) != SQLITE_TEXT) return false;
  }
  const bool numbers = row.type(kTimeColumn) == SQLITE_INTEGER &&
                       row.type(kStatusColumn) == SQLITE_INTEGER &&
                       row.number(kStatusColumn) == static_cast<int>(row.number(kStatusColumn));
  return numbers && row.type(kLinkColumn) == SQLITE_BLOB;
}

}  // namespace lr::store
