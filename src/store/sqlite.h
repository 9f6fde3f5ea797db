// A thin owner of SQLite handles: errors become values, and every statement is prepared once.
// Internal to src/store.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::store {

class Statement {
 public:
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  /// Parameters count from 1, columns from 0. The text must live until the next reset().
  void bind(int parameter, std::string_view text);
  void bind(int parameter, std::int64_t number);
  void bind_blob(int parameter, std::string_view bytes);

  /// True when there is a row, false at the end.
  Result<bool> step();
  /// step() for statements without rows, then reset().
  Result<> run();
  void reset();

  std::int64_t number(int column) const;
  /// Text or blob, as long as the statement stays on its row.
  std::string_view bytes(int column) const;
  /// SQLITE_INTEGER, SQLITE_TEXT, …
  int type(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

class Database {
 public:
  /// Creates the file when it is missing. WAL; a commit is durable when it returns.
  static Result<Database> open(const std::string& path);
  /// kNotFound when there is no such file.
  static Result<Database> open_read_only(const std::string& path);

  Result<> run(const char* sql);
  Result<Statement> prepare(const char* sql);
  /// Rows that the last statement changed.
  int changes() const { return sqlite3_changes(handle_.get()); }
  Result<> begin() { return run("BEGIN IMMEDIATE"); }
  /// Rolls back when it fails.
  Result<> commit();
  void rollback();

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  static Result<Database> open_with(const std::string& path, int flags);
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace lr::store
