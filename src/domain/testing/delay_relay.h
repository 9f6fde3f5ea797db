// Makes loopback servers far away: hands on UDP and TCP with a delay in each direction. A relay
// hands on to the address that was asked, at another port; as it listens on every address, one of
// them serves all servers of a kind.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/error.h"

namespace lr::domain {

class DelayRelay {
 public:
  /// From a port of its own to `to`; each byte and datagram arrives `one_way` later, and a
  /// connection takes a round trip before its first byte. Errors: kUnavailable without sockets.
  static Result<std::unique_ptr<DelayRelay>> start(std::uint16_t to, milliseconds one_way);
  /// The same without delay from one address and port only, with at most `kMostOpen` connections
  /// at once: for servers that cannot be told an address and take one client at a time. Who is
  /// one too many waits with the relay, where a server with a full queue would drop them.
  static Result<std::unique_ptr<DelayRelay>> start_at(const std::string& address,
                                                      std::uint16_t port, std::uint16_t to);
  ~DelayRelay();
  DelayRelay(const DelayRelay&) = delete;
  DelayRelay& operator=(const DelayRelay&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  static constexpr std::size_t kMostOpen = 8;  ///< gnutls-serv listens with a queue of 10.

  /// What is on its way. No bytes: the end of the stream.
  struct Flight {
    MonoTime due;
    std::string bytes;
  };
  /// A connection, or a question on UDP and its answer.
  struct Link {
    bool datagrams = false;
    int near = -1;  ///< To who asks; the relay's own socket for UDP.
    int far = -1;   ///< To the server.
    MonoTime opened{};
    std::deque<Flight> to_far{};
    std::deque<Flight> to_near{};
    bool near_ended = false;
    bool far_ended = false;
    std::string asker{};  ///< UDP: sockaddr_in of who asked, as bytes.
    std::string asked{};  ///< UDP: in_addr that was asked, as bytes.
  };

  explicit DelayRelay(milliseconds one_way) : one_way_(one_way) {}
  Result<> listen_on(const std::string& address);
  void serve(const std::stop_token& stop);
  bool has_room() const;
  void accept_one(MonoTime now);
  void take_question(MonoTime now);
  void take_bytes(Link& link, bool from_near, MonoTime now) const;
  void deliver(MonoTime now);
  void send(const Link& link, bool to_near, const std::string& bytes) const;
  void drop_ended(MonoTime now);
  milliseconds until_next(MonoTime now) const;

  milliseconds one_way_;
  std::uint16_t port_ = 0;
  std::uint16_t to_ = 0;
  int tcp_ = -1;
  int udp_ = -1;
  std::size_t most_open_ = std::numeric_limits<std::size_t>::max();  ///< Connections at once.
  std::list<Link> links_{};
  std::jthread thread_{};
};

}  // namespace lr::domain
