#include "net/poller.h"

#include <cerrno>

namespace lr::net {

struct Poller::OnReady {
  Poller* poller;
  void operator()(const ErrorCode& error) const {
    if (!error) poller->dispatch();
  }
};

Poller::Poller(asio::io_context& context)
    : epoll_(context.get_executor(), ::epoll_create1(EPOLL_CLOEXEC)) {
  arm();
}

Poller::~Poller() {
  ready_ = 0;
  while (entries_.linked()) {
    Entry& entry = static_cast<Entry&>(*entries_.next);
    entry.unlink();
    entry.abandon();
  }
}

ErrorCode Poller::add(int fd, Entry& entry) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &entry;
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return ErrorCode(errno, boost::system::system_category());
  }
  entry.insert_before(entries_);
  return {};
}

void Poller::remove(int fd, Entry& entry) {
  entry.unlink();
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, fd, nullptr);
  for (std::size_t i = next_; i < ready_; ++i) {
    if (events_[i].data.ptr == &entry) events_[i].data.ptr = nullptr;
  }
}

/// Asio looks at the instance itself, as at any descriptor; arming again finds what is left over.
void Poller::arm() { epoll_.async_wait(asio::posix::descriptor_base::wait_read, OnReady{this}); }

void Poller::dispatch() {
  const int got = ::epoll_wait(epoll_.native_handle(), events_.data(), kBatch, 0);
  ready_ = got > 0 ? static_cast<std::size_t>(got) : 0;
  for (next_ = 0; next_ < ready_;) {
    const epoll_event event = events_[next_++];
    // Null: removed by one before it.
    if (event.data.ptr != nullptr) static_cast<Entry*>(event.data.ptr)->on_ready(event.events);
  }
  next_ = ready_ = 0;
  arm();
}

}  // namespace lr::net
