#include "domain/testing/delay_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "domain/testing/free_port.h"
#include "domain/testing/process.h"

namespace lr::domain {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMost = 65'536;  // Of one read.
constexpr auto kQuestionLife = 10s;    // Then an answer on UDP comes no more.

int socket_on(int type, const std::string& ip, std::uint16_t port) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

int connected(int type, in_addr address, std::uint16_t port) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr = address;
  const timeval patience{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  ::close(fd);
  return -1;
}

/// A datagram with the ancillary data that says, or sets, which of our addresses it is about.
struct Datagram {
  explicit Datagram(std::string text) : bytes(std::move(text)), part{bytes.data(), bytes.size()} {
    message.msg_name = &peer;
    message.msg_namelen = sizeof peer;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
  std::string bytes;
  sockaddr_in peer{};
  iovec part;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(in_pktinfo))]{};
  msghdr message{};
};

}  // namespace

Result<std::unique_ptr<DelayRelay>> DelayRelay::start(std::uint16_t to, milliseconds one_way) {
  std::unique_ptr<DelayRelay> relay(new DelayRelay(one_way));
  relay->to_ = to;
  relay->port_ = free_port();
  LR_TRY_VOID(relay->listen_on("0.0.0.0"));
  return relay;
}

Result<std::unique_ptr<DelayRelay>> DelayRelay::start_at(const std::string& address,
                                                         std::uint16_t port, std::uint16_t to) {
  std::unique_ptr<DelayRelay> relay(new DelayRelay(milliseconds(0)));
  relay->to_ = to;
  relay->port_ = port;
  relay->most_open_ = kMostOpen;
  LR_TRY_VOID(relay->listen_on(address));
  return relay;
}

Result<> DelayRelay::listen_on(const std::string& address) {
  tcp_ = socket_on(SOCK_STREAM, address, port_);
  udp_ = socket_on(SOCK_DGRAM, address, port_);
  if (tcp_ < 0 || udp_ < 0 || ::listen(tcp_, 256) != 0) {
    return fail(Code::kUnavailable, "no sockets for a relay on " + address);
  }
  thread_ = std::jthread([this](std::stop_token stop) { serve(stop); });
  return {};
}

DelayRelay::~DelayRelay() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  for (const Link& link : links_) {
    ::close(link.far);
    if (!link.datagrams) ::close(link.near);
  }
  if (tcp_ >= 0) ::close(tcp_);
  if (udp_ >= 0) ::close(udp_);
}

void DelayRelay::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const short for_clients = has_room() ? POLLIN : 0;
    std::vector<pollfd> entries{{tcp_, for_clients, 0}, {udp_, POLLIN, 0}};
    std::vector<std::pair<Link*, bool>> whose{{nullptr, true}, {nullptr, false}};
    for (Link& link : links_) {
      if (!link.datagrams && !link.near_ended) {
        entries.push_back({link.near, POLLIN, 0});
        whose.emplace_back(&link, true);
      }
      if (!link.far_ended) {
        entries.push_back({link.far, POLLIN, 0});
        whose.emplace_back(&link, false);
      }
    }
    const auto wait = until_next(std::chrono::steady_clock::now());
    ::poll(entries.data(), entries.size(), static_cast<int>(wait.count()));
    const MonoTime now = std::chrono::steady_clock::now();
    for (std::size_t i = 2; i < entries.size(); ++i) {
      if (entries[i].revents != 0) take_bytes(*whose[i].first, whose[i].second, now);
    }
    if (entries[0].revents != 0) accept_one(now);
    if (entries[1].revents != 0) take_question(now);
    deliver(now);
    drop_ended(now);
  }
}

milliseconds DelayRelay::until_next(MonoTime now) const {
  milliseconds out = 20ms;
  for (const Link& link : links_) {
    for (const auto* way : {&link.to_far, &link.to_near}) {
      if (way->empty()) continue;
      const auto left = std::chrono::ceil<milliseconds>(way->front().due - now);
      out = std::clamp(left, 0ms, out);
    }
  }
  return out;
}

