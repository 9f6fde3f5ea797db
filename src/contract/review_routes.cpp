// Promises of single routes that cannot be kept: each is an error with its cure, because a rule
// that silently does nothing is worse than none.
#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"
#include "text/fields.h"

namespace lr::contract {
namespace {

constexpr MethodSet kReadMethods = bit(Method::kGet) | bit(Method::kHead) | bit(Method::kOptions);

/// One route with its place in the file.
class RouteReview {
 public:
  RouteReview(const Contract& contract, const Route& route, const Reader& entry)
      : contract_(contract), route_(route), entry_(entry) {}

  void run() {
    review_identity();
    review_owner();
    review_or_roles();
    review_references();
    review_body();
    review_creates();
    review_lists();
    review_answers();
    for (std::size_t i = 0; i < route_.limits.size(); ++i) {
      review_limit(contract_.limits[route_.limits[i]]);
    }
  }

 private:
  bool is_public() const { return !route_.access.authenticated; }
  const Object& object(ObjectIndex index) const { return contract_.objects[index]; }
  static bool has_ownership(const Object& object) { return object.learn || object.owner_field; }
  bool in_path(ObjectIndex index) const;
  bool in_references(ObjectIndex index) const;
  bool names(ObjectIndex index) const { return in_path(index) || in_references(index); }

  void review_identity() const;
  void review_owner() const;
  void review_or_roles() const;
  void review_references() const;
  void review_body() const;
  void review_content_types() const;
  void review_creates() const;
  void review_lists() const;
  void review_answers() const;
  void review_limit(const Limit& limit) const;
  void review_rule(const Limit& limit, const LimitRule& rule) const;

