// A small HTTP target on its own thread, for tests.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "net/http_server.h"
#include "text/url.h"

namespace lr::probe::testing {

struct TargetRequest {
  std::string method;
  std::string target;  ///< Path and query as received.
  std::string path;    ///< Without the query.
  text::Headers headers;
  std::string body;
};

struct TargetAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  text::Headers headers;
};

/// Called on the target's thread, one request at a time.
using TargetHandler = std::function<TargetAnswer(const TargetRequest&)>;

class Target {
 public:
  /// With `tls` it is an https target on "localhost".
  explicit Target(TargetHandler handler, std::shared_ptr<net::TlsServerContext> tls = nullptr);
  ~Target();
  text::Url url() const { return url_; }

 private:
  net::Task<> serve(net::ServerExchange& exchange);

  TargetHandler handler_;
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<net::HttpServer> server_;
  text::Url url_;
  std::thread thread_;
};

}  // namespace lr::probe::testing
