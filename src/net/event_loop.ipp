// Part of event_loop.h: the one template that every room instantiates.
#pragma once

#include <optional>
#include <utility>

namespace lr::net {
namespace internal {

/// Starts `task` on the loop; its end sets `done`.
void start_root(EventLoop& loop, asio::awaitable<void, Executor> task, std::shared_ptr<bool> done);

template <class T>
asio::awaitable<void, Executor> store_result(Task<T> task,
                                             std::shared_ptr<std::optional<Result<T>>> out) {
  Result<T> result = co_await std::move(task);
  out->emplace(std::move(result));
}

}  // namespace internal

template <class T>
Result<T> EventLoop::block_on(Task<T> task) {
  auto out = std::make_shared<std::optional<Result<T>>>();
  auto done = std::make_shared<bool>(false);
  internal::start_root(*this, internal::store_result<T>(std::move(task), out), done);
  run_until_done(*done);
  if (!out->has_value()) return fail(Code::kCancelled, "the event loop was stopped");
  return std::move(**out);
}

}  // namespace lr::net
