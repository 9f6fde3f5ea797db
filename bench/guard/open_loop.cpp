// Open-loop load: requests leave on a fixed schedule whether or not answers have come back, and
// latency counts from the intended time of departure, so that a stall cannot hide (coordinated
// omission). Usage: bench_open_loop PORT REQUEST_FILE RATE SECONDS CONNECTIONS
// Prints one JSON object.
#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <vector>

#include "socket.h"

namespace lr::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kAnswerPatience{10};

struct Connection {
  int fd = -1;
  bool busy = false;
  Clock::time_point intended;
  std::string received;
};

struct Plan {
  std::uint16_t port = 0;
  std::string request;
  double rate = 0;
  double seconds = 0;
  std::size_t connections = 0;
};

/// The length of the first complete answer in `bytes`, or 0.
std::size_t complete_answer(std::string_view bytes) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kName = "\r\ncontent-length:";
  const auto same = [](char a, char b) { return std::tolower(a) == b; };
  const auto found = std::search(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head),
                                 kName.begin(), kName.end(), same);
  if (found == bytes.begin() + static_cast<std::ptrdiff_t>(head)) return 0;
  const std::size_t length = std::strtoul(&*found + kName.size(), nullptr, 10);
  const std::size_t total = head + 4 + length;
  return bytes.size() >= total ? total : 0;
}

class OpenLoop {
 public:
  explicit OpenLoop(Plan plan) : plan_(std::move(plan)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    connections_.resize(plan_.connections);
    for (std::size_t i = 0; i < connections_.size(); ++i) open(i);
  }

  void run() {
    const Clock::time_point start = Clock::now();
    const auto gap = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1.0 / plan_.rate));
    const auto total = static_cast<std::size_t>(plan_.rate * plan_.seconds);
    std::size_t scheduled = 0;
    while (answered_ + errors_ < total && Clock::now() - start < limit()) {
      const Clock::time_point now = Clock::now();
      while (scheduled < total && start + gap * static_cast<long>(scheduled) <= now) {
        waiting_.push_back(start + gap * static_cast<long>(scheduled++));
      }
      send_waiting();
      const bool more = scheduled < total;
      poll(more ? start + gap * static_cast<long>(scheduled) - Clock::now() : kAnswerPatience);
    }
    print(std::chrono::duration<double>(Clock::now() - start).count(), total);
  }

 private:
  Clock::duration limit() const {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(plan_.seconds + 10));
  }

  void open(std::size_t index) {
    Connection& c = connections_[index];
    c.fd = connect_to(plan_.port);
    c.busy = false;
    c.received.clear();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &event);
    idle_.push_back(index);
  }

  void send_waiting() {
    while (!waiting_.empty() && !idle_.empty()) {
      Connection& c = connections_[idle_.front()];
      idle_.pop_front();
      c.busy = true;
      c.intended = waiting_.front();
      waiting_.pop_front();
      if (send(c.fd, plan_.request.data(), plan_.request.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(plan_.request.size())) {
        die("send");
      }
    }
  }

  /// Sleeps until an answer or the next departure. Spinning instead would take the core from the
  /// upstream, which shares it, for whole time slices, and measure the scheduler.
  void poll(Clock::duration patience) {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::max(patience, Clock::duration::zero()));
    const timespec timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    epoll_event events[64];
    const int ready = epoll_pwait2(epoll_, events, 64, &timeout, nullptr);
    for (int i = 0; i < ready; ++i) receive(events[i].data.u64);
  }

  void receive(std::size_t index) {
    Connection& c = connections_[index];
    char buffer[16 * 1024];
    const ssize_t got = recv(c.fd, buffer, sizeof buffer, 0);
    if (got <= 0) {
      if (c.busy) ++errors_;
      close(c.fd);
      open(index);
      return;
    }
    c.received.append(buffer, static_cast<std::size_t>(got));
    const std::size_t length = complete_answer(c.received);
    if (length == 0 || !c.busy) return;
    if (c.received.compare(9, 1, "2") != 0) ++errors_;
    const std::chrono::duration<double, std::micro> latency = Clock::now() - c.intended;
    latencies_.push_back(latency.count());
    ++answered_;
    c.received.erase(0, length);
    c.busy = false;
    idle_.push_back(index);
  }

  double percentile(double p) const {
    if (latencies_.empty()) return 0;
    return latencies_[static_cast<std::size_t>(p * static_cast<double>(latencies_.size() - 1))];
  }

  void print(double seconds, std::size_t total) {
    std::sort(latencies_.begin(), latencies_.end());
    fmt::print(
        "{{\"offered\": {}, \"answered\": {}, \"errors\": {}, \"rate\": {:.1f}, \"p50_us\": "
        "{:.1f}, "
        "\"p90_us\": {:.1f}, \"p99_us\": {:.1f}, \"max_us\": {:.1f}}}\n",
        total, answered_, errors_, static_cast<double>(answered_) / seconds, percentile(0.5),
        percentile(0.9), percentile(0.99), percentile(1.0));
  }

  Plan plan_;
  int epoll_;
  std::vector<Connection> connections_;
  std::deque<std::size_t> idle_;
  std::deque<Clock::time_point> waiting_;
  std::vector<double> latencies_;
  std::size_t answered_ = 0;
  std::size_t errors_ = 0;
};

}  // namespace
}  // namespace lr::bench

int main(int argc, char** argv) {
  if (argc != 6) {
    fmt::print(stderr, "usage: bench_open_loop PORT REQUEST_FILE RATE SECONDS CONNECTIONS\n");
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1UL);  // The schedule is in microseconds; the default slack is 50.
  lr::bench::raise_file_limit();
  lr::bench::OpenLoop loop({static_cast<std::uint16_t>(std::atoi(argv[1])),
                            lr::bench::read_file(argv[2]), std::atof(argv[3]), std::atof(argv[4]),
                            static_cast<std::size_t>(std::atoi(argv[5]))});
  loop.run();
}
