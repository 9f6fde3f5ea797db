// Which sockets are ready, by an edge-triggered epoll(7) instance of the loop's own. Asio's sockets
// try their system call before every wait, and a proxied request waits three times for something
// that cannot have come yet. Here a stream remembers whether it was drained: a read that gets less
// than it asked for says so, and the next edge ends it.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "net/sweeper.h"

namespace lr::net {

class Poller {
 public:
  class Entry : public WheelLink {
   public:
    /// EPOLLIN and relatives: what has happened since the last time. May destroy any entry.
    virtual void on_ready(std::uint32_t events) = 0;
    /// The loop is ending: destroys the handlers of whoever waits, without calling them.
    virtual void abandon() = 0;

   protected:
    ~Entry() = default;  ///< Removed before, by its owner.
  };

  explicit Poller(asio::io_context& context);
  /// Lets go of all entries: streams inside suspended coroutines outlive the poller.
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Reports on `fd` until remove(); what is ready already counts as an event.
  ErrorCode add(int fd, Entry& entry);
  /// Ends the reports on `fd` for `entry`; before the descriptor is closed. Closing alone does not
  /// end them while a child process holds a copy of the descriptor (epoll(7), "questions and
  /// answers", 6).
  void remove(int fd, Entry& entry);

 private:
  struct OnReady;
  static constexpr std::size_t kBatch = 128;
  void arm();
  void dispatch();

  asio::posix::basic_stream_descriptor<Executor> epoll_;
  WheelLink entries_;
  std::array<epoll_event, kBatch> events_;  ///< Of the dispatch under way: [next_, ready_).
  std::size_t next_ = 0;
  std::size_t ready_ = 0;
};

}  // namespace lr::net
