// Threads for work that blocks (SQLite, files, password hashing). A loop hands work over and is
// resumed with the result; it never waits.
#pragma once

#include <functional>
#include <memory>

#include "net/event_loop.h"

namespace lr::net {

/// A pool is destroyed before the loops that use it.
class BlockingPool {
 public:
  explicit BlockingPool(std::size_t threads);
  ~BlockingPool();  ///< Finishes what was posted.
  void post(std::function<void()> work);
  /// Runs `work` on the pool and resumes on the calling coroutine's loop.
  Task<> run(std::function<void()> work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lr::net
