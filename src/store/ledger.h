// The security ledger: append-only, hash-chained, in SQLite. Format: docs/formats/ledger.md.
// Every event names a request id; none holds a token, a cookie, an e-mail address or a body.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/hash_chain.h"

namespace lr::store {

struct LedgerEvent {
  WallTime time{};
  std::string kind;  ///< "access.denied", "rate.limited", "contract.reloaded", …
  std::string request_id;
  std::string subject;  ///< User id from a verified token, or "".
  std::string tenant;
  std::string method;
  std::string route;   ///< The contract's template, never the raw path.
  std::string client;  ///< IP address.
  int status = 0;
  std::string reason;
  std::string rule;  ///< "launchready.yaml:12"
};

struct LedgerRow {
  std::uint64_t sequence = 0;
  LedgerEvent event;
  std::string link;  ///< Hex.
};

struct LedgerVerdict {
  bool intact = false;
  std::uint64_t rows = 0;
  std::uint64_t first_bad = 0;  ///< Sequence, when not intact.
  std::string why;
};

struct LedgerQuery {
  std::optional<WallTime> from = {};
  std::optional<WallTime> to = {};
  std::string request_id = {};
  std::string kind = {};
  std::string subject = {};
  std::size_t most = 1'000;
};

/// Events are queued by any thread and written in batches by one writer thread; the head of the
/// chain is also kept in a side file (path + ".head"), so that a truncation shows.
class Ledger {
 public:
  virtual ~Ledger() = default;
  /// Never blocks. False when the event cannot be kept (queue full, or the last write failed):
  /// the caller must then refuse what it was about to allow.
  virtual bool append(LedgerEvent event) = 0;
  /// False while writes fail (disk full) or the queue is over its bound.
  virtual bool healthy() const = 0;
  /// Waits until everything appended so far is durable. Blocks; not on a loop thread.
  virtual Result<> flush() = 0;
  virtual std::uint64_t size() const = 0;
};

Result<std::unique_ptr<Ledger>> open_ledger(const std::string& path, Secret key);
/// Read-only; kNotFound when there is no file.
Result<LedgerVerdict> verify_ledger(const std::string& path, const Secret& key);
Result<std::vector<LedgerRow>> search_ledger(const std::string& path, const LedgerQuery& query);

}  // namespace lr::store
