#include "net/awaiting.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

namespace lr::net {

struct Gate::Initiate {
  template <class Handler>
  void operator()(Handler&& handler, Gate* gate, Executor executor) const {
    if (gate->open_) {
      asio::post(executor, std::forward<Handler>(handler));
      return;
    }
    // The erased handler takes the slot of the one inside it, so that its own is the one to use.
    gate->waiter_.emplace(std::forward<Handler>(handler));
    auto slot = asio::get_associated_cancellation_slot(*gate->waiter_);
    if (slot.is_connected() && gate->on_cancel_) {
      slot.assign([gate](asio::cancellation_type) { gate->on_cancel_(); });
    }
  }
};

asio::awaitable<std::tuple<>, Executor> Gate::wait(Executor executor,
                                                   std::function<void()> on_cancel) {
  executor_ = executor;
  on_cancel_ = std::move(on_cancel);
  return asio::async_initiate<const Token, void()>(Initiate(), kAwait, this, executor);
}

void Gate::open() {
  if (open_) return;
  open_ = true;
  if (!waiter_) return;
  auto waiter = std::move(*waiter_);
  waiter_.reset();
  // Posted, so that whoever opens the gate is not run over by the waiter.
  asio::post(*executor_, std::move(waiter));
}

}  // namespace lr::net
