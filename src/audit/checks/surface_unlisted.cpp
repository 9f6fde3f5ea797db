#include <fmt/format.h>

#include <set>

#include "audit/check_context.h"
#include "decide/router.h"

namespace lr::audit {

extern const CheckDef check_surface_unlisted;

namespace {

constexpr std::string_view kReferences[] = {"CWE-1059", "OWASP API9:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "unlisted_legacy_export"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
using probe::Intent;

constexpr std::size_t kCandidatesMax = 300;

bool is_version(std::string_view segment) {
  return segment.size() >= 2 && segment.size() <= 3 && segment[0] == 'v' && segment[1] >= '0' &&
         segment[1] <= '9';
}

/// Other versions and forgotten siblings of one literal path.
void add_siblings(const contract::Route& route, std::set<std::string>& out) {
  std::vector<std::string> literals;
  for (const contract::PathSegment& segment : route.segments) {
    if (segment.kind != contract::PathSegment::Kind::kLiteral) return;
    literals.push_back(segment.text);
  }
  if (literals.empty()) return;
  const bool versioned = is_version(literals.front());
  std::string tail;
  for (std::size_t i = versioned ? 1 : 0; i < literals.size(); ++i) tail += "/" + literals[i];
  if (tail.empty()) return;
  for (const char* head : {"/v0", "/v1", "/v2", "/v3", "/legacy", "/old", "/internal", "/beta",
                           "/test", "/debug", "/api", ""}) {
    out.insert(head + tail);
  }
}

void add_neighbours(std::set<std::string>& out) {
  for (const char* path :
       {"/admin",      "/admin/",   "/admin/config",    "/admin/debug", "/admin/export",
        "/admin/logs", "/internal", "/internal/status", "/api",         "/api/v1",
        "/v1/admin",   "/v1/debug", "/v1/config",       "/v1/users",    "/v1/internal",
        "/test",       "/debug",    "/console",         "/backup",      "/export"}) {
    out.insert(path);
  }
}

bool is_listed(const decide::Router& router, const std::string& path) {
  text::CanonicalTarget target;
  if (!text::canonicalize_target(path, target)) return true;
  decide::RouteMatch match;
  router.match(contract::Method::kGet, target, match);
  return match.outcome != decide::RouteMatch::Outcome::kNotFound;
}

const probe::Persona* most_powerful(CheckContext& context) {
  const probe::Persona* out = nullptr;
  for (const probe::Persona& persona : context.session().identities().declared()) {
    if (!persona.unusable.empty()) continue;
    if (out == nullptr || persona.subject.roles > out->subject.roles) out = &persona;
  }
  return out;
}

/// A folder whose every name is answered alike, such as the page of an application in the browser,
/// says nothing about one name.
net::Task<bool> answers_any_name(CheckContext& context, const Exchange& answer,
                                 const probe::Persona* persona) {
  const std::string& path = answer.request.target;
  probe::Request request;
  request.target = path.substr(0, path.rfind('/', path.size() - 2) + 1);
  request.target += "lr-" + context.session().rng().hex(6);
  if (path.ends_with('/')) request.target += '/';
  LR_CO_TRY(const Exchange sibling,
            co_await context.session().send_as(std::move(request), persona));
  probe::NotFound folder;
  folder.learn(sibling);
  co_return folder.matches(answer);
}

net::Task<> knock(CheckContext& context, std::string path, const probe::Persona* persona) {
  Session& session = context.session();
  const Cell cell = cell_of("GET", path, persona == nullptr ? "a stranger" : persona->name);
  probe::Request request;
  request.target = path;
  LR_CO_TRY(const Exchange answer, co_await session.send_as(std::move(request), persona));
  if (answer.limited()) {
    context.inconclusive(cell, "answered 429 and the wait would be too long");
    co_return Result<>();
  }
  bool nothing = !answer.ok() || session.not_found().matches(answer);
  if (!nothing) {
    LR_CO_TRY(nothing, co_await answers_any_name(context, answer, persona));
  }
  if (nothing) {
    context.proved();
  } else {
    Found found = context.finding(answer, fmt::format("{} answers {}", path, answer.status()));
    found.guard = "# the guard answers 404 to everything that the contract does not list";
    context.found(cell, std::move(found));
  }
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  std::set<std::string> candidates;
  for (const contract::Route& route : context.contract().routes) add_siblings(route, candidates);
  add_neighbours(candidates);
  const decide::Router router(context.contract());
  std::erase_if(candidates, [&](const std::string& path) { return is_listed(router, path); });
  const probe::Persona* admin = most_powerful(context);
  std::size_t tried = 0;
  for (const std::string& path : candidates) {
    if (++tried > kCandidatesMax) break;
    context.plan(admin == nullptr ? 1 : 2);
    LR_CO_TRY_VOID(co_await knock(context, path, nullptr));
    if (admin != nullptr) {
      LR_CO_TRY_VOID(co_await knock(context, path, admin));
    }
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_surface_unlisted{
    .id = "surface.unlisted",
    .control = report::Control::kSurface,
    .title = "Something answers that the contract does not list",
    .why = "Forgotten versions and internal functions answer without the checks of today's.",
    .fix = "Remove what is not used; deny what is not listed.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kContract,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
