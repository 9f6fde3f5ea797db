#include "audit/sites.h"

namespace lr::audit {
namespace {

using probe::Exchange;
using probe::Intent;

net::Task<std::vector<Site>> stranger_sites(CheckContext& context) {
  std::vector<Site> out;
  Site site;
  site.cell = cell_of("GET", "/");
  site.request.intent = Intent::kControl;
  LR_CO_TRY(site.answer, co_await context.prober().send(site.request));
  out.push_back(std::move(site));
  const auto& page = context.session().start_page();
  if (page && page->request.target != "/") {
    Site start;
    start.request = page->request;
    start.cell = cell_of("GET", page->request.target.substr(0, page->request.target.find('?')));
    start.answer = *page;
    out.push_back(std::move(start));
  }
  co_return out;
}

bool is_plain_read(const RouteCase& route_case, Visit visit) {
  const contract::Route& route = *route_case.route;
  const bool affordable = visit == Visit::kOnce || route.limits.empty();
  return route_case.method == contract::Method::kGet && affordable && !route.streams &&
         !probe::has_free_path(route);
}

net::Task<> add_site(CheckContext& context, RouteCase route_case, std::vector<Site>& out) {
  Exerciser& exerciser = context.session().exerciser();
  LR_CO_TRY(const Baseline* baseline, co_await exerciser.baseline(route_case));
  if (!baseline->usable()) co_return Result<>();
  LR_CO_TRY(const Actor actor, co_await exerciser.actor(route_case));
  auto request = exerciser.request(route_case, actor);
  if (!request) co_return Result<>();
  Site site;
  site.cell = cell_of(route_case);
  site.request = std::move(*request);
  site.persona = actor.persona;
  site.is_private = route_case.is_private();
  site.route = route_case.route;
  site.answer = baseline->positive;
  out.push_back(std::move(site));
  co_return Result<>();
}

/// One complaint to provoke.
struct Provocation {
  Cell cell;
  std::string cause;
  probe::Request request;
  const probe::Persona* persona = nullptr;
};

probe::Request plain(std::string method, std::string target) {
  probe::Request out;
  out.method = std::move(method);
  out.target = std::move(target);
  return out;
}

void add_unknown_paths(CheckContext& context, std::vector<Provocation>& out) {
  const std::string word = context.session().rng().hex(6);
  out.push_back({cell_of("GET", "/lr-…"), "an unknown path", plain("GET", "/lr-" + word), nullptr});
  out.push_back(
      {cell_of("GET", "/api/lr-…"), "an unknown path", plain("GET", "/api/lr-" + word), nullptr});
  out.push_back({cell_of("GET", "/lr-…?…"), "odd characters in the query",
                 plain("GET", "/lr-" + word + "?q=%27%22%3C%7B%7D"), nullptr});
  out.push_back({cell_of("DELETE", "/"), "a method that the root does not have",
                 plain("DELETE", "/"), nullptr});
}

std::string json_with_error() { return R"({"launchready": [1, )"; }

void add_bad_body(std::vector<Provocation>& out, const RouteCase& route_case,
                  probe::Request request, const probe::Persona* persona) {
  if (request.body.empty()) return;
  request.body = json_with_error();
  out.push_back({cell_of(route_case), "a malformed body", std::move(request), persona});
}

/// The complaints of one route: no credential, a missing object, a malformed body.
net::Task<> add_route(CheckContext& context, RouteCase route_case, std::vector<Provocation>& out) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(route_case));
  if (!baseline->usable() && route_case.is_private()) co_return Result<>();
  LR_CO_TRY(Actor actor, co_await session.exerciser().actor(route_case));
  auto request = session.exerciser().request(route_case, actor);
  if (!request) co_return Result<>();
  if (route_case.is_private()) {
    out.push_back({cell_of(route_case), "no credential", *request, nullptr});
  }
  add_bad_body(out, route_case, *request, actor.persona);
  const auto in_path = probe::objects_in_path(*route_case.route);
  if (in_path.empty() || !route_case.reads()) co_return Result<>();
  for (auto& [object, id] : actor.ids) id = session.objects().absent_id(object, id);
  auto missing = session.exerciser().request(route_case, actor);
  if (missing) {
    out.push_back({cell_of(route_case), "a missing object", std::move(*missing), actor.persona});
  }
  co_return Result<>();
}

net::Task<std::vector<Provocation>> plan_provocations(CheckContext& context) {
  std::vector<Provocation> out;
  add_unknown_paths(context, out);
  if (!context.has_contract()) co_return out;
  for (const RouteCase& route_case : context.session().cases()) {
    if (route_case.method == contract::Method::kDelete) continue;
    auto added = co_await add_route(context, route_case, out);
    if (!added && context.prober().stopped()) co_return std::unexpected(std::move(added).error());
  }
  co_return out;
}

}  // namespace

net::Task<std::vector<Site>> readable_sites(CheckContext& context, std::size_t most, Visit visit) {
  if (!context.has_contract()) co_return co_await stranger_sites(context);
  std::vector<Site> out;
  for (const RouteCase& route_case : context.session().cases()) {
    if (out.size() >= most || !is_plain_read(route_case, visit)) continue;
    auto added = co_await add_site(context, route_case, out);
    if (!added && context.prober().stopped()) co_return std::unexpected(std::move(added).error());
  }
  if (out.empty()) co_return co_await stranger_sites(context);
  co_return out;
}

net::Task<std::vector<Provoked>> provoke_errors(CheckContext& context, const std::string& origin) {
  LR_CO_TRY(std::vector<Provocation> provocations, co_await plan_provocations(context));
  std::vector<Provoked> out;
  for (Provocation& provocation : provocations) {
    probe::Request request = std::move(provocation.request);
    request.intent = Intent::kAttack;
    if (!origin.empty()) request.headers.set("Origin", origin);
    if (provocation.persona != nullptr) {
      LR_CO_TRY_VOID(co_await context.session().identities().authorize(
          request, *provocation.persona, context.prober()));
    }
    auto answer = co_await context.prober().send(std::move(request));
    if (!answer && context.prober().stopped()) co_return std::unexpected(answer.error());
    if (!answer || answer->status() < 400) continue;
    out.push_back({std::move(provocation.cell), std::move(provocation.cause), std::move(*answer)});
  }
  co_return out;
}

}  // namespace lr::audit
