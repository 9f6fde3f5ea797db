// Login, the caller's own profile, the tenant and the export.
#include "crypto/digest.h"
#include "lab/limits_of_calls.h"
#include "lab/routes.h"

namespace lr::lab {
namespace {

json::object profile_json(const Service& service, const Caller& caller) {
  json::array roles;
  for (const std::string& role : caller.roles) roles.emplace_back(role);
  json::object out{{"user", caller.owner.user}, {"tenant", caller.owner.tenant}};
  out["roles"] = std::move(roles);
  // People whom the issuer knows and the lab does not yet have an empty profile.
  const User* user = service.world.find_user(caller.owner);
  out["display_name"] = user == nullptr ? "" : user->display_name;
  out["email"] = user == nullptr ? "" : user->email;
  return out;
}

}  // namespace

Result<Answer> log_in(Service& service, Call& call) {
  const std::string_view email = call.body.at("email").get_string();
  const std::string_view password = call.body.at("password").get_string();
  LR_TRY_VOID(limit_account(service, call, email));
  const User* user = service.world.find_email(email);
  // The same work and the same answer whether or not the account exists.
  const std::string_view expected = user == nullptr ? std::string_view("-") : user->password;
  const crypto::Sha256 left = crypto::sha256(expected);
  const crypto::Sha256 right = crypto::sha256(password);
  const bool right_password = crypto::constant_time_equal(crypto::hex(left), crypto::hex(right));
  if (user == nullptr || !right_password) {
    return fail(Code::kUnauthenticated, "wrong e-mail or password", Origin::kClient);
  }
  LR_TRY(const std::string token, service.tokens.issue(*user));
  return json_answer(
      200, json::object{{"access_token", token}, {"token_type", "Bearer"}, {"expires_in", 3600}});
}

Result<Answer> show_profile(Service& service, Call& call) {
  return json_answer(200, profile_json(service, call.caller));
}

Result<Answer> change_profile(Service& service, Call& call) {
  service.world.rename(call.caller.owner, std::string(call.body.at("display_name").get_string()));
  return json_answer(200, profile_json(service, call.caller));
}

Result<Answer> show_tenant(Service& service, Call& call) {
  const Tenant* tenant = service.world.find_tenant(call.caller.owner.tenant);
  if (tenant == nullptr) return fail(Code::kNotFound, "no such tenant", Origin::kClient);
  return json_answer(200, json::object{{"id", tenant->id},
                                       {"name", tenant->name},
                                       {"plan", tenant->plan},
                                       {"billing_email", tenant->billing_email},
                                       {"support_pin", tenant->support_pin}});
}

Result<Answer> show_announcements(Service&, Call&) {
  return json_answer(200, json::object{{"announcements", json::array{"We moved to new desks."}}});
}

Result<Answer> export_data(Service& service, Call& call) {
  json::array orders;
  for (const auto& [id, order] : service.world.orders) {
    if (order.owner == call.caller.owner) orders.push_back(order_json(order));
  }
  json::object out{{"profile", profile_json(service, call.caller)}};
  out["orders"] = std::move(orders);
  return json_answer(200, out);
}

}  // namespace lr::lab
