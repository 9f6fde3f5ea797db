#include "lab/routes.h"

#include <algorithm>
#include <array>
#include <optional>

namespace lr::lab {
namespace {

constexpr auto kRoutes = std::to_array<RouteDef>({
    {"GET",
     "/",
     Access::kPublic,
     Body::kNone,
     show_home,
     nullptr,
     LimitName::kNone,
     "",
     {.html = true}},
    {"GET",
     "/healthz",
     Access::kPublic,
     Body::kNone,
     show_alive,
     nullptr,
     LimitName::kNone,
     "",
     {.health = true}},
    {"GET",
     "/readyz",
     Access::kPublic,
     Body::kNone,
     nullptr,
     show_ready,
     LimitName::kNone,
     "",
     {.health = true}},
    {"POST", "/v1/login", Access::kPublic, Body::kLogin, log_in, nullptr, LimitName::kLogin},
    {"GET", "/v1/profile", Access::kViewer, Body::kNone, show_profile},
    {"PATCH", "/v1/profile", Access::kViewer, Body::kProfile, change_profile},
    {"GET", "/v1/tenant", Access::kViewer, Body::kNone, show_tenant},
    {"GET", "/v1/announcements", Access::kViewer, Body::kNone, show_announcements},
    {"GET", "/v1/history", Access::kViewer, Body::kNone, show_history},
    {"GET", "/v1/export", Access::kViewer, Body::kNone, export_data, nullptr, LimitName::kNone,
     "export.read"},
    {"POST",
     "/v1/chat",
     Access::kViewer,
     Body::kChat,
     nullptr,
     chat,
     LimitName::kChat,
     "",
     {.in_body = "/conversation_id"}},
    {"GET",
     "/v1/conversations",
     Access::kViewer,
     Body::kNone,
     list_conversations,
     nullptr,
     LimitName::kNone,
     "",
     {.lists = "conversation", .items = "/conversations"}},
    {"POST",
     "/v1/conversations",
     Access::kViewer,
     Body::kConversation,
     create_conversation,
     nullptr,
     LimitName::kNone,
     "",
     {.creates = "conversation"}},
    {"GET",
     "/v1/conversations/{conversation}",
     Access::kViewer,
     Body::kNone,
     show_conversation,
     nullptr,
     LimitName::kNone,
     "",
     {.owner = "conversation"}},
    {"PATCH",
     "/v1/conversations/{conversation}",
     Access::kViewer,
     Body::kConversation,
     rename_conversation,
     nullptr,
     LimitName::kNone,
     "",
     {.owner = "conversation"}},
    {"DELETE",
     "/v1/conversations/{conversation}",
     Access::kViewer,
     Body::kNone,
     delete_conversation,
     nullptr,
     LimitName::kNone,
     "",
     {.owner = "conversation"}},
    {"GET",
     "/v1/conversations/{conversation}/messages",
     Access::kViewer,
     Body::kNone,
     list_messages,
     nullptr,
     LimitName::kNone,
     "",
     {.owner = "conversation"}},
    {"POST",
     "/v1/conversations/{conversation}/messages",
     Access::kViewer,
     Body::kMessage,
     nullptr,
     post_message,
     LimitName::kChat,
     "",
     {.owner = "conversation", .streams = true}},
    {"GET",
     "/v1/files",
     Access::kViewer,
     Body::kNone,
     list_files,
     nullptr,
     LimitName::kNone,
     "",
     {.lists = "file", .items = "/files"}},
    {"POST",
     "/v1/files",
     Access::kViewer,
     Body::kFile,
     create_file,
     nullptr,
     LimitName::kNone,
     "",
     {.creates = "file"}},
    {"GET",
     "/v1/files/{file}",
     Access::kViewer,
     Body::kNone,
     show_file,
     nullptr,
     LimitName::kNone,
     "",
     {.owner = "file"}},
    {"DELETE",
     "/v1/files/{file}",
     Access::kViewer,
     Body::kNone,
     delete_file,
     nullptr,
     LimitName::kNone,
     "",
     {.owner = "file"}},
    {"GET",
     "/v1/orders",
     Access::kViewer,
     Body::kNone,
     list_orders,
     nullptr,
     LimitName::kNone,
     "",
     {.lists = "order", .items = "/orders"}},
    {"POST",
     "/v1/orders",
     Access::kViewer,
     Body::kOrder,
     create_order,
     nullptr,
     LimitName::kNone,
     "",
     {.creates = "order"}},
    {"GET",
     "/v1/orders/search",
     Access::kViewer,
     Body::kNone,
     search_orders,
     nullptr,
     LimitName::kNone,
     "",
     {.query = "order_id"}},
    {"GET",
     "/v1/orders/{order}",
     Access::kViewer,
     Body::kNone,
     show_order,
     nullptr,
     LimitName::kNone,
     "",
     {.owner = "order"}},
    {"PATCH",
     "/v1/orders/{order}",
     Access::kViewer,
     Body::kNote,
     annotate_order,
     nullptr,
     LimitName::kNone,
     "",
     {.owner = "order"}},
    {"DELETE", "/v1/orders/{order}", Access::kAdmin, Body::kNone, delete_order},
    {"GET", "/admin/stats", Access::kAdmin, Body::kNone, show_stats},
    {"GET", "/admin/users", Access::kAdmin, Body::kNone, list_users},
});

/// The parameter's value when `path` fits the target, "" when it fits without one.
std::optional<std::string_view> fit(std::string_view path, const text::CanonicalTarget& target) {
  if (path == "/") return target.path == "/" ? std::optional<std::string_view>("") : std::nullopt;
  std::string_view parameter;
  std::size_t at = 1;
  for (const std::string_view segment : target.segments) {
    if (at > path.size()) return std::nullopt;
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view pattern = path.substr(at, end - at);
    if (pattern.starts_with('{')) {
      if (segment.empty()) return std::nullopt;
      parameter = segment;
    } else if (pattern != segment) {
      return std::nullopt;
    }
    at = end + 1;
  }
  return at > path.size() ? std::optional(parameter) : std::nullopt;
}

}  // namespace

std::span<const RouteDef> all_routes() { return kRoutes; }

std::string allowed_methods(const text::CanonicalTarget& target) {
  std::string out;
  std::string_view path;
  for (const RouteDef& route : kRoutes) {
    if (!path.empty() && route.path != path) continue;
    if (!fit(route.path, target)) continue;
    path = route.path;
    out.append(out.empty() ? "" : ", ").append(route.method);
  }
  return out;
}

Result<> find_route(Call& call) {
  for (const RouteDef& route : kRoutes) {
    const auto parameter = fit(route.path, call.target);
    if (!parameter || route.method != call.method) continue;
    call.route = &route;
    call.id = text::percent_decode(*parameter);
    return {};
  }
  std::string allowed = allowed_methods(call.target);
  if (allowed.empty()) return fail(Code::kNotFound, "no such path", Origin::kClient);
  call.headers.add("Allow", std::move(allowed));
  return fail(Code::kMethodNotAllowed, "no such method here", Origin::kClient);
}

const RouteDef* sibling(const RouteDef& route, std::string_view method) {
  const auto found = std::ranges::find_if(kRoutes, [&](const RouteDef& other) {
    return other.path == route.path && other.method == method;
  });
  return found == kRoutes.end() ? nullptr : &*found;
}

}  // namespace lr::lab
