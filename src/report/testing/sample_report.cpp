#include "report/testing/sample_report.h"

#include <fmt/format.h>

namespace lr::report::testing {
namespace {

struct CheckSeed {
  const char* id;
  Control control;
  const char* title;
  const char* why;
  const char* fix;
  Severity worst;
  std::uint32_t cells;
  const char* reference;
};

constexpr CheckSeed kChecks[] = {
    {"authn.alg_none", Control::kAuthn, "Unsigned tokens are accepted",
     "Anyone can write a token for any user, without a password or a key.",
     "Verify every token with a pinned list of algorithms; never trust the token's own header.",
     Severity::kCritical, 18, "CWE-347"},
    {"authn.missing", Control::kAuthn, "Private routes answer without a token",
     "A stranger reads private data by leaving the login out.",
     "Require a valid token on every route that is not declared public.", Severity::kCritical, 18,
     "CWE-306"},
    {"authn.expired", Control::kAuthn, "Expired tokens are accepted",
     "A stolen token works for ever.", "Check `exp` on every request.", Severity::kHigh, 18,
     "CWE-613"},
    {"authz.role_matrix", Control::kAuthz, "A role reaches functions of another role",
     "An ordinary user runs administrator functions.",
     "Check the caller's role in the handler of every route.", Severity::kCritical, 96, "CWE-285"},
    {"owner.read_foreign", Control::kOwner, "One user can read another user's conversation",
     "Every private conversation is one guessed id away from every other user.",
     "Compare the object's owner with the caller before answering; answer 404 when they differ.",
     Severity::kCritical, 24, "CWE-639"},
    {"owner.write_foreign", Control::kOwner, "One user can change another user's data",
     "An attacker deletes or rewrites what belongs to others.",
     "Compare the object's owner with the caller before changing anything.", Severity::kCritical,
     12, "CWE-639"},
    {"input.malformed", Control::kInput, "Malformed bodies crash the handler",
     "A single bad request makes the service answer 500.",
     "Validate the body against its schema before any business logic.", Severity::kMedium, 84,
     "CWE-20"},
    {"rate.burst", Control::kRate, "Floods are not limited",
     "One script burns the AI budget in minutes or guesses passwords all night.",
     "Limit requests per address, user and conversation, and say when to retry.", Severity::kHigh,
     14, "CWE-770"},
    {"cors.reflection", Control::kCors, "Any website can call the API as the signed-in user",
     "A page the user visits reads their chats with their own session.",
     "Answer only the origins you list; never echo the Origin header.", Severity::kHigh, 24,
     "CWE-942"},
    {"errors.stack_trace", Control::kErrors, "Errors show a stack trace",
     "Internals, paths and versions help an attacker choose the next step.",
     "Answer errors with a short message and a request id.", Severity::kMedium, 22, "CWE-209"},
    {"surface.debug", Control::kSurface, "A debug route answers strangers",
     "Configuration and environment variables lie open.",
     "Remove debug routes from production builds.", Severity::kHigh, 60, "CWE-489"},
    {"headers.hardening", Control::kHeaders, "Browser hardening headers are missing",
     "Browsers are left to guess, which helps cross-site attacks.",
     "Send HSTS, nosniff, a CSP and a referrer policy.", Severity::kMedium, 22, "CWE-693"},
    {"headers.cache", Control::kHeaders, "Private answers may be cached",
     "A shared cache hands one user's answer to the next.",
     "Send Cache-Control: no-store on private answers.", Severity::kHigh, 20, "CWE-525"},
    {"health.truth", Control::kHealth, "Health says yes while a dependency is down",
     "Nobody is called when the product is broken.", "Let readiness fail when a dependency fails.",
     Severity::kMedium, 4, "CWE-1295"},
};

Report skeleton() {
  Report report;
  report.product = "Acme Assistant";
  report.target = "http://127.0.0.1:18080";
  report.contract_file = "launchready.yaml";
  report.contract_digest = "3f2a91c07be58d1f0a6c4d9e2b7785136c0ffee0d15ea5edeadbeef012345678";
  report.profile = "full";
  report.run_id = "01J8ZQ4T6V";
  report.started = WallTime(std::chrono::microseconds(1'795'315'587'000'000));
  report.took = std::chrono::milliseconds(11'420);
  report.requests = 2'113;
  for (const CheckSeed& seed : kChecks) {
    report.rules.push_back({seed.id,
                            seed.title,
                            seed.why,
                            seed.fix,
                            seed.control,
                            seed.worst,
                            {seed.reference, "OWASP API Security Top 10 2023"}});
    report.checks.push_back({seed.id, seed.control, seed.title, Status::kPass, "", seed.cells,
                             seed.cells, seed.cells * 3, std::chrono::milliseconds(240)});
  }
  return report;
}

struct Spot {
  const char* check;
  Severity severity;
  const char* method;
  const char* route;
  std::uint32_t line;
  const char* title;
};

Evidence evidence_of(const Spot& spot) {
  return {fmt::format("user_b sent {} {} with its own token", spot.method, spot.route),
          fmt::format("{} {} HTTP/1.1\nHost: 127.0.0.1:18080\nAuthorization: Bearer eyJh…(412 "
                      "bytes)\nAccept: application/json\n",
                      spot.method, spot.route),
          "HTTP/1.1 200 OK\nContent-Type: application/json\nServer: weakchat/0.1\n\n"
          "{\"id\":\"7c9e6679-7425-40de-944b-e07fc1f90ae7\",\"owner\":\"user_a\",\"messages\":"
          "[{\"role\":\"user\",\"text\":\"canary-5d41402abc4b2a76\"}]}"};
}

void add_finding(Report& report, const Spot& spot, const char* guard) {
  const RuleText* rule = nullptr;
  for (const RuleText& candidate : report.rules) {
    if (candidate.id == spot.check) rule = &candidate;
  }
  Finding finding;
  finding.check = spot.check;
  finding.control = rule->control;
  finding.severity = spot.severity;
  finding.title = spot.title;
  finding.why = rule->why;
  finding.fix = rule->fix;
  finding.guard = guard;
  finding.reproduce = fmt::format(
      "curl -sS -X {} -H \"Authorization: Bearer $TOKEN_USER_B\" "
      "'http://127.0.0.1:18080{}'",
      spot.method, spot.route);
  finding.location = {"launchready.yaml",
                      {spot.line, 5},
                      spot.method,
                      fmt::format("http://127.0.0.1:18080{}", spot.route),
                      spot.route};
  finding.evidence.push_back(evidence_of(spot));
  finding.fingerprint = fmt::format("fp-{}-{}-{}", spot.check, spot.method, spot.line);
  report.findings.push_back(std::move(finding));
}

constexpr const char* kOwnerLines =
    "routes:\n  - path: \"/v1/conversations/{conversation}\"\n    methods: [GET, DELETE]\n"
    "    access: { owner: conversation }";
constexpr const char* kAuthLines =
    "routes:\n  - path: /v1/chat\n    methods: [POST]\n    access: { roles: [viewer] }";

constexpr Spot kHealthSpot = {"health.truth",
                              Severity::kLow,
                              "GET",
                              "/health",
                              22,
                              "Health answers 200 while the model is down"};
constexpr Spot kErrorSpot = {"errors.stack_trace",
                             Severity::kMedium,
                             "POST",
                             "/v1/chat",
                             41,
                             "POST /v1/chat answers a broken body with a stack trace"};

void add_weaknesses(Report& report) {
  add_finding(report,
              {"authn.alg_none", Severity::kCritical, "GET", "/v1/profile", 38,
               "A token without a signature opens /v1/profile"},
              kAuthLines);
  add_finding(report,
              {"authn.alg_none", Severity::kCritical, "POST", "/v1/chat", 41,
               "A token without a signature opens /v1/chat"},
              kAuthLines);
  add_finding(report,
              {"authn.missing", Severity::kCritical, "GET", "/v1/files/{file}", 57,
               "Anybody can download files without signing in"},
              kAuthLines);
  add_finding(report,
              {"owner.read_foreign", Severity::kCritical, "GET", "/v1/conversations/{conversation}",
               47, "Any signed-in user can read any conversation"},
              kOwnerLines);
  add_finding(report,
              {"owner.read_foreign", Severity::kCritical, "GET", "/v1/orders/{order}", 52,
               "Any signed-in user can read any order"},
              kOwnerLines);
  add_finding(report,
              {"owner.write_foreign", Severity::kHigh, "DELETE", "/v1/conversations/{conversation}",
               47, "Any signed-in user can delete any conversation"},
              kOwnerLines);
  add_finding(report,
              {"authz.role_matrix", Severity::kCritical, "POST", "/admin/users", 71,
               "A viewer can create administrators"},
              "routes:\n  - path: \"/admin/**\"\n    access: { roles: [admin] }");
  add_finding(
      report,
      {"rate.burst", Severity::kHigh, "POST", "/login", 33, "Login takes 200 guesses in a second"},
      "limits:\n  login: { per_ip: 5/min, per_account: 10/hour }");
  add_finding(report,
              {"cors.reflection", Severity::kHigh, "GET", "/v1/profile", 38,
               "Any website can read the profile of its visitor"},
              "origins: [https://acme.example]");
  add_finding(report,
              {"surface.debug", Severity::kHigh, "GET", "/debug/env", 1,
               "/debug/env answers and is not in the contract"},
              "");
  add_finding(report,
              {"headers.hardening", Severity::kMedium, "GET", "/v1/profile", 38,
               "JSON answers lack nosniff and HSTS"},
              "headers: {}");
  add_finding(report, kErrorSpot, "");
  add_finding(report, kHealthSpot, "");
}

}  // namespace

Report sample_report() {
  Report report = skeleton();
  add_weaknesses(report);
  for (CheckRow& row : report.checks) {
    if (row.id != "input.malformed") continue;
    row.status = Status::kInconclusive;
    row.reason = "POST /v1/upload answered 503 from the first request on";
    row.cells_proved = 71;
    report.inconclusive.push_back(
        {row.id, row.reason, {"launchready.yaml", {61, 5}, "POST", "", "/v1/upload"}});
  }
  conclude(report);
  return report;
}

Report sample_report_after() {
  Report report = skeleton();
  report.target = "http://127.0.0.1:18443";
  report.run_id = "01J8ZQ5AAA";
  report.requests = 2'240;
  report.took = std::chrono::milliseconds(13'050);
  add_finding(report, kErrorSpot, "");
  add_finding(report, kHealthSpot, "");
  conclude(report);
  return report;
}

Report clean_report() {
  Report report = skeleton();
  conclude(report);
  return report;
}

Report stranger_report() {
  Report report;
  report.product = "chat.example.com";
  report.target = "https://chat.example.com";
  report.profile = "observe";
  report.run_id = "01J8ZQ6BBB";
  report.started = WallTime(std::chrono::microseconds(1'795'315'587'000'000));
  report.took = std::chrono::milliseconds(840);
  report.requests = 61;
  report.checks.push_back({"surface.well_known", Control::kSurface, "Well-known paths",
                           Status::kFail, "", 60, 60, 61, std::chrono::milliseconds(840)});
  Finding finding;
  finding.check = "surface.well_known";
  finding.control = Control::kSurface;
  finding.severity = Severity::kCritical;
  finding.title = "/.env is public";
  finding.why = "It usually holds every password of the product.";
  finding.fix = "Remove the file from the web root and rotate every secret in it.";
  finding.reproduce = "curl -sS https://chat.example.com/.env";
  finding.location.method = "GET";
  finding.location.url = "https://chat.example.com/.env";
  finding.evidence.push_back({"a stranger asked for /.env", "GET /.env HTTP/1.1\n",
                              "HTTP/1.1 200 OK\n\nDB_PASSWORD=…(12 bytes)\n"});
  finding.fingerprint = "fp-env";
  report.findings.push_back(std::move(finding));
  conclude(report);
  return report;
}

Report hostile_report() {
  const std::string attack =
      "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> & \x1b[2J\x1b]0;owned\x07 "
      "\xE2\x80\xAE"
      "desrever \xC2\x9B"
      "31m \xFF\xFE ``` | @everyone #1 ]]> ${IFS} \r\n"
      "::error::forged\x7F\xEF\xBF\xBF";
  Report report = skeleton();
  report.product = attack;
  report.target = attack;
  report.contract_file = "a b/" + attack;
  add_finding(report, kErrorSpot, "");
  Finding& finding = report.findings.front();
  finding.title = finding.why = finding.fix = finding.guard = finding.reproduce = attack;
  finding.location = {attack, {3, 4}, attack, attack, attack};
  finding.evidence = {{attack, attack, attack}};
  finding.fingerprint = attack;
  report.inconclusive.push_back({"input.malformed", attack, finding.location});
  report.checks.front().reason = attack;
  report.checks.front().status = Status::kInconclusive;
  report.rules.front().title = attack;
  report.rules.front().references = {attack, "CWE-1<b>"};
  conclude(report);
  return report;
}

}  // namespace lr::report::testing
