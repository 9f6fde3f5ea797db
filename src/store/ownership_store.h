// Who owns which object: learned by guard from create answers. Reads are memory speed on every
// loop; writes are durable before the create answer leaves.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/id.h"
#include "net/blocking_pool.h"

namespace lr::store {

struct OwnerRecord {
  UserId user;
  TenantId tenant;
  std::string issuer;
  friend bool operator==(const OwnerRecord&, const OwnerRecord&) = default;
};

class OwnershipStore {
 public:
  virtual ~OwnershipStore() = default;
  /// Any thread, no I/O.
  virtual std::optional<OwnerRecord> find(std::string_view object, std::string_view id) const = 0;
  /// Durable when it returns. An existing owner is never replaced: kConflict when it is another.
  virtual net::Task<> learn(std::string object, std::string id, OwnerRecord owner) = 0;
  virtual net::Task<> forget(std::string object, std::string id) = 0;
  virtual std::size_t size() const = 0;
};

std::unique_ptr<OwnershipStore> make_memory_ownership_store();
/// SQLite (WAL) with all rows mirrored in memory. The pool must outlive it.
Result<std::unique_ptr<OwnershipStore>> open_sqlite_ownership_store(const std::string& path,
                                                                    net::BlockingPool& pool);

}  // namespace lr::store
