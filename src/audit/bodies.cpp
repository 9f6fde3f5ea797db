#include "audit/bodies.h"

#include <fmt/format.h>

#include <algorithm>

namespace lr::audit {
namespace {

using probe::Exchange;
using probe::Intent;

bool takes_json(const RouteCase& route_case) {
  const contract::Route& route = *route_case.route;
  const bool writes = route_case.method == contract::Method::kPost ||
                      route_case.method == contract::Method::kPut ||
                      route_case.method == contract::Method::kPatch;
  if (!writes || !route.body || !route.body->schema_document) return false;
  const auto& types = route.body->content_types;
  return types.empty() || std::ranges::any_of(types, [](const std::string& type) {
           return type.find("json") != std::string::npos;
         });
}

/// True when an ordinary request on the route is answered, so that the silence before was meant.
net::Task<bool> answers_again(CheckContext& context) {
  probe::Request request;
  request.intent = Intent::kControl;
  auto answer = co_await context.prober().send(std::move(request));
  co_return answer.has_value();
}

void settle(CheckContext& context, const BodyAttack& attack, RouteCase route_case,
            const BadBody& bad, const Exchange& answer) {
  const Cell cell = cell_of(route_case, bad.form);
  if (answer.limited()) {
    context.inconclusive(cell, "answered 429 and the wait would be too long");
    return;
  }
  const bool accepted = answer.ok() && attack.success_is_found;
  if (!answer.crashed() && !accepted) {
    context.proved();
    return;
  }
  Found found = context.finding(answer, fmt::format("{}: answered {}", bad.form, answer.status()));
  found.severity = answer.crashed() ? context.def().worst : report::Severity::kMedium;
  found.group = answer.crashed() ? "server error" : "accepted";
  if (answer.crashed()) {
    found.title = fmt::format("{} (server error {})", context.def().title, answer.status());
  }
  context.found(cell, std::move(found));
}

net::Task<> try_body(CheckContext& context, const BodyAttack& attack, RouteCase route_case,
                     std::size_t index) {
  Session& session = context.session();
  LR_CO_TRY(const Actor actor, co_await session.exerciser().actor(route_case));
  auto request = probe::make_route_request(*route_case.route, route_case.method, actor.ids,
                                           {.marker = actor.marker});
  if (!request) co_return std::unexpected(std::move(request).error());
  const std::vector<BadBody> all = attack.make(*route_case.route, request->body);
  if (index >= all.size()) co_return Result<>();
  const BadBody& bad = all[index];
  request->body = bad.body;
  if (!bad.content_type.empty()) request->headers.set("Content-Type", bad.content_type);
  auto answer =
      co_await session.exerciser().send_as(std::move(*request), actor.persona, Intent::kAttack);
  if (answer) {
    session.exerciser().adopt_created(route_case, *answer, actor.persona);
    settle(context, attack, route_case, bad, *answer);
    co_return Result<>();
  }
  if (session.prober().stopped()) co_return std::unexpected(std::move(answer).error());
  LR_CO_TRY(const bool alive, co_await answers_again(context));
  if (alive && attack.may_cut) {
    context.proved();
  } else {
    context.inconclusive(cell_of(route_case, bad.form), "no answer: " + answer.error().detail());
  }
  co_return Result<>();
}

net::Task<> attack_case(CheckContext& context, const BodyAttack& attack, RouteCase route_case) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(route_case));
  if (baseline->absent) co_return Result<>();
  if (!baseline->usable()) co_return fail(Code::kUnavailable, baseline->problem);
  if (baseline->positive.crashed()) {
    co_return fail(Code::kUnavailable,
                   fmt::format("even a valid request is answered {}", baseline->positive.status()));
  }
  LR_CO_TRY(const Actor actor, co_await session.exerciser().actor(route_case));
  const auto request = probe::make_route_request(*route_case.route, route_case.method, actor.ids,
                                                 {.marker = actor.marker});
  if (!request) co_return std::unexpected(request.error());
  const std::size_t forms = attack.make(*route_case.route, request->body).size();
  context.plan(forms);
  for (std::size_t i = 0; i < forms; ++i) {
    LR_CO_TRY_VOID(co_await try_body(context, attack, route_case, i));
  }
  co_return Result<>();
}

}  // namespace

net::Task<> run_body_attack(CheckContext& context, BodyAttack attack) {
  if (context.session().profile() == contract::Profile::kObserve) {
    co_return fail(Code::kPermissionDenied, "bodies are only sent with --profile safe or full");
  }
  const auto body = [&context, &attack](RouteCase route_case) {
    return attack_case(context, attack, route_case);
  };
  co_return co_await context.each_case(takes_json, body);
}

}  // namespace lr::audit