  const Contract& contract_;
  const Route& route_;
  const Reader& entry_;
};

bool RouteReview::in_path(ObjectIndex index) const {
  return std::ranges::any_of(route_.segments,
                             [&](const PathSegment& segment) { return segment.object == index; });
}

bool RouteReview::in_references(ObjectIndex index) const {
  return std::ranges::any_of(route_.references,
                             [&](const Reference& reference) { return reference.object == index; });
}

void RouteReview::review_identity() const {
  const bool known = !contract_.issuers.empty() || contract_.api_keys;
  if (is_public() || known) return;
  entry_.error(
      "nobody can use this route: declare identity.issuers or identity.api_keys, or say "
      "access: public");
}

void RouteReview::review_owner() const {
  if (!route_.access.owner) return;
  const Reader place = entry_.at("access").at("owner");
  const Object& owned = object(*route_.access.owner);
  if (!has_ownership(owned)) {
    place.error(
        fmt::format("objects.{} does not say how its owner is known: add ownership with "
                    "learn or field",
                    owned.name));
  }
  if (!names(*route_.access.owner)) {
    place.error(fmt::format("the route names no {0}: put {{{0}}} into the path or add a reference",
                            owned.name));
  }
  const bool writes = (route_.methods & ~kReadMethods) != 0;
  if (has_ownership(owned) && !owned.learn && writes) {
    place.warning(
        fmt::format("the guard refuses to change a {0} whose owner it has not learned: "
                    "add objects.{0}.ownership.learn",
                    owned.name));
  }
}

void RouteReview::review_or_roles() const {
  const Access& access = route_.access;
  if (access.owner_except == 0) return;
  const Reader place = entry_.at("access").at("or_roles");
  if (!access.owner && route_.references.empty() && !route_.lists) {
    place.error("widens an owner rule, but there is none: add owner, or use roles");
  }
  for (const auto& index : {access.owner, route_.lists}) {
    if (!index || !contract_.has_tenants()) continue;
    const Object& owned = object(*index);
    if (owned.owner_field && !owned.learn && !owned.tenant_field && !owned.owner_field_is_tenant) {
      place.error(
          fmt::format("reaches no further than the tenant, but a {0} does not show its "
                      "tenant: add objects.{0}.tenant_field",
                      owned.name));
    }
  }
}

void RouteReview::review_references() const {
  const Reader list = entry_.at("references");
  if (list && is_public()) {
    list.error("a public route knows no caller whose objects these could be");
  }
  for (const Reference& reference : route_.references) {
    const Object& named = object(reference.object);
    if (named.learn) continue;
    const std::string why = fmt::format(
        "the owner of a {0} named here can never be known: add "
        "objects.{0}.ownership.learn",
        named.name);
    if (has_ownership(named)) {
      entry_.problems().warning(reference.at, list.path(), why + "; the guard refuses it");
    } else {
      entry_.problems().error(reference.at, list.path(), why);
    }
  }
}

/// Text that is sound JSON can be a form as well: what is judged as one must not be used as the
/// other.
void RouteReview::review_content_types() const {
  const bool referenced = std::ranges::any_of(route_.references, [](const Reference& reference) {
    return reference.place == Reference::Place::kBody;
  });
  const bool account = std::ranges::any_of(
      route_.limits, [&](LimitIndex index) { return !contract_.limits[index].account.empty(); });
  if (!referenced && !account && route_.body->schema_path.empty()) return;
  for (const Reader& item : entry_.at("body").at("content_types").items()) {
    const std::string type = text::lower_ascii(item.text());
    if (type == "application/json" || type.ends_with("+json")) continue;
    item.error(
        fmt::format("this body is judged as JSON (schema, references or a limit per "
                    "account), and an application may read {} differently: leave it out",
                    in_quotes(item.text())));
  }
}

void RouteReview::review_body() const {
  const Reader body = entry_.at("body");
  if (body && route_.methods != 0 && (route_.methods & ~kReadMethods) == 0) {
    body.error("none of the methods carries a body");
  }
  if (body && route_.body) review_content_types();
  if (body) return;
  for (const Reference& reference : route_.references) {
    if (reference.place != Reference::Place::kBody) continue;
    entry_.problems().error(reference.at, entry_.at("references").path(),
                            "refers to the body, but the route declares none: add body: "
                            "{content_types: [application/json]}");
  }
}

void RouteReview::review_creates() const {
  if (!route_.creates) return;
  const Reader place = entry_.at("creates");
  const Object& created = object(*route_.creates);
  if (!created.learn) {
    place.error(fmt::format("needs objects.{}.ownership.learn: where the answer shows the new id",
                            created.name));
  }
  if (is_public()) place.error("a public route has no caller who could own what it creates");
  if (route_.methods != 0 && (route_.methods & ~kReadMethods) == 0) {
    place.error("none of the methods creates anything: list POST or PUT");
  }
  if (route_.streams) place.error("an answer that streams cannot be read for the new id");
}

void RouteReview::review_lists() const {
  if (!route_.lists) return;
  const Reader place = entry_.at("lists");
  const Object& listed = object(*route_.lists);
  if (!has_ownership(listed)) {
    place.error(
        fmt::format("the list cannot be filtered by owner: add objects.{}.ownership with "
                    "learn or field",
                    listed.name));
  }
  if (is_public()) place.error("a public route knows no caller by whom to filter the list");
  if (route_.streams) place.error("an answer that streams cannot be filtered as a list");
}

void RouteReview::review_answers() const {
  if (route_.cache && !is_public()) {
    entry_.at("cache").error(
        "only answers of public routes may be cached: others would be shared "
        "between users");
  }
  if (route_.cache && route_.streams) entry_.at("cache").error("a stream cannot be cached");
}

void RouteReview::review_limit(const Limit& limit) const {
  for (const LimitRule& rule : limit.rules) review_rule(limit, rule);
}

void RouteReview::review_rule(const Limit& limit, const LimitRule& rule) const {
  const Reader place = entry_.at("limits");
  if (rule.key == LimitKey::kConversation) {
    const auto conversation = contract_.find_object("conversation");
    if (!conversation || !names(*conversation)) {
      place.error(
          fmt::format("limit {} counts per_conversation, but the route names no object "
                      "called conversation, in its path or in references",
                      in_quotes(limit.name)));
    }
  }
  if (rule.key == LimitKey::kAccount && !route_.body) {
    place.error(
        fmt::format("limit {} reads {} from the body, but the route declares none: add "
                    "body: {{content_types: [application/json]}}",
                    in_quotes(limit.name), limit.account));
  }
  const bool personal = rule.key == LimitKey::kUser || rule.key == LimitKey::kToken;
  if (personal && is_public()) {
    place.warning(
        fmt::format("limit {} counts per_{}, which no caller of a public route has to "
                    "show; per_ip counts strangers",
                    in_quotes(limit.name), limit_key_name(rule.key)));
  }
}

}  // namespace

void review_routes(const Contract& contract, const Reader& root) {
  const Reader routes = root.at("routes");
  for (std::size_t i = 0; i < contract.routes.size(); ++i) {
    const Reader entry = routes.item(i);
    if (!entry || contract.routes[i].path.empty()) continue;
    RouteReview(contract, contract.routes[i], entry).run();
  }
  review_paths(contract, routes);
}

}  // namespace lr::contract
