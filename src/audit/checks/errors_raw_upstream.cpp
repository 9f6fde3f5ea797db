#include <algorithm>
#include <boost/json/serialize.hpp>

#include "audit/check_context.h"
#include "probe/instance.h"

namespace lr::audit {

extern const CheckDef check_errors_raw_upstream;

namespace {

constexpr std::string_view kReferences[] = {"CWE-209", "CWE-497"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "error_raw_upstream"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
using probe::Intent;

/// What providers, proxies and clients write into their errors and no product means to show.
constexpr std::string_view kRawTexts[] = {"upstream connect error",
                                          "invalid_request_error",
                                          "context_length_exceeded",
                                          "Incorrect API key",
                                          "ECONNREFUSED",
                                          "Connection refused",
                                          "connection refused",
                                          "upstream request timeout",
                                          "getaddrinfo",
                                          "no healthy upstream",
                                          "HTTPSConnectionPool",
                                          "maximum context length",
                                          "rate_limit_exceeded",
                                          "insufficient_quota",
                                          "MaxRetryError"};

/// Names that a free-text member for a model's prompt usually has.
constexpr std::string_view kPromptNames[] = {"message", "text",  "prompt",  "content",
                                             "input",   "query", "question"};

/// The pointer to the prompt in the route's body, or "".
std::string prompt_of(const RouteCase& route_case) {
  const contract::Route& route = *route_case.route;
  if (route_case.method != contract::Method::kPost || !route.body || !route.body->schema_document ||
      !route_case.is_private() || route.creates) {
    return "";
  }
  for (const std::string_view name : kPromptNames) {
    const std::string pointer = "/properties/" + std::string(name) + "/type";
    const auto* type = text::resolve_pointer(*route.body->schema_document, pointer);
    if (type != nullptr && type->is_string() && type->get_string() == "string") {
      return "/" + std::string(name);
    }
  }
  return "";
}

std::size_t longest(const contract::Route& route, const std::string& pointer) {
  constexpr std::size_t kPromptMax = 100'000;
  const auto* most =
      text::resolve_pointer(*route.body->schema_document, "/properties" + pointer + "/maxLength");
  if (most == nullptr || !most->is_int64()) return 0;
  const auto length = static_cast<std::size_t>(std::max<std::int64_t>(most->get_int64(), 0));
  return std::min({length, kPromptMax, route.body->max_bytes * 9 / 10});
}

bool is_raw(const Exchange& answer) {
  const std::string& body = answer.response.body;
  const bool telling = std::ranges::any_of(
      kRawTexts, [&](std::string_view text) { return body.find(text) != std::string::npos; });
  return telling && (answer.crashed() || answer.content_type() == "text/event-stream");
}

/// The longest prompt that the contract allows, and one that asks an obedient test model to fail.
net::Task<> provoke(CheckContext& context, RouteCase route_case, std::string pointer, bool obey) {
  Session& session = context.session();
  LR_CO_TRY(const Actor actor, co_await session.exerciser().actor(route_case));
  auto request = session.exerciser().request(route_case, actor);
  if (!request) co_return std::unexpected(std::move(request).error());
  auto body = text::parse_json(request->body);
  if (!body) co_return fail(Code::kInternal, "the generated body is no JSON");
  std::string prompt = "launchready audit; fail: upstream";
  if (!obey) prompt.assign(std::max<std::size_t>(longest(*route_case.route, pointer), 1), 'a');
  (void)probe::set_at(*body, pointer, text::json::string(prompt));
  request->body = text::json::serialize(*body);
  LR_CO_TRY(const Exchange answer, co_await session.exerciser().send_as(
                                       std::move(*request), actor.persona, Intent::kAttack));
  const Cell cell = cell_of(route_case, obey ? "the model fails" : "the longest prompt allowed");
  if (answer.limited()) {
    context.inconclusive(cell, "answered 429 and the wait would be too long");
  } else if (is_raw(answer)) {
    Found found = context.finding(answer, "the failure is passed on as it came");
    found.guard = "# the guard answers server errors with its own safe body";
    context.found(cell, std::move(found));
  } else {
    context.proved();
  }
  co_return Result<>();
}

net::Task<> check_case(CheckContext& context, RouteCase route_case) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(route_case));
  if (baseline->absent) co_return Result<>();
  if (!baseline->usable()) co_return fail(Code::kUnavailable, baseline->problem);
  context.plan(2);
  const std::string pointer = prompt_of(route_case);
  LR_CO_TRY_VOID(co_await provoke(context, route_case, pointer, true));
  LR_CO_TRY_VOID(co_await provoke(context, route_case, pointer, false));
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  context.not_applicable("no route takes a prompt");
  const auto wanted = [](const RouteCase& route_case) { return !prompt_of(route_case).empty(); };
  const auto body = [&context](RouteCase route_case) { return check_case(context, route_case); };
  co_return co_await context.each_case(wanted, body);
}

}  // namespace

constinit const CheckDef check_errors_raw_upstream{
    .id = "errors.raw_upstream",
    .control = report::Control::kErrors,
    .title = "Failures of the model or a backend are passed on raw",
    .why = "Users see the provider's error text: host names, account ids, sometimes keys.",
    .fix = "Answer with a short fallback and a request id; log what the provider said.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kBodies,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
