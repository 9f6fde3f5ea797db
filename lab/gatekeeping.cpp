#include "lab/gatekeeping.h"

#include <algorithm>

#include "lab/routes.h"

namespace lr::lab {
namespace {

std::unexpected<Error> refuse(Call& call, std::string why) {
  call.headers.set("WWW-Authenticate", "Bearer realm=\"lab\"");
  return fail(Code::kUnauthenticated, std::move(why), Origin::kClient);
}

/// The bearer token of the Authorization header; "" when it holds none.
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size() ||
      !text::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  return text::trim_ows(authorization.substr(kScheme.size()));
}

/// Something, but not three parts of which the first could be a header.
bool is_garbage(std::string_view token) {
  return !token.empty() && !(token.starts_with("eyJ") && std::ranges::count(token, '.') == 2);
}

/// Routes that a defect opens to callers without any credential.
bool forgot_to_ask(const Service& service, const Call& call) {
  if (!call.reads()) return false;
  const std::string_view path = call.route->path;
  if (path == "/v1/history") return service.flaws.on(Flaw::kAuthMissingHistory);
  return path.starts_with("/v1/files") && service.flaws.on(Flaw::kAuthMissingFiles);
}

Result<Caller> identify(Service& service, Call& call) {
  std::string_view token;
  if (const auto authorization = call.field("authorization")) {
    if (call.exchange.head().fields.count("authorization") != 1) {
      return refuse(call, "two credentials");
    }
    token = bearer_token(*authorization);
  } else if (const auto in_query = call.parameter("access_token");
             in_query && service.flaws.on(Flaw::kAuthTokenInQuery)) {
    token = *in_query;
  } else if (forgot_to_ask(service, call)) {
    return caller_of(service.world.persona(World::kUserA));
  } else {
    return refuse(call, "no credential");
  }
  auto caller = service.tokens.verify(token, call.route->path.starts_with("/v1/orders"));
  if (caller) {
    service.last_caller = *caller;
    return std::move(*caller);
  }
  if (service.flaws.on(Flaw::kAuthMalformedAccepted) && is_garbage(token)) {
    return service.last_caller.value_or(caller_of(service.world.persona(World::kUserA)));
  }
  return refuse(call, caller.error().detail());
}

}  // namespace

Result<> authenticate(Service& service, Call& call) {
  if (call.route->access == Access::kPublic) return {};
  LR_TRY(call.caller, identify(service, call));
  if (service.flaws.on(Flaw::kAuthTenantFromHeader)) {
    if (const auto tenant = call.field("x-tenant-id")) {
      call.caller.owner.tenant = std::string(*tenant);
    }
  }
  if (service.flaws.on(Flaw::kRoleAdminByQueryFlag) && call.parameter("admin") == "true") {
    call.role_granted = true;
  }
  return {};
}

Result<> authorize(const Service& service, const Call& call) {
  const RouteDef& route = *call.route;
  if (route.access == Access::kPublic) return {};
  const bool forgotten =
      route.path == "/admin/stats" && service.flaws.on(Flaw::kRoleMissingAdminStats);
  const std::string_view role = route.access == Access::kAdmin ? "admin" : "viewer";
  if (!forgotten && !call.role_granted && !call.caller.has_role(role)) {
    return fail(Code::kPermissionDenied, "missing role", Origin::kClient);
  }
  if (!route.scope.empty() && !call.caller.has_scope(route.scope) &&
      !service.flaws.on(Flaw::kScopeIgnoredExport)) {
    return fail(Code::kPermissionDenied, "missing scope", Origin::kClient);
  }
  return {};
}

}  // namespace lr::lab
