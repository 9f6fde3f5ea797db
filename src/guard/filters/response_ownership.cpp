// Ownership on the way back: learn whose a new object is before its id is told, release an object
// only when its own fields prove the owner, and leave foreign items out of lists.
#include <array>
#include <boost/json/serialize.hpp>

#include "guard/filter.h"
#include "guard/named_objects.h"

namespace lr::guard {

extern const FilterDef filter_response_ownership;

namespace {

constexpr std::string_view kAfter[] = {"limits_object", "safe_errors"};

bool is_success(int status) { return status >= 200 && status < 300; }

bool is_redirect(int status) { return status >= 300 && status < 400; }

/// What the upstream says about the list that it sent: how long the whole is, and what its bytes
/// were. Not true of what is left, and it tells what others have.
constexpr auto kListFields = std::to_array<std::string_view>(
    {"X-Total-Count", "X-Total", "X-Total-Pages", "X-WP-Total", "X-WP-TotalPages", "X-Pagination",
     "Link", "Content-Range", "ETag", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"});

void remove_list_fields(Answer& answer) {
  for (const std::string_view name : kListFields) answer.fields.remove(name);
}

/// Where to go is for everybody; a body that comes with it is not judged and stays here.
void keep_location_only(Answer& answer) {
  answer.body.clear();
  remove_list_fields(answer);
  answer.fields.remove("Content-Type");
  answer.fields.remove("Content-Encoding");
}

/// Statuses by which an upstream may tell a missing object from a foreign one.
bool tells_existence(int status) { return status == 403 || status == 404 || status == 410; }

class ResponseOwnershipFilter final : public Filter {
 public:
  explicit ResponseOwnershipFilter(const Services& services) : services_(services) {}

  Verdict on_request(Exchange& /*exchange*/) override { return Verdict::pass(); }

  Verdict on_response(Exchange& exchange) override {
    const Answer& answer = exchange.answer;
    if (answer.local || exchange.caller == nullptr) return Verdict::pass();
    const contract::Route& route = *exchange.route;
    const bool about_objects = route.access.owner || !route.references.empty();
    if (about_objects && tells_existence(answer.status)) {
      return Verdict::reject(Code::kNotFound, "object_missing", route.at);
    }
    if (!is_success(answer.status)) {
      const bool unproved = exchange.owner_by_answer && answer.status < 500;
      if (unproved) return Verdict::reject(Code::kNotFound, "owner_unproved", route.at);
      if (route.lists && is_redirect(answer.status)) exchange.buffer_answer();
      return Verdict::pass();
    }
    const bool judged = exchange.owner_by_answer || learns(route) || route.lists ||
                        forgotten_object(exchange) != nullptr;
    if (!judged) return Verdict::pass();
    if (answer.fields.get("Content-Encoding")) {
      return Verdict::reject(Code::kBadGateway, "encoded_answer", route.at);
    }
    exchange.buffer_answer();
    return Verdict::pass();
  }

  net::Task<Verdict> on_response_body(Exchange& exchange) override {
    const contract::Route& route = *exchange.route;
    const int status = exchange.answer.status;
    if (exchange.caller == nullptr) co_return Verdict::pass();
    if (route.lists && is_redirect(status)) keep_location_only(exchange.answer);
    if (!is_success(status)) co_return Verdict::pass();
    if (const NamedObject* gone = forgotten_object(exchange)) {
      auto forgotten = co_await services_.ownership.forget(
          services_.contract.objects[gone->object].name, std::string(gone->id));
      if (!forgotten) co_return Verdict::reject(Code::kInternal, "ownership_not_forgotten");
    }
    if (!exchange.owner_by_answer && !learns(route) && !route.lists) co_return Verdict::pass();
    auto document = text::parse_json(exchange.answer.body);
    if (!document) co_return Verdict::reject(Code::kBadGateway, "answer_not_json", route.at);
    if (exchange.owner_by_answer && !proves_owner(exchange, *document)) {
      co_return Verdict::reject(Code::kNotFound, "owner_unproved", route.at);
    }
    if (route.lists) {
      const Verdict filtered = filter_list(exchange, *document);
      if (!filtered.passed()) co_return filtered;
    }
    if (!learns(route)) co_return Verdict::pass();
    co_return co_await learn(exchange, *document);
  }

 private:
  bool learns(const contract::Route& route) const {
    return route.creates && services_.contract.objects[*route.creates].learn;
  }

  bool proves_owner(const Exchange& exchange, const text::json::value& document) const {
    const contract::Route& route = *exchange.route;
    return route.access.owner &&
           decide::owns_document(services_.contract,
                                 services_.contract.objects[*route.access.owner], route.access,
                                 exchange.caller->identity, document);
  }

  bool may_see(const Exchange& exchange, const text::json::value& item) const {
    const contract::Route& route = *exchange.route;
    const contract::Object& object = services_.contract.objects[*route.lists];
    const text::json::value* id_value = text::resolve_pointer(item, route.list_id);
    const auto id = id_value != nullptr ? text::scalar_text(*id_value) : std::nullopt;
    std::optional<decide::Owner> owner;
    if (id) {
      if (auto record = services_.ownership.find(object.name, *id)) {
        owner =
            decide::Owner{.user = record->user, .tenant = record->tenant, .issuer = record->issuer};
      }
    }
    const decide::Decision decision = decide::decide_list_item(
        services_.contract, route, exchange.caller->identity, owner ? &*owner : nullptr);
    if (!decision.allowed || !decision.owner_by_field) return decision.allowed;
    return decide::owns_document(services_.contract, object, route.access,
                                 exchange.caller->identity, item);
  }

  Verdict filter_list(Exchange& exchange, text::json::value& document) const {
    text::json::value* items = text::resolve_pointer(document, exchange.route->list_items);
    if (items == nullptr || !items->is_array()) {
      return Verdict::reject(Code::kBadGateway, "answer_without_list", exchange.route->at);
    }
    text::json::array& array = items->get_array();
    text::json::array kept(array.storage());
    for (text::json::value& item : array) {
      if (may_see(exchange, item)) kept.push_back(std::move(item));
    }
    if (kept.size() == array.size()) {
      array = std::move(kept);
      return Verdict::pass();  // Nothing was left out: the bytes stay as they were.
    }
    array = std::move(kept);
    exchange.answer.body = text::json::serialize(document);
    remove_list_fields(exchange.answer);
    return Verdict::pass();
  }

  net::Task<Verdict> learn(Exchange& exchange, const text::json::value& document) {
    const contract::Object& object = services_.contract.objects[*exchange.route->creates];
    const text::json::value* value = text::resolve_pointer(document, *object.learn);
    const auto id = value != nullptr ? text::scalar_text(*value) : std::nullopt;
    if (!id || !decide::id_fits(object.id, *id)) {
      co_return Verdict::reject(Code::kBadGateway, "answer_without_id", object.at);
    }
    const decide::Identity& identity = exchange.caller->identity;
    store::OwnerRecord owner{
        .user = identity.user, .tenant = identity.tenant, .issuer = identity.issuer};
    auto learned = co_await services_.ownership.learn(object.name, *id, std::move(owner));
    if (learned) co_return Verdict::pass();
    const bool conflict = learned.error().code() == Code::kConflict;
    co_return Verdict::reject(Code::kInternal,
                              conflict ? "ownership_conflict" : "ownership_not_learned", object.at);
  }

  const Services& services_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<ResponseOwnershipFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: a new note is learned and told", "",
     "POST /notes?answer=note HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
     "Content-Length: 0\n\n",
     201, "n-new"},
    {"pass: an order that belongs to alice", "",
     "GET /orders/1 HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n", 200, "alice"},
    {"reject: an order that belongs to bob", "",
     "GET /orders/2 HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n", 404, "not_found"},
    {"reject: a new note without an id", "",
     "POST /notes?answer=empty HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n"
     "Content-Length: 0\n\n",
     502, "bad_gateway"},
};

}  // namespace

constinit const FilterDef filter_response_ownership{
    .id = "response_ownership",
    .title = "Learns owners from answers; holds back and filters what belongs to others",
    .after = kAfter,
    .why_after = "nearest to the upstream, so that nothing else sees what is not released",
    .section = "objects",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
