#include "lab/application.h"

#include <algorithm>

#include "lab/body_intake.h"
#include "lab/gatekeeping.h"
#include "lab/limits_of_calls.h"
#include "lab/open_doors.h"
#include "lab/routes.h"

namespace lr::lab {
namespace {

/// A defect's idea of a path: without regard to case and to repeated slashes.
std::string fold_path(std::string_view target) {
  const std::size_t end = std::min(target.find('?'), target.size());
  std::string out;
  for (const char c : text::lower_ascii(target.substr(0, end))) {
    if (c != '/' || !out.ends_with('/')) out += c;
  }
  return out.append(target.substr(end));
}

/// The promised routes that do not exist when a defect is on.
bool is_gone(const Service& service, const RouteDef& route) {
  if (route.path == "/v1/announcements") return service.flaws.on(Flaw::kRouteInContractMissing);
  return route.path == "/healthz" && service.flaws.on(Flaw::kHealthMissing);
}

}  // namespace

Application::Application(net::EventLoop& loop, Service& service)
    : service_(service),
      server_(loop, [this](net::ServerExchange& exchange) { return serve(exchange); }) {}

Result<> Application::listen(std::uint16_t port) {
  LR_TRY(const auto loopback, text::parse_ip("127.0.0.1"));
  return server_.listen({loopback, port}, false);
}

text::Url Application::url() const {
  const net::Endpoint local = server_.local();
  return {"http", local.ip.str(), local.port, "/"};
}

net::Task<> Application::serve(net::ServerExchange& exchange) {
  Call call(exchange);
  call.request_id = service_.request_ids.hex(12);
  auto answered = co_await answer(call);
  if (exchange.started()) {
    if (!answered) exchange.abort();
    co_return Result<>();
  }
  const Answer out =
      answered ? std::move(*answered) : error_answer(service_, call, answered.error());
  const text::Headers headers = answer_headers(service_, call, out.status, out.content_type);
  const text::Fields fields = headers.view();
  co_return co_await exchange.send(out.status, fields, out.body);
}

/// What the request line means.
Result<> Application::understand(Call& call) {
  const text::RequestHead& head = call.exchange.head();
  call.method = head.method == "HEAD" ? "GET" : head.method;
  std::string folded;
  std::string_view target = head.target;
  if (service_.flaws.on(Flaw::kPathCaseAdmin)) {
    folded = fold_path(target);
    if (folded != target && folded.starts_with("/admin/")) {
      target = folded;
      call.role_granted = true;
    }
  }
  LR_TRY_VOID(text::canonicalize_target(target, call.target));
  call.query = text::parse_query(call.target.query);
  return {};
}

Result<Answer> Application::preflight(Call& call) {
  std::string methods = allowed_methods(call.target);
  if (methods.empty()) return fail(Code::kNotFound, "no such path", Origin::kClient);
  if (is_preflight(call)) {
    call.headers.add("Access-Control-Allow-Methods", std::move(methods));
    call.headers.add("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Request-Id");
    call.headers.add("Access-Control-Max-Age", "600");
  } else {
    call.headers.add("Allow", std::move(methods));
  }
  return Answer{204, "application/json", ""};
}

/// The defect: who may read a thing may, with one header, do everything else to it.
void Application::obey_method_override(Call& call) {
  const auto wanted = call.field("x-http-method-override");
  if (!wanted || !service_.flaws.on(Flaw::kMethodOverride)) return;
  const RouteDef* other = sibling(*call.route, *wanted);
  if (other != nullptr && other->body == Body::kNone) call.route = other;
}

net::Task<Answer> Application::run(Call& call) {
  if (call.route->answer_later != nullptr) {
    co_return co_await call.route->answer_later(service_, call);
  }
  co_return call.route->answer(service_, call);
}

net::Task<Answer> Application::answer(Call& call) {
  LR_CO_TRY_VOID(understand(call));
  if (auto page = open_door(service_, call)) co_return std::move(*page);
  if (call.method == "OPTIONS") co_return preflight(call);
  LR_CO_TRY_VOID(find_route(call));
  if (is_gone(service_, *call.route)) {
    co_return fail(Code::kNotFound, "the defect removed it", Origin::kClient);
  }
  LR_CO_TRY_VOID(authenticate(service_, call));
  LR_CO_TRY_VOID(authorize(service_, call));
  LR_CO_TRY_VOID(limit_call(service_, call));
  obey_method_override(call);
  LR_CO_TRY_VOID(co_await take_body(service_, call));
  co_return co_await run(call);
}

}  // namespace lr::lab
