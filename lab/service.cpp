#include "lab/service.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "lab/routes.h"

namespace lr::lab {
namespace {

constexpr std::string_view kOrigin = "https://app.lab.example";

/// What a Python service in debug mode would print.
constexpr std::string_view kTraceback =
    "Traceback (most recent call last):\n"
    "  File \"/srv/chat/app/router.py\", line 118, in dispatch\n"
    "    return self.views[path](request)\n"
    "  File \"/srv/chat/app/store.py\", line 42, in __getitem__\n"
    "    raise KeyError(key)\n"
    "KeyError: 'no such entry'";

bool shows_traceback(const Service& service, const Call& call, const Error& error) {
  if (!service.flaws.on(Flaw::kErrorStackTrace) || error.code() != Code::kNotFound) return false;
  return call.route == nullptr || call.route->path.starts_with("/v1/files/");
}

bool origin_accepted(const Service& service, std::string_view origin, int status) {
  if (origin == kOrigin) return true;
  if (service.flaws.on(Flaw::kCorsReflectsOrigin)) return true;
  if (service.flaws.on(Flaw::kCorsNull) && origin == "null") return true;
  if (service.flaws.on(Flaw::kCorsSuffixMatch) && origin.ends_with("app.lab.example")) return true;
  return service.flaws.on(Flaw::kCorsReflectsOnError) && status >= 400;
}

void add_cors(const Service& service, const Call& call, int status, text::Headers& out) {
  out.add("Vary", "Origin");
  const auto origin = call.field("origin");
  if (!origin) return;
  if (service.flaws.on(Flaw::kCorsStarCredentials)) {
    out.add("Access-Control-Allow-Origin", "*");
    out.add("Access-Control-Allow-Credentials", "true");
    return;
  }
  if (!origin_accepted(service, *origin, status)) return;
  out.add("Access-Control-Allow-Origin", std::string(*origin));
  out.add("Access-Control-Expose-Headers",
          "X-Request-Id, RateLimit, RateLimit-Policy, Retry-After");
  if (*origin != kOrigin) out.add("Access-Control-Allow-Credentials", "true");
}

void add_security(const Service& service, bool html, text::Headers& out) {
  if (html) {
    if (!service.flaws.on(Flaw::kHtmlNoCsp)) {
      out.add("Content-Security-Policy",
              "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; "
              "form-action 'self'");
      out.add("X-Frame-Options", "DENY");
    }
    out.add("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    out.add("Cross-Origin-Opener-Policy", "same-origin");
  } else {
    if (service.flaws.on(Flaw::kHeadersMissing)) return;
    out.add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    out.add("X-Frame-Options", "DENY");
  }
  out.add("X-Content-Type-Options", "nosniff");
  out.add("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  out.add("Referrer-Policy", "no-referrer");
  out.add("Cross-Origin-Resource-Policy", "same-origin");
}

std::string_view cache_policy(const Service& service, const Call& call, int status) {
  const bool private_read = call.route != nullptr && call.route->access != Access::kPublic &&
                            call.reads() && status == 200;
  if (private_read && service.flaws.on(Flaw::kPrivateCacheable)) return "public, max-age=600";
  return "no-store";
}

}  // namespace

std::optional<std::string_view> Call::parameter(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &text::QueryParameter::name);
  if (found == query.end()) return std::nullopt;
  return found->value;
}

Answer json_answer(int status, const json::value& value) {
  return {status, "application/json", json::serialize(value)};
}

Answer error_answer(const Service& service, const Call& call, const Error& error) {
  json::object inner;
  inner["code"] = code_name(error.code());
  inner["message"] = public_text(error.code());
  if (!service.flaws.on(Flaw::kErrorNoRequestId)) inner["request_id"] = call.request_id;
  if (shows_traceback(service, call, error)) inner["trace"] = kTraceback;
  json::object body;
  body["error"] = std::move(inner);
  return json_answer(http_status(error.code()), body);
}

text::Headers answer_headers(const Service& service, const Call& call, int status,
                             std::string_view content_type) {
  text::Headers out;
  // A 204 has no content and so no type.
  if (status != 204) out.add("Content-Type", std::string(content_type));
  if (!service.flaws.on(Flaw::kErrorNoRequestId)) out.add("X-Request-Id", call.request_id);
  if (service.flaws.on(Flaw::kServerBanner)) {
    out.add("Server", "ChatServer/2.4.1 (Debian) OpenSSL/3.0.11");
    out.add("X-Powered-By", "Express 4.18.2");
  }
  out.add("Cache-Control", std::string(cache_policy(service, call, status)));
  add_security(service, content_type.starts_with("text/html"), out);
  add_cors(service, call, status, out);
  for (const text::Header& header : call.headers) out.add(header.name, header.value);
  return out;
}

bool is_preflight(const Call& call) {
  return call.method == "OPTIONS" && call.field("origin") &&
         call.field("access-control-request-method");
}

Result<> require_owner(const Service& service, const Call& call, const Owner& owner) {
  if (owner == call.caller.owner) return {};
  const bool leaks = service.flaws.on(Flaw::kExistenceLeak);
  return fail(leaks ? Code::kPermissionDenied : Code::kNotFound, "somebody else's",
              Origin::kClient);
}

}  // namespace lr::lab
