#include "store/ledger_file.h"

#include "crypto/hash_chain.h"
#include "store/ledger_head.h"

namespace lr::store {
namespace {

constexpr char kSchema[] =
    "CREATE TABLE IF NOT EXISTS ledger("
    " sequence INTEGER PRIMARY KEY, time_us INTEGER NOT NULL,"
    " kind TEXT NOT NULL, request_id TEXT NOT NULL, subject TEXT NOT NULL, tenant TEXT NOT NULL,"
    " method TEXT NOT NULL, route TEXT NOT NULL, client TEXT NOT NULL, status INTEGER NOT NULL,"
    " reason TEXT NOT NULL, rule TEXT NOT NULL, link BLOB NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS ledger_time ON ledger(time_us);"
    "CREATE INDEX IF NOT EXISTS ledger_request ON ledger(request_id);";

std::unexpected<Error> changed(const std::string& path, const std::string& why) {
  return fail(Code::kConflict,
              path + ": " + why + "; keep the file as evidence and start a new ledger");
}

}  // namespace

Result<LedgerFile> LedgerFile::open(const std::string& path, Secret key) {
  if (key.empty()) return fail(Code::kInvalidArgument, "the ledger needs a key");
  LR_TRY(Database database, Database::open(path));
  LR_TRY_VOID(database.run(kSchema));
  const std::string sql = std::string("INSERT INTO ledger(") + kLedgerColumns +
                          ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
  LR_TRY(Statement insert, database.prepare(sql.c_str()));
  LedgerFile file(std::move(database), std::move(insert), path, std::move(key));
  LR_TRY_VOID(file.check_end());
  return file;
}

/// Looks at the head and the rows after it, which a crash may have left: the full chain is
/// verify_ledger()'s work, because starting must stay quick.
Result<> LedgerFile::check_end() {
  LR_TRY(const std::optional<LedgerHead> head, read_head(path_, key_.expose()));
  const LedgerHead start = head.value_or(chain_start());
  if (start.sequence != 0) {
    LR_TRY(const auto link, read_link(database_, start.sequence));
    if (!link) return changed(path_, "the last rows are missing");
    if (*link != start.link) return changed(path_, "the last row was changed");
  }
  LR_TRY(const ChainWalk walk, walk_chain(database_, key_.expose(), start, head));
  if (walk.broken) return changed(path_, walk.broken->why);
  if (!head && walk.end.sequence != 0) return changed(path_, "its head file is missing");
  end_ = walk.end;
  return publish_head();
}

/// Under the database's lock, which keeps other processes away: two that replace the head at once
/// could leave an older one, or take the new one from under each other.
Result<> LedgerFile::publish_head() {
  LR_TRY_VOID(database_.begin());
  auto published = follow_other_writers();
  if (published) published = write_head(path_, key_.expose(), end_);
  database_.rollback();
  return published;
}

/// Inside the transaction: another process may have written since (a restart overlaps with the
/// old process draining). Rows that vanished are no such thing.
Result<> LedgerFile::follow_other_writers() {
  LR_TRY(Statement last, database_.prepare("SELECT max(sequence) FROM ledger"));
  LR_TRY(const bool found, last.step());
  const auto sequence = static_cast<std::uint64_t>(found ? last.number(0) : 0);
  if (sequence == end_.sequence) return {};
  if (sequence < end_.sequence) return changed(path_, "rows were removed while it was in use");
  LR_TRY(const ChainWalk walk, walk_chain(database_, key_.expose(), end_, std::nullopt));
  if (walk.broken) return changed(path_, walk.broken->why);
  end_ = walk.end;
  return {};
}

Result<LedgerHead> LedgerFile::insert_all(std::span<const LedgerEvent> events) {
  LR_TRY_VOID(follow_other_writers());
  LedgerHead end = end_;
  for (const LedgerEvent& event : events) {
    const std::uint64_t sequence = end.sequence + 1;
    end = {sequence, crypto::chain_link(key_.expose(), sequence, end.link, entry_bytes(event))};
    insert_.bind(1, static_cast<std::int64_t>(sequence));
    bind_event(insert_, event);
    insert_.bind_blob(kLinkColumn + 1, as_bytes(end.link));
    LR_TRY_VOID(insert_.run());
  }
  return end;
}

Result<> LedgerFile::write(std::span<const LedgerEvent> events) {
  if (!head_pending_) {
    LR_TRY_VOID(database_.begin());
    auto end = insert_all(events);
    if (!end) {
      database_.rollback();
      return std::unexpected(std::move(end).error());
    }
    LR_TRY_VOID(database_.commit());
    end_ = *end;
    head_pending_ = true;
  }
  LR_TRY_VOID(publish_head());
  head_pending_ = false;
  return {};
}

}  // namespace lr::store
