// The ledger's file as its writer sees it. Used by one thread. Internal to src/store.
#pragma once

#include <span>
#include <string>

#include "base/secret.h"
#include "store/ledger_chain.h"

namespace lr::store {

class LedgerFile {
 public:
  /// Creates the file when it is missing. kConflict when what is there was cut or changed at its
  /// end, or written with another key: a ledger that lies is not continued.
  static Result<LedgerFile> open(const std::string& path, Secret key);

  /// Writes all events in one transaction, then the head. When it fails nothing was written, or
  /// only the head is missing; calling again with the same events finishes the work.
  Result<> write(std::span<const LedgerEvent> events);
  std::uint64_t rows() const { return end_.sequence; }

 private:
  LedgerFile(Database database, Statement insert, std::string path, Secret key)
      : database_(std::move(database)),
        insert_(std::move(insert)),
        path_(std::move(path)),
        key_(std::move(key)) {}
  Result<> check_end();
  Result<> publish_head();
  Result<> follow_other_writers();
  Result<LedgerHead> insert_all(std::span<const LedgerEvent> events);

  Database database_;
  Statement insert_;
  std::string path_;
  Secret key_;
  LedgerHead end_;
  bool head_pending_ = false;
};

}  // namespace lr::store
