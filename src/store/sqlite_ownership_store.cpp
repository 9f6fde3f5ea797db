#include <mutex>
#include <vector>

#include "store/owner_mirror.h"
#include "store/ownership_store.h"
#include "store/sqlite.h"

namespace lr::store {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS owners("
    " object TEXT NOT NULL, id TEXT NOT NULL,"
    " user TEXT NOT NULL, tenant TEXT NOT NULL, issuer TEXT NOT NULL,"
    " PRIMARY KEY(object, id)) STRICT, WITHOUT ROWID";

struct Statements {
  Statement insert;
  Statement select;
  Statement erase;
};

/// One learn() or forget() on its way to the disk.
struct Write {
  std::string object;
  std::string id;
  std::optional<OwnerRecord> owner;  ///< Without one the object is forgotten.
  Result<> outcome;
};

Result<OwnerRecord> read_owner(const Statement& row, int column) {
  OwnerRecord owner;
  owner.user = UserId(std::string(row.bytes(column)));
  owner.tenant = TenantId(std::string(row.bytes(column + 1)));
  owner.issuer = row.bytes(column + 2);
  return owner;
}

/// Writes of several coroutines share one transaction: whoever comes first on the pool takes all
/// that wait, the others find their work done.
class SqliteOwnershipStore final : public OwnershipStore {
 public:
  SqliteOwnershipStore(Database database, Statements statements, net::BlockingPool& pool)
      : database_(std::move(database)), statements_(std::move(statements)), pool_(pool) {}

  Result<> load() {
    LR_TRY(Statement rows,
           database_.prepare("SELECT object, id, user, tenant, issuer FROM owners"));
    while (true) {
      LR_TRY(const bool more, rows.step());
      if (!more) return {};
      LR_TRY(const OwnerRecord owner, read_owner(rows, 2));
      LR_TRY_VOID(mirror_.learn(rows.bytes(0), rows.bytes(1), owner));
    }
  }

  std::optional<OwnerRecord> find(std::string_view object, std::string_view id) const override {
    return mirror_.find(object, id);
  }
  net::Task<> learn(std::string object, std::string id, OwnerRecord owner) override {
    auto write = std::make_shared<Write>(std::move(object), std::move(id), std::move(owner));
    co_return co_await submit(std::move(write));
  }
  net::Task<> forget(std::string object, std::string id) override {
    auto write = std::make_shared<Write>(std::move(object), std::move(id), std::nullopt);
    co_return co_await submit(std::move(write));
  }
  std::size_t size() const override { return mirror_.size(); }

 private:
  using Batch = std::vector<std::shared_ptr<Write>>;

  net::Task<> submit(std::shared_ptr<Write> write) {
    enqueue(write);
    std::function<void()> work = [this] { write_queued(); };
    LR_CO_TRY_VOID(co_await pool_.run(std::move(work)));
    co_return std::move(write->outcome);
  }

  void enqueue(std::shared_ptr<Write> write) {
    const std::lock_guard lock(queue_mutex_);
    queue_.push_back(std::move(write));
  }

  Batch take_queue() {
    const std::lock_guard lock(queue_mutex_);
    return std::exchange(queue_, {});
  }

  void write_queued() {
    const std::lock_guard lock(database_mutex_);
    const Batch batch = take_queue();
    if (batch.empty()) return;
    auto written = write_batch(batch);
    for (const auto& write : batch) {
      if (!written) {
        write->outcome = std::unexpected(written.error());
      } else if (write->outcome) {
        write->outcome = mirror(*write);
      }
    }
  }

  Result<> mirror(const Write& write) {
    if (write.owner) return mirror_.learn(write.object, write.id, *write.owner);
    mirror_.forget(write.object, write.id);
    return {};
  }

  Result<> write_batch(const Batch& batch) {
    LR_TRY_VOID(database_.begin());
    for (const auto& write : batch) {
      auto done = write->owner ? insert(*write) : erase(*write);
      if (done) continue;
      database_.rollback();
      return done;
    }
    return database_.commit();
  }

  /// The database's own unique key decides who was first; a conflict is the outcome of this write,
  /// not of the batch.
  Result<> insert(Write& write) {
    if (write.id.empty() || write.id.size() > kObjectIdBytes) {
      write.outcome = fail(Code::kInvalidArgument, "an object id is empty or too long");
      return {};
    }
    if (mirror_.size() >= kOwnedObjectsMax) {
      write.outcome = fail(Code::kResourceExhausted, "too many objects with an owner");
      return {};
    }
    Statement& statement = statements_.insert;
    statement.bind(1, write.object);
    statement.bind(2, write.id);
    statement.bind(3, write.owner->user.str());
    statement.bind(4, write.owner->tenant.str());
    statement.bind(5, write.owner->issuer);
    LR_TRY_VOID(statement.run());
    return database_.changes() == 1 ? Result<>{} : compare(write);
  }

  Result<> compare(Write& write) {
    Statement& statement = statements_.select;
    statement.bind(1, write.object);
    statement.bind(2, write.id);
    auto found = statement.step();
    auto owner = read_owner(statement, 0);
    statement.reset();
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found || *owner != *write.owner) {
      write.outcome = fail(Code::kConflict, "the object has another owner");
    }
    return {};
  }

  Result<> erase(const Write& write) {
    statements_.erase.bind(1, write.object);
    statements_.erase.bind(2, write.id);
    return statements_.erase.run();
  }

  std::mutex database_mutex_;  ///< Held while writing; never by a loop thread.
  Database database_;
  Statements statements_;
  std::mutex queue_mutex_;
  Batch queue_;
  OwnerMirror mirror_;
  net::BlockingPool& pool_;
};

}  // namespace

Result<std::unique_ptr<OwnershipStore>> open_sqlite_ownership_store(const std::string& path,
                                                                    net::BlockingPool& pool) {
  LR_TRY(Database database, Database::open(path));
  LR_TRY_VOID(database.run(kSchema));
  LR_TRY(Statement insert,
         database.prepare("INSERT OR IGNORE INTO owners VALUES(?1, ?2, ?3, ?4, ?5)"));
  LR_TRY(Statement select,
         database.prepare("SELECT user, tenant, issuer FROM owners WHERE object=?1 AND id=?2"));
  LR_TRY(Statement erase, database.prepare("DELETE FROM owners WHERE object=?1 AND id=?2"));
  auto store = std::make_unique<SqliteOwnershipStore>(
      std::move(database), Statements{std::move(insert), std::move(select), std::move(erase)},
      pool);
  LR_TRY_VOID(store->load());
  return store;
}

}  // namespace lr::store
