#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"
#include "text/fields.h"

namespace lr::contract {
namespace {

MethodSet read_methods(const Reader& list) {
  MethodSet set = 0;
  for (const Reader& item : list.items()) {
    const auto method = parse_method(item.text());
    if (!method) continue;
    if ((set & bit(*method)) != 0) item.error(fmt::format("{} is listed twice", item.text()));
    set = static_cast<MethodSet>(set | bit(*method));
  }
  return set;
}

Access read_access(const Contract& contract, const Reader& section) {
  Access access;
  access.authenticated = section.text("authenticated") != "public";
  if (!section.is_map()) return access;
  access.roles = read_roles(contract, section.at("roles"));
  access.scopes = read_scopes(contract, section.at("scopes"));
  access.owner = read_object(contract, section.at("owner"));
  access.owner_except = read_roles(contract, section.at("or_roles"));
  return access;
}

std::optional<Reference> read_object_reference(const Contract& contract, const Reader& entry) {
  constexpr std::array<std::pair<std::string_view, Reference::Place>, 3> kPlaces = {
      {{"query", Reference::Place::kQuery},
       {"body", Reference::Place::kBody},
       {"header", Reference::Place::kHeader}}};
  Reference reference;
  reference.at = entry.mark();
  std::size_t places = 0;
  for (const auto& [key, place] : kPlaces) {
    const Reader value = entry.at(key);
    if (!value) continue;
    ++places;
    reference.place = place;
    reference.name = value.text();
  }
  if (places != 1) entry.error("must name exactly one of query, body and header");
  const auto object = read_object(contract, entry.at("object"));
  if (!object || places != 1) return std::nullopt;
  reference.object = *object;
  return reference;
}

std::shared_ptr<const text::json::value> read_schema_document(const Loading& loading,
                                                              const Reader& schema) {
  const auto text = loading.read_file(schema.text());
  if (!text) {
    schema.error(
        fmt::format("cannot read {}: {}", in_quotes(schema.text()), text.error().detail()));
    return nullptr;
  }
  auto document = text::parse_json(*text);
  if (!document) {
    schema.error(
        fmt::format("{} is not JSON: {}", in_quotes(schema.text()), document.error().detail()));
    return nullptr;
  }
  return std::make_shared<const text::json::value>(std::move(*document));
}

void read_schema(const Loading& loading, const Reader& schema, BodyRule& rule) {
  if (!schema.is_scalar()) return;
  rule.schema_path = schema.text();
  rule.schema_document = read_schema_document(loading, schema);
  if (!rule.schema_document) return;
  auto compiled = text::JsonSchema::compile(*rule.schema_document);
  if (!compiled) {
    schema.error(fmt::format("{}: {}", rule.schema_path, compiled.error().detail()));
    return;
  }
  rule.schema = std::make_shared<const text::JsonSchema>(std::move(*compiled));
}

std::optional<BodyRule> read_body(const Loading& loading, const Reader& section) {
  if (!section) return std::nullopt;
  BodyRule rule;
  const Reader max = section.at("max_bytes");
  rule.max_bytes = max.size(rule.max_bytes);
  if (rule.max_bytes > 1024 * limits::kMiB) max.error("must be at most 1GiB");
  for (const std::string& type : section.at("content_types").texts()) {
    rule.content_types.push_back(text::lower_ascii(type));
  }
  read_schema(loading, section.at("schema"), rule);
  return rule;
}

std::vector<LimitIndex> read_limits(const Contract& contract, const Reader& list) {
  std::vector<std::string_view> names;
  for (const Limit& limit : contract.limits) names.emplace_back(limit.name);
  std::vector<LimitIndex> out;
  for (const Reader& item : list.items()) {
    const auto found = std::ranges::find(names, item.text());
    const auto index = static_cast<LimitIndex>(found - names.begin());
    if (found == names.end()) {
      item.error(unknown_name("limit", item.text(), names));
    } else if (std::ranges::find(out, index) != out.end()) {
      item.error(fmt::format("limit {} is listed twice", in_quotes(item.text())));
    } else {
      out.push_back(index);
    }
  }
  return out;
}

void read_lists(const Contract& contract, const Reader& lists, Route& route) {
  if (lists.is_scalar()) route.lists = read_object(contract, lists);
  if (!lists.is_map()) return;
  route.lists = read_object(contract, lists.at("object"));
  route.list_items = lists.at("items").text();
  route.list_id = lists.at("id").text(route.list_id);
}

/// JSON is what a schema, a body reference or an account pointer can look into.
void fill_content_types(const Contract& contract, Route& route) {
  if (!route.body || !route.body->content_types.empty()) return;
  const bool referenced = std::ranges::any_of(route.references, [](const Reference& reference) {
    return reference.place == Reference::Place::kBody;
  });
  const bool account = std::ranges::any_of(
      route.limits, [&](LimitIndex index) { return !contract.limits[index].account.empty(); });
  if (referenced || account || !route.body->schema_path.empty()) {
    route.body->content_types = {"application/json"};
  }
}

Route read_route(const Loading& loading, const Reader& entry) {
  const Contract& contract = loading.contract;
  Route route;
  route.at = entry.mark();
  route.path = entry.at("path").text();
  if (auto segments = read_path(contract, entry.at("path"))) {
    route.segments = std::move(*segments);
  } else {
    route.path.clear();  // reported; reviews leave it alone
  }
  route.methods = read_methods(entry.at("methods"));
  route.access = read_access(contract, entry.at("access"));
  for (const Reader& item : entry.at("references").items()) {
    if (auto reference = read_object_reference(contract, item)) {
      route.references.push_back(std::move(*reference));
    }
  }
  route.body = read_body(loading, entry.at("body"));
  route.limits = read_limits(contract, entry.at("limits"));
  route.creates = read_object(contract, entry.at("creates"));
  read_lists(contract, entry.at("lists"), route);
  route.streams = entry.at("streams").flag(false);
  route.cache = entry.at("cache").flag(false);
  route.html = entry.at("html").flag(false);
  route.health = entry.at("health").flag(false);
  if (const Reader timeouts = entry.at("timeouts")) {
    route.timeouts = read_timeouts(timeouts, contract.guard.timeouts);
  }
  fill_content_types(contract, route);
  return route;
}

}  // namespace

void load_routes(Loading& loading, const Reader& section) {
  if (!section) return;
  // Every written route has an entry, so that reviews can point at its place.
  for (std::size_t i = 0; i < section.node()->items.size(); ++i) {
    const Reader entry = section.item(i);
    loading.contract.routes.push_back(entry ? read_route(loading, entry) : Route{});
  }
}

}  // namespace lr::contract
