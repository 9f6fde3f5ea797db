// The routes of the lab's chatbot as data: what serves them and what the contract says about them.
#pragma once

#include <span>
#include <string_view>

#include "lab/service.h"
#include "net/task.h"

namespace lr::lab {

enum class Access : std::uint8_t { kPublic, kViewer, kAdmin };
enum class LimitName : std::uint8_t { kNone, kChat, kLogin };

inline constexpr RateRule kChatPerUser{"chat-user", 60, seconds(60)};
inline constexpr RateRule kLoginPerAddress{"login-ip", 60, seconds(60)};
inline constexpr RateRule kLoginPerAccount{"login-account", 10, seconds(60)};

/// What the contract adds to a route beyond access, body and limits.
struct Promise {
  std::string_view owner = {};    ///< Object whose owner only may use the route.
  std::string_view creates = {};  ///< Object that the answer names at /id.
  std::string_view lists = {};    ///< Object whose items the answer holds at `items`.
  std::string_view items = {};
  std::string_view query = {};    ///< "order_id": a query parameter that names an order.
  std::string_view in_body = {};  ///< "/conversation_id": a pointer that names a conversation.
  bool streams = false;
  bool html = false;
  bool health = false;
};

struct RouteDef {
  std::string_view method;
  std::string_view path;  ///< "{conversation}" stands for one segment.
  Access access = Access::kViewer;
  Body body = Body::kNone;
  Result<Answer> (*answer)(Service& service, Call& call) = nullptr;
  net::Task<Answer> (*answer_later)(Service& service, Call& call) = nullptr;
  LimitName limit = LimitName::kNone;
  std::string_view scope = {};
  Promise promise = {};
};

/// Literal paths stand before those with parameters.
std::span<const RouteDef> all_routes();

/// Finds the route for call.method and call.target: sets call.route and call.id. kNotFound, or
/// kMethodNotAllowed with an Allow field.
Result<> find_route(Call& call);
/// "GET, POST": the methods of the path, "" when it is unknown.
std::string allowed_methods(const text::CanonicalTarget& target);
/// The route with the path of `route` and another method, or nullptr.
const RouteDef* sibling(const RouteDef& route, std::string_view method);

// What answers them, by file.
Result<Answer> show_home(Service& service, Call& call);
Result<Answer> show_alive(Service& service, Call& call);
net::Task<Answer> show_ready(Service& service, Call& call);
Result<Answer> log_in(Service& service, Call& call);
Result<Answer> show_profile(Service& service, Call& call);
Result<Answer> change_profile(Service& service, Call& call);
Result<Answer> show_tenant(Service& service, Call& call);
Result<Answer> show_announcements(Service& service, Call& call);
Result<Answer> export_data(Service& service, Call& call);

Result<Answer> list_conversations(Service& service, Call& call);
Result<Answer> create_conversation(Service& service, Call& call);
Result<Answer> show_conversation(Service& service, Call& call);
Result<Answer> rename_conversation(Service& service, Call& call);
Result<Answer> delete_conversation(Service& service, Call& call);
Result<Answer> list_messages(Service& service, Call& call);
Result<Answer> show_history(Service& service, Call& call);
net::Task<Answer> post_message(Service& service, Call& call);
net::Task<Answer> chat(Service& service, Call& call);

Result<Answer> list_files(Service& service, Call& call);
Result<Answer> create_file(Service& service, Call& call);
Result<Answer> show_file(Service& service, Call& call);
Result<Answer> delete_file(Service& service, Call& call);

Result<Answer> list_orders(Service& service, Call& call);
Result<Answer> search_orders(Service& service, Call& call);
Result<Answer> create_order(Service& service, Call& call);
Result<Answer> show_order(Service& service, Call& call);
Result<Answer> annotate_order(Service& service, Call& call);
Result<Answer> delete_order(Service& service, Call& call);
json::value order_json(const Order& order);

Result<Answer> show_stats(Service& service, Call& call);
Result<Answer> list_users(Service& service, Call& call);

}  // namespace lr::lab