bool DelayRelay::has_room() const {
  const auto open = std::ranges::count_if(
      links_, [](const Link& link) { return !link.datagrams && !link.far_ended; });
  return static_cast<std::size_t>(open) < most_open_;
}

void DelayRelay::accept_one(MonoTime now) {
  const int near = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
  if (near < 0) return;
  sockaddr_in asked{};
  socklen_t size = sizeof asked;
  ::getsockname(near, reinterpret_cast<sockaddr*>(&asked), &size);
  const int far = connected(SOCK_STREAM, asked.sin_addr, to_);
  if (far < 0) {
    ::close(near);
    return;
  }
  links_.push_back({.near = near, .far = far, .opened = now});
}

void DelayRelay::take_question(MonoTime now) {
  Datagram in(std::string(kMost, '\0'));
  const ssize_t got = ::recvmsg(udp_, &in.message, 0);
  if (got <= 0) return;
  in_addr asked{};
  for (cmsghdr* one = CMSG_FIRSTHDR(&in.message); one != nullptr;
       one = CMSG_NXTHDR(&in.message, one)) {
    in_pktinfo info{};
    if (one->cmsg_type != IP_PKTINFO) continue;
    std::memcpy(&info, CMSG_DATA(one), sizeof info);
    asked = info.ipi_spec_dst;
  }
  const int far = connected(SOCK_DGRAM, asked, to_);
  if (far < 0) return;
  Link& link = links_.emplace_back();
  link.datagrams = true;
  link.far = far;
  link.opened = now;
  link.asker.assign(reinterpret_cast<const char*>(&in.peer), sizeof in.peer);
  link.asked.assign(reinterpret_cast<const char*>(&asked), sizeof asked);
  link.to_far.push_back({now + one_way_, in.bytes.substr(0, static_cast<std::size_t>(got))});
}

void DelayRelay::take_bytes(Link& link, bool from_near, MonoTime now) const {
  std::string bytes(kMost, '\0');
  const ssize_t got = ::recv(from_near ? link.near : link.far, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (bytes.empty()) {
    (from_near ? link.near_ended : link.far_ended) = true;
    if (link.datagrams) return;
  }
  // SYN, its answer and our first bytes behind it: a server hears nothing before that.
  const MonoTime first = link.opened + one_way_ * (from_near ? 3 : 4);
  const MonoTime due = link.datagrams ? now + one_way_ : std::max(now + one_way_, first);
  (from_near ? link.to_far : link.to_near).push_back({due, std::move(bytes)});
}

void DelayRelay::deliver(MonoTime now) {
  for (Link& link : links_) {
    for (const bool to_near : {false, true}) {
      auto& way = to_near ? link.to_near : link.to_far;
      while (!way.empty() && way.front().due <= now) {
        send(link, to_near, way.front().bytes);
        way.pop_front();
      }
    }
  }
}

void DelayRelay::send(const Link& link, bool to_near, const std::string& bytes) const {
  if (link.datagrams && to_near) {
    Datagram out(bytes);
    std::memcpy(&out.peer, link.asker.data(), sizeof out.peer);
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, link.asked.data(), sizeof info.ipi_spec_dst);
    cmsghdr* one = CMSG_FIRSTHDR(&out.message);
    one->cmsg_level = IPPROTO_IP;
    one->cmsg_type = IP_PKTINFO;
    one->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(one), &info, sizeof info);
    ::sendmsg(udp_, &out.message, 0);
    return;
  }
  const int fd = to_near ? link.near : link.far;
  if (bytes.empty() && !link.datagrams) {
    ::shutdown(fd, SHUT_WR);
  } else {
    ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
}

void DelayRelay::drop_ended(MonoTime now) {
  std::erase_if(links_, [&](const Link& link) {
    const bool quiet = link.to_far.empty() && link.to_near.empty();
    const bool over = link.datagrams ? quiet && now - link.opened > kQuestionLife
                                     : quiet && link.near_ended && link.far_ended;
    if (!over) return false;
    ::close(link.far);
    if (!link.datagrams) ::close(link.near);
    return true;
  });
}

}  // namespace lr::domain
