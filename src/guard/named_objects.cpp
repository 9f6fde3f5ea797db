#include "guard/named_objects.h"

#include <algorithm>

#include "guard/snapshot.h"
#include "guard/upstream.h"
#include "guard/upstream_head.h"

namespace lr::guard {
namespace {

using contract::Method;
using contract::Reference;

/// More objects in one request than this are refused: each costs a look-up, maybe a read.
constexpr std::size_t kObjectsMax = 64;

Verdict add_object(const Services& services, Exchange& exchange, contract::ObjectIndex index,
                   std::string_view id) {
  const contract::Object& object = services.contract.objects[index];
  if (!decide::id_fits(object.id, id)) {
    return Verdict::reject(Code::kNotFound, "bad_object_id", exchange.route->at);
  }
  if (exchange.objects.size() >= kObjectsMax) {
    return Verdict::reject(Code::kUnprocessable, "too_many_objects", exchange.route->at);
  }
  NamedObject named{.object = index, .id = id, .owner = std::nullopt};
  if (auto record = services.ownership.find(object.name, id)) {
    named.owner = decide::Owner{.user = std::move(record->user),
                                .tenant = std::move(record->tenant),
                                .issuer = std::move(record->issuer)};
  }
  exchange.objects.push_back(std::move(named));
  return Verdict::pass();
}

Verdict add_from_path(const Services& services, Exchange& exchange) {
  for (const decide::PathParameter& parameter : exchange.match.parameters) {
    if (!parameter.object) continue;
    const bool escaped = parameter.value.find('%') != std::string_view::npos;
    const std::string_view id =
        escaped ? exchange.keep(text::percent_decode(parameter.value)) : parameter.value;
    const Verdict verdict = add_object(services, exchange, *parameter.object, id);
    if (!verdict.passed()) return verdict;
  }
  return Verdict::pass();
}

/// "." and " " are "_" to PHP.
char fold_char(char c) {
  if (c == '.' || c == ' ' || c == '[') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_name(std::string_view name, std::string_view wanted) {
  return std::ranges::equal(name, wanted, {}, fold_char, fold_char);
}

/// "order", "order[]", "order[0]", "Order" and " order" are the same to one framework or another.
bool names_parameter(std::string_view name, std::string_view wanted) {
  while (name.starts_with(' ')) name.remove_prefix(1);
  const std::size_t end = name.find_first_of(std::string_view("[\0", 2));
  return same_name(name.substr(0, end), wanted) || same_name(name, wanted);
}

Verdict add_from_query(const Services& services, Exchange& exchange, const Reference& reference) {
  // A separator to some, part of a value to others; in a value it can be written as %3B.
  if (exchange.target.query.find(';') != std::string::npos) {
    return Verdict::reject(Code::kInvalidArgument, "ambiguous_query", reference.at);
  }
  for (const text::QueryParameter& parameter : text::parse_query(exchange.target.query)) {
    if (!names_parameter(parameter.name, reference.name)) continue;
    const Verdict verdict =
        add_object(services, exchange, reference.object, exchange.keep(parameter.value));
    if (!verdict.passed()) return verdict;
  }
  return Verdict::pass();
}

Verdict add_from_headers(const Services& services, Exchange& exchange, const Reference& reference) {
  for (const text::Field& field : exchange.head->fields) {
    if (!text::equals_ignoring_case(field.name, reference.name)) continue;
    const Verdict verdict = add_object(services, exchange, reference.object, field.value);
    if (!verdict.passed()) return verdict;
  }
  return Verdict::pass();
}

Verdict add_scalar(const Services& services, Exchange& exchange, const Reference& reference,
                   const text::json::value& value) {
  const auto id = text::scalar_text(value);
  if (!id) return Verdict::reject(Code::kUnprocessable, "bad_object_reference", reference.at);
  return add_object(services, exchange, reference.object, exchange.keep(*id));
}

Verdict add_from_body(const Services& services, Exchange& exchange, const Reference& reference) {
  if (!exchange.document) return Verdict::pass();
  if (text::has_rival_member(*exchange.document, reference.name)) {
    return Verdict::reject(Code::kUnprocessable, "bad_object_reference", reference.at);
  }
  const text::json::value* value = text::resolve_pointer(*exchange.document, reference.name);
  if (value == nullptr || value->is_null()) return Verdict::pass();
  if (!value->is_array()) return add_scalar(services, exchange, reference, *value);
  for (const text::json::value& item : value->get_array()) {
    const Verdict verdict = add_scalar(services, exchange, reference, item);
    if (!verdict.passed()) return verdict;
  }
  return Verdict::pass();
}

Verdict add_reference(const Services& services, Exchange& exchange, const Reference& reference) {
  switch (reference.place) {
    case Reference::Place::kQuery:
      return add_from_query(services, exchange, reference);
    case Reference::Place::kHeader:
      return add_from_headers(services, exchange, reference);
    case Reference::Place::kBody:
      return add_from_body(services, exchange, reference);
  }
  return Verdict::pass();
}

/// The read route's template with the id in place of its last segment.
std::string read_path(const contract::Route& route, std::string_view id) {
  std::string path;
  for (const contract::PathSegment& segment : route.segments) {
    path += '/';
    path += segment.kind == contract::PathSegment::Kind::kLiteral
                ? segment.text
                : text::percent_encode_segment(id);
  }
  return path;
}

Verdict verdict_for_failed_read(const Error& error) {
  if (error.code() == Code::kDeadlineExceeded) {
    return Verdict::reject(Code::kDeadlineExceeded, "upstream_timeout");
  }
  return Verdict::reject(Code::kBadGateway, "owner_not_readable");
}

}  // namespace

bool is_asked_for(const contract::Route& route, contract::ObjectIndex object) {
  if (route.access.owner == object) return true;
  return std::ranges::any_of(
      route.references, [&](const Reference& reference) { return reference.object == object; });
}

bool answer_proves(const Services& services, const Exchange& exchange, const NamedObject& named) {
  const contract::Route& route = *exchange.route;
  const bool reads = exchange.method == Method::kGet || exchange.method == Method::kHead;
  if (!reads || route.access.owner != named.object) return false;
  const auto read_route = services.snapshot.read_routes[named.object];
  if (read_route && *read_route != exchange.match.index) return false;
  // The one in the path is the one that is shown.
  return !route.segments.empty() && route.segments.back().object == named.object &&
         &named == exchange.objects.data() + (exchange.match.parameters.size() - 1);
}

Verdict collect_objects(const Services& services, Exchange& exchange) {
  Verdict verdict = add_from_path(services, exchange);
  for (const Reference& reference : exchange.route->references) {
    if (!verdict.passed()) break;
    verdict = add_reference(services, exchange, reference);
  }
  return verdict;
}

const NamedObject* forgotten_object(const Exchange& exchange) {
  const contract::Route& route = *exchange.route;
  if (exchange.method != Method::kDelete || route.segments.empty()) return nullptr;
  // Also when a role opened the door: an id that is given out again must not keep its old owner.
  const auto removed = route.segments.back().object;
  if (!removed) return nullptr;
  for (const NamedObject& named : exchange.objects) {
    if (named.object == *removed) return &named;
  }
  return nullptr;
}

net::Task<Verdict> prove_owner(const Services& services, Exchange& exchange, NamedObject& named) {
  const contract::Contract& contract = services.contract;
  const contract::Route& route = contract.routes[*services.snapshot.read_routes[named.object]];
  const contract::Object& object = contract.objects[named.object];
  const std::string path = read_path(route, named.id);
  std::string head;
  append_upstream_head(
      head, exchange,
      {.method = "GET",
       .path = path,
       .query = {},
       .authority = services.upstream.authority(),
       .public_host = services.snapshot.public_host,
       .key_header =
           contract.api_keys ? std::string_view(contract.api_keys->header) : std::string_view(),
       .framing = {},
       .inspected = true,
       .without_body_fields = true});
  const contract::Timeouts& limits = route.timeouts ? *route.timeouts : contract.guard.timeouts;
  Outgoing outgoing{.head = head,
                    .body = {},
                    .stream = {},
                    .idempotent = true,
                    .timeouts = {.connect = limits.connect,
                                 .first_byte = limits.first_byte,
                                 .idle = limits.idle,
                                 .total = limits.total},
                    .current = &exchange.upstream,
                    .cancelled = &exchange.client_gone};
  auto incoming = co_await services.upstream.open(outgoing);
  if (!incoming) {
    exchange.upstream = nullptr;
    co_return verdict_for_failed_read(incoming.error());
  }
  const int status = incoming->head->status;
  auto body = co_await incoming->exchange->read_all(limits::kBufferedAnswerBytes);
  exchange.upstream = nullptr;
  if (!body) co_return verdict_for_failed_read(body.error());
  if (status >= 500) co_return Verdict::reject(Code::kBadGateway, "owner_not_readable");
  if (status != 200) co_return Verdict::pass();
  const auto document = text::parse_json(*body);
  const decide::Identity& identity = exchange.caller->identity;
  const bool owns =
      document.has_value() &&
      decide::owns_document(contract, object, exchange.route->access, identity, *document);
  if (owns) {
    named.owner =
        decide::Owner{.user = identity.user, .tenant = identity.tenant, .issuer = identity.issuer};
  }
  co_return Verdict::pass();
}

}  // namespace lr::guard
