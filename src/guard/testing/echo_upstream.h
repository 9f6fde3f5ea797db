// An upstream for tests, in this process: echoes what it gets, or misbehaves on request.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/http_server.h"
#include "text/url.h"

namespace lr::guard::testing {

/// What the query parameter `answer` makes it do: a status with a typical body ("404-html",
/// "500", "400-trace", "409"), "note" (201 with an id), "empty", "two-types", "cookie", "hang"
/// (never answers), "late" (answers when release() is called), "sse" (one event per release()),
/// "cut" (breaks off in mid-body), "big" (5 MiB).
class EchoUpstream {
 public:
  explicit EchoUpstream(std::uint16_t port = 0);
  ~EchoUpstream();

  std::uint16_t port() const { return port_; }
  text::Url url() const;
  /// Requests that arrived, as they arrived: "GET /a HTTP/1.1\nName: value\n…\n\nbody".
  std::vector<std::string> requests() const;
  std::size_t count() const { return requests().size(); }
  /// Waits until so many have arrived; false after 5 s.
  bool wait_for_requests(std::size_t count) const;
  /// Lets one held answer or event go.
  void release() { released_.fetch_add(1); }
  /// Answers whose client went away while they were held.
  std::size_t abandoned() const { return abandoned_.load(); }
  bool wait_for_abandoned(std::size_t count) const;
  /// Exact answers by path.
  void set_body(std::string path, std::string json, text::Headers fields = {}, int status = 200);

 private:
  struct Fixed {
    std::string path;
    std::string json;
    text::Headers fields;
    int status = 200;
  };
  static net::Task<> serve(EchoUpstream& self, net::ServerExchange& exchange);
  static net::Task<> serve_special(EchoUpstream& self, net::ServerExchange& exchange,
                                   std::string what);
  static net::Task<> serve_events(EchoUpstream& self, net::ServerExchange& exchange);
  static net::Task<> hold(EchoUpstream& self, net::ServerExchange& exchange, bool forever);
  static net::Task<> drain(EchoUpstream& self);

  net::EventLoop loop_;
  net::HttpServer server_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<Fixed> bodies_;
  std::atomic<std::size_t> released_{0};
  std::atomic<std::size_t> abandoned_{0};
  std::thread thread_;
};

/// Polls until `done` or 5 s have passed.
bool eventually(const std::function<bool()>& done);

}  // namespace lr::guard::testing
