// Orders: the objects with private addresses.
#include <charconv>
#include <optional>

#include "lab/routes.h"

namespace lr::lab {
namespace {

std::optional<std::int64_t> parse_id(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

Result<Order*> find_order(Service& service, std::string_view id) {
  const auto number = parse_id(id);
  const auto found = number ? service.world.orders.find(*number) : service.world.orders.end();
  if (found == service.world.orders.end()) {
    return fail(Code::kNotFound, "no such order", Origin::kClient);
  }
  return &found->second;
}

Result<> require_reader(const Service& service, const Call& call, const Order& order) {
  const bool other_tenant = order.owner.tenant != call.caller.owner.tenant;
  if (other_tenant && service.flaws.on(Flaw::kOrderCrossTenant)) return {};
  return require_owner(service, call, order.owner);
}

}  // namespace

json::value order_json(const Order& order) {
  return {{"id", order.id},     {"customer_id", order.owner.user}, {"tenant", order.owner.tenant},
          {"item", order.item}, {"quantity", order.quantity},      {"address", order.address},
          {"note", order.note}};
}

Result<Answer> list_orders(Service& service, Call& call) {
  json::array items;
  for (const auto& [id, order] : service.world.orders) {
    if (order.owner == call.caller.owner) items.push_back(order_json(order));
  }
  return json_answer(200, json::object{{"orders", std::move(items)}});
}

Result<Answer> search_orders(Service& service, Call& call) {
  const auto id = call.parameter("order_id");
  if (!id || !parse_id(*id)) {
    return fail(Code::kInvalidArgument, "order_id must be a positive integer", Origin::kClient);
  }
  LR_TRY(const Order* order, find_order(service, *id));
  if (!service.flaws.on(Flaw::kOrderQueryUnowned)) {
    LR_TRY_VOID(require_owner(service, call, order->owner));
  }
  return json_answer(200, order_json(*order));
}

Result<Answer> create_order(Service& service, Call& call) {
  if (service.world.full()) return fail(Code::kUnavailable, "the lab is full");
  const json::object& body = call.body.get_object();
  const json::value* address = body.if_contains("address");
  const Order& made = service.world.add_order(
      call.caller.owner, std::string(body.at("item").get_string()),
      body.at("quantity").to_number<std::int64_t>(),
      address == nullptr ? std::string() : std::string(address->get_string()));
  return json_answer(201, order_json(made));
}

Result<Answer> show_order(Service& service, Call& call) {
  LR_TRY(const Order* order, find_order(service, call.id));
  LR_TRY_VOID(require_reader(service, call, *order));
  return json_answer(200, order_json(*order));
}

Result<Answer> annotate_order(Service& service, Call& call) {
  LR_TRY(Order * order, find_order(service, call.id));
  LR_TRY_VOID(require_owner(service, call, order->owner));
  order->note = std::string(call.body.at("note").get_string());
  return json_answer(200, order_json(*order));
}

/// For admins, in their own tenant.
Result<Answer> delete_order(Service& service, Call& call) {
  LR_TRY(const Order* order, find_order(service, call.id));
  if (order->owner.tenant != call.caller.owner.tenant) {
    return fail(Code::kNotFound, "another tenant's", Origin::kClient);
  }
  service.world.orders.erase(order->id);
  return Answer{204, "application/json", ""};
}

}  // namespace lr::lab
