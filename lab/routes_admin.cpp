// What only admins see, each of their own tenant.
#include "lab/routes.h"

namespace lr::lab {

Result<Answer> show_stats(Service& service, Call& call) {
  const std::string& tenant = call.caller.owner.tenant;
  std::int64_t orders = 0;
  for (const auto& [id, order] : service.world.orders) orders += order.owner.tenant == tenant;
  std::int64_t conversations = 0;
  for (const auto& [id, conversation] : service.world.conversations) {
    conversations += conversation.owner.tenant == tenant;
  }
  return json_answer(200, json::object{{"tenant", tenant},
                                       {"orders", orders},
                                       {"conversations", conversations},
                                       {"monthly_revenue", orders * 129}});
}

Result<Answer> list_users(Service& service, Call& call) {
  json::array users;
  for (const User& user : service.world.users()) {
    if (user.owner.tenant != call.caller.owner.tenant) continue;
    users.push_back(json::object{
        {"id", user.owner.user}, {"email", user.email}, {"display_name", user.display_name}});
  }
  return json_answer(200, json::object{{"users", std::move(users)}});
}

}  // namespace lr::lab
