// Idle event streams: an upstream that answers every request with an endless SSE stream, and a
// client that opens many of them through the program under test and then keeps quiet.
// Usage: bench_idle_streams STREAMS REQUEST_FILE
// Prints "upstream PORT", reads "PORT PID" of the program under test from standard input, opens the
// streams, prints one JSON object with the resident memory of that process, and exits.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cstring>
#include <iostream>
#include <thread>
#include <vector>

#include "socket.h"

namespace lr::bench {
namespace {

constexpr std::string_view kStream =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    "10\r\ndata: {\"n\": 1}\n\n\r\n";

class Upstream {
 public:
  Upstream() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("bind");
    if (listen(listener_, 4096) != 0) die("listen");
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }

  std::uint16_t port() const { return port_; }

  /// Until the process is ended.
  [[noreturn]] void serve() {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = listener_;
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener_, &event);
    epoll_event events[128];
    for (;;) {
      const int ready = epoll_wait(epoll, events, 128, -1);
      for (int i = 0; i < ready; ++i) {
        if (events[i].data.fd == listener_) {
          accept_all(epoll);
        } else {
          answer(events[i].data.fd);
        }
      }
    }
  }

 private:
  void accept_all(int epoll) {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fd;
      epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
  }

  void answer(int fd) {
    char buffer[4096];
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) {
      close(fd);
      return;
    }
    const std::string_view bytes(buffer, static_cast<std::size_t>(got));
    if (bytes.find("\r\n\r\n") != std::string_view::npos) {
      send(fd, kStream.data(), kStream.size(), MSG_NOSIGNAL);
    }
  }

  int listener_;
  std::uint16_t port_ = 0;
};

std::size_t resident_kib(int pid) {
  std::ifstream in(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) return std::strtoul(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

/// Waits until the first event has come through on `fd`.
bool first_event(int fd) {
  std::string received;
  for (int tries = 0; tries < 5'000; ++tries) {
    char buffer[4096];
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got == 0) return false;
    if (got > 0) received.append(buffer, static_cast<std::size_t>(got));
    if (received.find("data:") != std::string::npos) return true;
    if (got < 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

void open_streams(std::size_t streams, const std::string& request) {
  int port = 0;
  int pid = 0;
  std::cin >> port >> pid;
  const std::size_t before = resident_kib(pid);
  std::vector<int> sockets;
  std::size_t open = 0;
  for (std::size_t i = 0; i < streams; ++i) {
    const int fd = connect_to(static_cast<std::uint16_t>(port));
    send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    if (first_event(fd)) ++open;
    sockets.push_back(fd);
  }
  fmt::print("{{\"streams\": {}, \"rss_before_mb\": {:.1f}, \"rss_mb\": {:.1f}}}\n", open,
             static_cast<double>(before) / 1024, static_cast<double>(resident_kib(pid)) / 1024);
  std::fflush(stdout);
}

}  // namespace
}  // namespace lr::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: bench_idle_streams STREAMS REQUEST_FILE\n");
    return 2;
  }
  lr::bench::raise_file_limit();
  lr::bench::Upstream upstream;
  // A process of its own, so that both ends have the whole limit of open files.
  const pid_t server = fork();
  if (server == 0) upstream.serve();
  fmt::print("upstream {}\n", upstream.port());
  std::fflush(stdout);
  lr::bench::open_streams(static_cast<std::size_t>(std::atoi(argv[1])),
                          lr::bench::read_file(argv[2]));
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
}
