#include <fmt/format.h>

#include "audit/check_context.h"
#include "decide/router.h"

namespace lr::audit {

extern const CheckDef check_surface_well_known;

namespace {

constexpr std::string_view kReferences[] = {"CWE-538", "CWE-200", "OWASP API8:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "debug_env_open"},
    {Sample::Kind::kVulnerable, "metrics_open"},
    {Sample::Kind::kVulnerable, "openapi_open"},
    {Sample::Kind::kVulnerable, "git_exposed"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
using report::Severity;

/// A path and a text that only the real thing contains: a catch-all page proves nothing.
struct Door {
  std::string_view path;
  std::string_view sign;
  Severity severity;
};

constexpr Door kDoors[] = {
    {"/.env", "=", Severity::kCritical},
    {"/.env.local", "=", Severity::kCritical},
    {"/.env.production", "=", Severity::kCritical},
    {"/.env.bak", "=", Severity::kCritical},
    {"/.git/config", "[core]", Severity::kHigh},
    {"/.git/HEAD", "ref: refs/", Severity::kHigh},
    {"/.git/logs/HEAD", "0000000000000000", Severity::kHigh},
    {"/.svn/wc.db", "SQLite format", Severity::kHigh},
    {"/.aws/credentials", "aws_access_key_id", Severity::kCritical},
    {"/.npmrc", "registry", Severity::kHigh},
    {"/.dockerconfigjson", "\"auths\"", Severity::kCritical},
    {"/id_rsa", "PRIVATE KEY", Severity::kCritical},
    {"/server.key", "PRIVATE KEY", Severity::kCritical},
    {"/backup.sql", "CREATE TABLE", Severity::kCritical},
    {"/dump.sql", "CREATE TABLE", Severity::kCritical},
    {"/database.sqlite", "SQLite format", Severity::kCritical},
    {"/docker-compose.yml", "services:", Severity::kHigh},
    {"/Dockerfile", "FROM ", Severity::kMedium},
    {"/package.json", "\"dependencies\"", Severity::kMedium},
    {"/requirements.txt", "==", Severity::kMedium},
    {"/config.json", "\"", Severity::kHigh},
    {"/config.yml", ":", Severity::kHigh},
    {"/debug/env", "=", Severity::kCritical},
    {"/debug/vars", "cmdline", Severity::kHigh},
    {"/debug/pprof/", "profile", Severity::kHigh},
    {"/_debug", "debug", Severity::kHigh},
    {"/actuator", "_links", Severity::kMedium},
    {"/actuator/env", "propertySources", Severity::kCritical},
    {"/actuator/heapdump", "JAVA PROFILE", Severity::kCritical},
    {"/metrics", "# TYPE", Severity::kMedium},
    {"/prometheus", "# TYPE", Severity::kMedium},
    {"/server-status", "Apache Server Status", Severity::kMedium},
    {"/nginx_status", "Active connections", Severity::kMedium},
    {"/phpinfo.php", "PHP Version", Severity::kHigh},
    {"/openapi.json", "\"openapi\"", Severity::kMedium},
    {"/openapi.yaml", "openapi:", Severity::kMedium},
    {"/swagger.json", "\"swagger\"", Severity::kMedium},
    {"/v3/api-docs", "\"openapi\"", Severity::kMedium},
    {"/api-docs", "\"openapi\"", Severity::kMedium},
    {"/docs", "swagger-ui", Severity::kMedium},
    {"/redoc", "redoc", Severity::kMedium},
    {"/graphiql", "graphiql", Severity::kMedium},
    {"/main.js.map", "\"mappings\"", Severity::kMedium},
    {"/.DS_Store", "Bud1", Severity::kMedium},
    {"/.vscode/settings.json", "{", Severity::kMedium},
    {"/wp-config.php.bak", "DB_PASSWORD", Severity::kCritical},
};

bool is_listed(const decide::Router* router, std::string_view path) {
  if (router == nullptr) return false;
  text::CanonicalTarget target;
  decide::RouteMatch match;
  if (!text::canonicalize_target(path, target)) return false;
  router->match(contract::Method::kGet, target, match);
  return match.outcome == decide::RouteMatch::Outcome::kMatched;
}

bool is_open(CheckContext& context, const Door& door, const Exchange& answer) {
  if (!answer.ok() || context.session().not_found().matches(answer)) return false;
  const bool page = answer.content_type() == "text/html";
  const bool may_be_page = door.path == "/docs" || door.path == "/redoc" ||
                           door.path == "/graphiql" || door.path == "/server-status" ||
                           door.path == "/phpinfo.php" || door.path == "/debug/pprof/";
  if (page && !may_be_page) return false;
  return answer.response.body.find(door.sign) != std::string::npos;
}

net::Task<> knock(CheckContext& context, const Door& door) {
  probe::Request request;
  request.target = door.path;
  LR_CO_TRY(const Exchange answer, co_await context.prober().send(std::move(request)));
  const Cell cell = cell_of("GET", std::string(door.path));
  if (answer.limited()) {
    context.inconclusive(cell, "answered 429 and the wait would be too long");
  } else if (!is_open(context, door, answer)) {
    context.proved();
  } else {
    Found found = context.finding(answer, fmt::format("{} is open", door.path));
    found.title = fmt::format("{} is open to everybody", door.path);
    found.severity = door.severity;
    found.guard = "# the guard answers 404 to everything that the contract does not list";
    context.found(cell, std::move(found));
  }
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  std::optional<decide::Router> router;
  if (context.has_contract()) router.emplace(context.contract());
  for (const Door& door : kDoors) {
    if (is_listed(router ? &*router : nullptr, door.path)) continue;
    context.plan(1);
    LR_CO_TRY_VOID(co_await knock(context, door));
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_surface_well_known{
    .id = "surface.well_known",
    .control = report::Control::kSurface,
    .title = "Files and pages for insiders are open to everybody",
    .why =
        "Keys, source code and internals lie open; scanners look for exactly these paths "
        "every day.",
    .fix =
        "Serve nothing but the product's own routes; keep metrics and docs on an internal "
        "listener.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
