#include <array>

#include "lab/testing/probes.h"

namespace lr::lab::testing {
namespace {

constexpr std::string_view kAllow = "access-control-allow-origin";

bool allowed(Visitor& v, std::string_view path, std::string_view origin) {
  const std::string token = v.token(World::kUserA);
  return v.get(path, token, {{"Origin", std::string(origin)}}).headers.get(kAllow) == origin;
}

bool reflects(Visitor& v) { return allowed(v, "/v1/profile", "https://evil.example"); }
bool null_allowed(Visitor& v) { return allowed(v, "/v1/profile", "null") && !reflects(v); }
bool lookalike_allowed(Visitor& v) {
  return allowed(v, "/v1/profile", "https://evilapp.lab.example") && !reflects(v);
}
bool star_with_credentials(Visitor& v) {
  const auto answer =
      v.get("/v1/profile", v.token(World::kUserA), {{"Origin", "https://a.example"}});
  return answer.headers.get(kAllow) == "*" &&
         answer.headers.get("access-control-allow-credentials") == "true";
}
bool errors_reflect(Visitor& v) {
  return allowed(v, "/v1/nowhere", "https://evil.example") && !reflects(v);
}

bool lacks(Visitor& v, std::string_view path, std::string_view header) {
  return !v.get(path, v.token(World::kUserA)).headers.get(header);
}
bool headers_missing(Visitor& v) { return lacks(v, "/v1/profile", "x-content-type-options"); }
bool banner(Visitor& v) { return !lacks(v, "/v1/profile", "x-powered-by"); }
bool cacheable(Visitor& v) {
  return v.get("/v1/profile", v.token(World::kUserA)).headers.get("cache-control") != "no-store";
}
bool page_without_policy(Visitor& v) { return lacks(v, "/", "content-security-policy"); }

bool traceback(Visitor& v) {
  return v.get("/v1/nowhere").body.find("Traceback") != std::string::npos;
}
bool raw_upstream(Visitor& v) {
  const auto answer =
      v.send("POST", "/v1/chat", v.token(World::kUserA), R"({"message":"please fail: upstream"})");
  return answer.status == 502 && answer.body.find("provider.internal") != std::string::npos;
}
bool no_request_id(Visitor& v) {
  const auto answer = v.get("/v1/profile");
  return !answer.headers.get("x-request-id") && value_at(answer, "/error/request_id").empty();
}

bool opens(Visitor& v, std::string_view path) { return v.get(path).status == 200; }
bool environment_open(Visitor& v) { return opens(v, "/debug/env") && opens(v, "/.env"); }
bool metrics_open(Visitor& v) { return opens(v, "/metrics"); }
bool openapi_open(Visitor& v) { return opens(v, "/openapi.json"); }
bool git_open(Visitor& v) { return opens(v, "/.git/config") && opens(v, "/.git/HEAD"); }
bool legacy_open(Visitor& v) { return opens(v, "/v0/export"); }
bool route_missing(Visitor& v) {
  return v.get("/v1/announcements", v.token(World::kUserA)).status == 404;
}
bool health_lies(Visitor& v) {
  const auto answer = v.get("/readyz");
  return answer.status == 200 && value_at(answer, "/checks/model") == "down";
}
bool health_missing(Visitor& v) { return v.get("/healthz").status == 404; }

constexpr auto kProbes = std::to_array<Probe>({
    {"cors_reflects_origin", reflects},
    {"cors_null", null_allowed},
    {"cors_suffix_match", lookalike_allowed},
    {"cors_star_credentials", star_with_credentials},
    {"cors_reflects_on_error", errors_reflect},
    {"headers_missing", headers_missing},
    {"server_banner", banner},
    {"private_cacheable", cacheable},
    {"html_no_csp", page_without_policy},
    {"error_stack_trace", traceback},
    {"error_raw_upstream", raw_upstream},
    {"error_no_request_id", no_request_id},
    {"debug_env_open", environment_open},
    {"metrics_open", metrics_open},
    {"openapi_open", openapi_open},
    {"git_exposed", git_open},
    {"unlisted_legacy_export", legacy_open},
    {"route_in_contract_missing", route_missing},
    {"health_lies", health_lies},
    {"health_missing", health_missing},
});

}  // namespace

std::span<const Probe> answer_probes() { return kProbes; }

}  // namespace lr::lab::testing
