#include "probe/testing/target.h"

#include <stdexcept>

namespace lr::probe::testing {

Target::Target(TargetHandler handler, std::shared_ptr<net::TlsServerContext> tls)
    : handler_(std::move(handler)), loop_(std::make_unique<net::EventLoop>()) {
  const std::string scheme = tls ? "https" : "http";
  const std::string host = tls ? "localhost" : "127.0.0.1";
  server_ = std::make_unique<net::HttpServer>(
      *loop_, [this](net::ServerExchange& exchange) { return serve(exchange); });
  if (tls) server_->set_tls(std::move(tls));
  const auto loopback = text::parse_ip("127.0.0.1");
  if (!loopback || !server_->listen({*loopback, 0}, false)) {
    throw std::runtime_error("the test target cannot listen");
  }
  url_ = {scheme, host, server_->local().port, "/"};
  thread_ = std::thread([this] { loop_->run(); });
}

Target::~Target() {
  loop_->stop();
  thread_.join();
  server_.reset();
}

net::Task<> Target::serve(net::ServerExchange& exchange) {
  TargetRequest request;
  request.method = exchange.head().method;
  request.target = exchange.head().target;
  request.path = request.target.substr(0, request.target.find('?'));
  request.headers = text::Headers(exchange.head().fields);
  if (exchange.has_body()) {
    LR_CO_TRY(const std::string_view body, co_await exchange.read_all(4 * limits::kMiB));
    request.body = body;
  }
  const TargetAnswer answer = handler_(request);
  text::Headers headers = answer.headers;
  if (!answer.content_type.empty()) headers.set("Content-Type", answer.content_type);
  const text::Fields fields = headers.view();
  co_return co_await exchange.send(answer.status, fields, answer.body);
}

}  // namespace lr::probe::testing
