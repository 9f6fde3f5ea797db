#include <algorithm>

#include "crypto/digest.h"
#include "store/ledger.h"
#include "store/ledger_entry.h"

namespace lr::store {
namespace {

constexpr std::size_t kRowsMost = 100'000;

/// An empty or null parameter matches every row.
constexpr char kWhere[] =
    " FROM ledger WHERE (?1 IS NULL OR time_us >= ?1) AND (?2 IS NULL OR time_us <= ?2)"
    " AND (?3 = '' OR request_id = ?3) AND (?4 = '' OR kind = ?4) AND (?5 = '' OR subject = ?5)"
    " ORDER BY sequence LIMIT ?6";

void bind_query(Statement& statement, const LedgerQuery& query) {
  if (query.from) statement.bind(1, std::int64_t{query.from->time_since_epoch().count()});
  if (query.to) statement.bind(2, std::int64_t{query.to->time_since_epoch().count()});
  statement.bind(3, query.request_id);
  statement.bind(4, query.kind);
  statement.bind(5, query.subject);
  statement.bind(6, static_cast<std::int64_t>(std::min(query.most, kRowsMost)));
}

}  // namespace

Result<std::vector<LedgerRow>> search_ledger(const std::string& path, const LedgerQuery& query) {
  LR_TRY(Database database, Database::open_read_only(path));
  const std::string sql = std::string("SELECT ") + kLedgerColumns + kWhere;
  LR_TRY(Statement statement, database.prepare(sql.c_str()));
  bind_query(statement, query);
  std::vector<LedgerRow> rows;
  while (true) {
    LR_TRY(const bool more, statement.step());
    if (!more) return rows;
    rows.push_back({static_cast<std::uint64_t>(statement.number(0)), read_event(statement),
                    crypto::hex(statement.bytes(kLinkColumn))});
  }
}

}  // namespace lr::store
