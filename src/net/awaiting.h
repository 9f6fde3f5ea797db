// How coroutines of this room wait: one completion token for everything, so that Asio's templates
// are instantiated once.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "net/task.h"

namespace lr::net {

using ErrorCode = boost::system::error_code;
using Token = asio::as_tuple_t<asio::use_awaitable_t<Executor>>;
inline constexpr Token kAwait{};

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Opens once; one coroutine waits for it. Cancelling the waiter does not end the wait: it calls
/// `on_cancel`, which must make the gate open soon.
class Gate {
 public:
  /// A Task-like value to co_await; never fails.
  asio::awaitable<std::tuple<>, Executor> wait(Executor executor, std::function<void()> on_cancel);
  void open();
  bool is_open() const { return open_; }

 private:
  struct Initiate;
  bool open_ = false;
  std::optional<Executor> executor_;
  std::function<void()> on_cancel_;
  std::optional<asio::any_completion_handler<void()>> waiter_;
};

}  // namespace lr::net
