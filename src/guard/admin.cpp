#include "guard/admin.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "text/json.h"

namespace lr::guard {
namespace {

constexpr milliseconds kProbeLasts{1'000};
constexpr milliseconds kProbeTimeout{1'000};

text::Fields json_fields() {
  text::Fields fields;
  fields.add("Content-Type", "application/json");
  fields.add("Cache-Control", "no-store");
  return fields;
}

std::string error_text(std::string_view code, std::string_view message) {
  text::json::object error;
  error["code"] = code;
  error["message"] = message;
  text::json::object body;
  body["error"] = std::move(error);
  return text::json::serialize(body) + "\n";
}

/// Pages of other origins must not be able to reload a contract through the operator's browser:
/// a page cannot leave out Origin on a POST.
bool comes_from_a_page(const text::RequestHead& head) {
  return head.fields.get("Origin").has_value() || head.fields.get("Sec-Fetch-Site").has_value();
}

/// A page whose name was made to resolve to this machine still sends its own name.
bool names_this_machine(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool port = colon != std::string_view::npos && host.back() != ']';
  std::string_view name = port ? host.substr(0, colon) : host;
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  return text::equals_ignoring_case(name, "localhost") || text::parse_ip(name).has_value();
}

}  // namespace

Admin::Admin(net::EventLoop& loop, AdminHooks hooks)
    : loop_(loop),
      hooks_(std::move(hooks)),
      server_(loop, [this](net::ServerExchange& exchange) { return handle(exchange); }) {}

Result<> Admin::listen(const net::Endpoint& address) {
  loopback_only_ = address.ip.is_loopback();
  return server_.listen(address, false);
}

net::Task<> Admin::handle(net::ServerExchange& exchange) {
  const text::RequestHead& head = exchange.head();
  if (loopback_only_ && !names_this_machine(head.host)) {
    const text::Fields fields = json_fields();
    const std::string body = error_text("misdirected", "use 127.0.0.1 or localhost");
    co_return co_await exchange.send(421, fields, body);
  }
  const bool reads = head.method == "GET" || head.method == "HEAD";
  if (head.target == "/livez" && reads) {
    const text::Fields fields = json_fields();
    co_return co_await exchange.send(200, fields, "{\"status\":\"live\"}\n");
  }
  if ((head.target == "/readyz" || head.target == "/health") && reads) {
    co_return co_await answer_readiness(exchange);
  }
  if (head.target == "/metrics" && reads) {
    text::Fields fields;
    fields.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    const std::string text = hooks_.metrics();
    co_return co_await exchange.send(200, fields, text);
  }
  if (head.target == "/reload" && head.method == "POST") co_return co_await answer_reload(exchange);
  const text::Fields fields = json_fields();
  const std::string body = error_text("not_found", "GET /livez, /readyz or /metrics; POST /reload");
  co_return co_await exchange.send(404, fields, body);
}

net::Task<bool> Admin::upstream_reachable() {
  const MonoTime now = std::chrono::steady_clock::now();
  if (now - probed_ < kProbeLasts) co_return reachable_;
  const text::Url url = hooks_.upstream();
  auto stream = co_await net::connect(loop_, url, hooks_.tls, Deadline::after(kProbeTimeout));
  reachable_ = stream.has_value();
  probed_ = std::chrono::steady_clock::now();
  if (stream) (*stream)->close();
  co_return reachable_;
}

net::Task<> Admin::answer_readiness(net::ServerExchange& exchange) {
  std::string_view why;
  if (hooks_.draining()) {
    why = "draining";
  } else if (!hooks_.ledger_healthy()) {
    why = "ledger";
  } else {
    auto reachable = co_await upstream_reachable();
    if (!reachable || !*reachable) why = "upstream";
  }
  ready_.store(why.empty(), std::memory_order_relaxed);
  const text::Fields fields = json_fields();
  const std::string body =
      why.empty() ? std::string("{\"status\":\"ready\"}\n")
                  : fmt::format("{{\"status\":\"not_ready\",\"because\":\"{}\"}}\n", why);
  const int status = why.empty() ? 200 : 503;
  co_return co_await exchange.send(status, fields, body);
}

net::Task<> Admin::answer_reload(net::ServerExchange& exchange) {
  const text::Fields fields = json_fields();
  if (comes_from_a_page(exchange.head())) {
    const std::string refusal = error_text("permission_denied", "not from a web page");
    co_return co_await exchange.send(403, fields, refusal);
  }
  const auto reloaded = hooks_.reload();
  if (reloaded) co_return co_await exchange.send(200, fields, "{\"status\":\"reloaded\"}\n");
  // The operator is on this machine and needs the place of the mistake.
  const std::string body = error_text("invalid_argument", reloaded.error().detail());
  co_return co_await exchange.send(422, fields, body);
}

}  // namespace lr::guard
