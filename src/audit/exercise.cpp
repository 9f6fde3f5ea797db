#include "audit/exercise.h"

#include <fmt/format.h>

#include <algorithm>

namespace lr::audit {
namespace {

using contract::Method;
using probe::Intent;

bool same_path(std::string_view recipe_path, std::string_view route_path) {
  return recipe_path.substr(0, recipe_path.find('?')) == route_path;
}

}  // namespace

const probe::Persona* Exerciser::allowed(const RouteCase& route_case) const {
  for (const probe::Persona& persona : parts_.identities.declared()) {
    if (!persona.unusable.empty()) continue;
    if (expected_access(parts_.contract, route_case, &persona, &persona).allowed) return &persona;
  }
  return nullptr;
}

Manner Exerciser::manner(const RouteCase& route_case) const {
  return manner_of(parts_.contract, route_case, parts_.objects, parts_.profile,
                   parts_.identities.can_mint());
}

net::Task<Actor> Exerciser::actor(const RouteCase& route_case) {
  if (!route_case.is_private()) {
    Actor out;
    out.marker = probe::make_marker(parts_.rng);
    co_return out;
  }
  const probe::Persona* persona = allowed(route_case);
  if (persona == nullptr) {
    co_return fail(Code::kNotFound, "no usable audit identity may use " + route_case.name(),
                   Origin::kContract);
  }
  const contract::Route& route = *route_case.route;
  const bool own_account =
      !route_case.reads() && !route.creates && probe::objects_named(route).empty();
  const bool fresh = counts_persons(parts_.contract, route) || own_account;
  if (fresh && parts_.identities.can_mint()) persona = &parts_.identities.mint_like(*persona);
  co_return co_await actor_as(route_case, *persona);
}

net::Task<Actor> Exerciser::actor_as(const RouteCase& route_case, const probe::Persona& persona) {
  Actor out;
  out.persona = &persona;
  out.marker = probe::make_marker(parts_.rng);
  const contract::Route& route = *route_case.route;
  const auto in_path = probe::objects_in_path(route);
  const std::vector<contract::ObjectIndex> named = probe::objects_named(route);
  for (const contract::ObjectIndex object : named) {
    const bool required = std::ranges::find(in_path, object) != in_path.end();
    if (!required && parts_.objects.recipe(object) == nullptr) continue;
    const bool fresh = !route_case.reads();
    auto made =
        fresh ? parts_.objects.create(object, persona) : parts_.objects.shared(object, persona);
    LR_CO_TRY(probe::Sacrifice sacrifice, co_await std::move(made));
    for (const auto& [index, id] : sacrifice.ids) out.ids.try_emplace(index, id);
    out.objects.emplace(object, std::move(sacrifice));
  }
  co_return out;
}

Result<probe::Request> Exerciser::request(const RouteCase& route_case, const Actor& actor) const {
  const contract::Route& route = *route_case.route;
  LR_TRY(probe::Request request,
         probe::make_route_request(route, route_case.method, actor.ids, {.marker = actor.marker}));
  if (route.creates && route_case.method == Method::kPost) {
    const probe::Recipe* recipe = parts_.objects.recipe(*route.creates);
    if (recipe != nullptr && same_path(recipe->calls.create.path, route.path)) {
      probe::Sacrifice blank;
      blank.ids = actor.ids;
      request = parts_.objects.call_request(recipe->calls.create, blank, actor.marker);
    }
  }
  if (manner(route_case) == Manner::kInert) request.body = kInertBody;
  request.intent = Intent::kAttack;
  return request;
}

net::Task<probe::Exchange> Exerciser::send_as(probe::Request request, const probe::Persona* persona,
                                              Intent intent) {
  request.intent = intent;
  if (persona != nullptr) {
    LR_CO_TRY_VOID(co_await parts_.identities.authorize(request, *persona, parts_.prober));
  }
  co_return co_await parts_.prober.send(std::move(request));
}

void Exerciser::adopt_created(const RouteCase& route_case, const probe::Exchange& exchange,
                              const probe::Persona* owner) {
  if (!route_case.route->creates || !exchange.ok() || owner == nullptr) return;
  const contract::ObjectIndex object = *route_case.route->creates;
  const probe::Recipe* recipe = parts_.objects.recipe(object);
  const auto document = exchange.json();
  if (recipe == nullptr || !document) return;
  const text::json::value* id = text::resolve_pointer(*document, recipe->calls.id);
  const auto id_text = id == nullptr ? std::nullopt : text::scalar_text(*id);
  if (!id_text) return;
  probe::Sacrifice made;
  made.object = object;
  made.id = *id_text;
  made.owner = owner;
  made.ids[object] = *id_text;
  parts_.objects.adopt(std::move(made));
}

void Exerciser::judge_positive(const RouteCase& route_case, Baseline& out) const {
  const probe::Exchange& positive = out.positive;
  const std::string who = out.persona == nullptr ? "a stranger" : out.persona->name;
  if (positive.limited()) {
    out.problem = fmt::format("{} is answered 429 to {} and stays so", route_case.name(), who);
  } else if (positive.refused() && route_case.is_private()) {
    out.problem = fmt::format("{} refuses {} ({}), whom the contract allows", route_case.name(),
                              who, positive.status());
  } else if (positive.ok() && parts_.not_found.catch_all() && parts_.not_found.matches(positive)) {
    out.absent = true;
  }
  const int status = positive.status();
  const bool nothing = status == 404 || status == 405 || status == 501;
  if (nothing && !probe::has_free_path(*route_case.route) && out.anonymous.status() == status) {
    out.absent = true;
  }
}

net::Task<> Exerciser::measure(const RouteCase& route_case, Baseline& out) {
  out.manner = manner(route_case);
  if (out.manner == Manner::kUntouchable) {
    out.problem = fmt::format(
        "{} would change things that the audit did not make; give a recipe "
        "in audit.objects or use --profile full on a test system",
        route_case.name());
    co_return Result<>();
  }
  auto ready = co_await actor(route_case);
  if (!ready) {
    out.problem = ready.error().detail();
    co_return Result<>();
  }
  out.persona = ready->persona;
  auto built = request(route_case, *ready);
  if (!built) {
    out.problem = built.error().detail();
    co_return Result<>();
  }
  // The stranger first: what the allowed identity does may use the object up.
  LR_CO_TRY(out.anonymous, co_await send_as(*built, nullptr, Intent::kControl));
  adopt_created(route_case, out.anonymous, ready->persona);
  if (route_case.is_private()) {
    LR_CO_TRY(out.positive, co_await send_as(std::move(*built), ready->persona, Intent::kControl));
    adopt_created(route_case, out.positive, ready->persona);
  } else {
    out.positive = out.anonymous;
  }
  out.shape = probe::shape_of(out.positive);
  judge_positive(route_case, out);
  co_return Result<>();
}

net::Task<const Baseline*> Exerciser::baseline(const RouteCase& route_case) {
  const auto key = std::make_pair(route_case.index, route_case.method);
  const auto found = baselines_.find(key);
  if (found != baselines_.end()) co_return &found->second;
  Baseline measured;
  auto done = co_await measure(route_case, measured);
  if (!done) {
    if (parts_.prober.stopped()) co_return std::unexpected(std::move(done).error());
    measured.problem = fmt::format("{}: {}", route_case.name(), done.error().detail());
  }
  co_return &baselines_.emplace(key, std::move(measured)).first->second;
}

}  // namespace lr::audit
