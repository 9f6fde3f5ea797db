#include "store/sqlite.h"

#include <filesystem>

namespace lr::store {
namespace {

constexpr int kBusyMs = 5'000;

/// Damage and foreign files are told apart from a disk that is full or gone for the moment.
std::unexpected<Error> failure(sqlite3* handle, std::string_view doing) {
  const int code = sqlite3_errcode(handle) & 0xff;
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return fail(damaged ? Code::kConflict : Code::kUnavailable,
              std::string(doing) + ": " + sqlite3_errmsg(handle));
}

}  // namespace

void Statement::bind(int parameter, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();  // A null pointer would be NULL.
  sqlite3_bind_text64(handle_.get(), parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(handle_.get(), parameter, number);
}

void Statement::bind_blob(int parameter, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  sqlite3_bind_blob64(handle_.get(), parameter, data, bytes.size(), SQLITE_STATIC);
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(sqlite3_db_handle(handle_.get()), "database");
}

Result<> Statement::run() {
  auto stepped = step();
  reset();
  if (!stepped) return std::unexpected(std::move(stepped).error());
  return {};
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

int Statement::type(int column) const { return sqlite3_column_type(handle_.get(), column); }

Result<Database> Database::open_with(const std::string& path, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(handle);  // Set even when opening failed.
  if (handle == nullptr) return fail(Code::kUnavailable, "database: out of memory");
  if (code != SQLITE_OK) return failure(handle, "opening " + path);
  sqlite3_busy_timeout(handle, kBusyMs);
  // Nothing stored in the file may run code or relax checks.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Result<Database> Database::open(const std::string& path) {
  LR_TRY(Database database, open_with(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  LR_TRY_VOID(database.run("PRAGMA journal_mode=WAL"));
  LR_TRY_VOID(database.run("PRAGMA synchronous=FULL"));
  return database;
}

Result<Database> Database::open_read_only(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return fail(Code::kNotFound, path + ": there is no such file");
  }
  return open_with(path, SQLITE_OPEN_READONLY);
}

Result<> Database::run(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure(handle_.get(), "database");
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    return failure(handle_.get(), "database");
  }
  return Statement(statement);
}

Result<> Database::commit() {
  auto done = run("COMMIT");
  if (!done) rollback();
  return done;
}

void Database::rollback() {
  // After some failures SQLite has rolled back by itself; then there is nothing to do.
  if (sqlite3_get_autocommit(handle_.get()) == 0) {
    sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace lr::store
