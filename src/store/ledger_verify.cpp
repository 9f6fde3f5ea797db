#include "store/ledger.h"
#include "store/ledger_chain.h"
#include "store/ledger_head.h"

namespace lr::store {
namespace {

LedgerVerdict broken(std::uint64_t rows, std::uint64_t first_bad, std::string why) {
  return {.intact = false, .rows = rows, .first_bad = first_bad, .why = std::move(why)};
}

}  // namespace

Result<LedgerVerdict> verify_ledger(const std::string& path, const Secret& key) {
  LR_TRY(Database database, Database::open_read_only(path));
  // The head is read before the rows: whoever writes meanwhile only makes the rows longer.
  auto head = read_head(path, key.expose());
  if (!head) return broken(0, 1, head.error().detail());
  auto walk = walk_chain(database, key.expose(), chain_start(), *head);
  if (!walk && walk.error().code() == Code::kConflict) return broken(0, 1, walk.error().detail());
  if (!walk && walk.error().detail().find("no such table") != std::string::npos) {
    return broken(0, 1, "the file is no ledger");
  }
  if (!walk) return std::unexpected(std::move(walk).error());
  const std::uint64_t rows = walk->end.sequence;
  if (walk->broken) return broken(rows, walk->broken->sequence, walk->broken->why);
  if (!*head) return broken(rows, rows + 1, "the head file is missing");
  return LedgerVerdict{.intact = true, .rows = rows, .first_bad = 0, .why = ""};
}

}  // namespace lr::store
