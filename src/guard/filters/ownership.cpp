// Objects that a request names must belong to the caller. Learned owners are looked up in memory;
// for objects that tell their owner in a field, the object is read first, or the answer is held
// back until it has told.
#include <algorithm>

#include "guard/named_objects.h"
#include "guard/snapshot.h"

namespace lr::guard {

extern const FilterDef filter_ownership;

namespace {

constexpr std::string_view kAfter[] = {"body"};

class OwnershipFilter final : public Filter {
 public:
  explicit OwnershipFilter(const Services& services) : services_(services) {}

  Verdict on_request(Exchange& exchange) override {
    if (exchange.caller == nullptr)
      return Verdict::pass();  // Public: the contract allows no owner.
    const contract::Route& route = *exchange.route;
    const bool names_objects =
        route.access.owner || !route.references.empty() || !exchange.match.parameters.empty();
    if (!names_objects) return Verdict::pass();
    const Verdict collected = collect_objects(services_, exchange);
    if (!collected.passed()) return collected;
    for (const NamedObject& named : exchange.objects) {
      if (needs_proof(exchange, named)) return Verdict::suspend();
    }
    return decide(exchange);
  }

  net::Task<Verdict> on_request_slow(Exchange& exchange) override {
    for (NamedObject& named : exchange.objects) {
      if (!needs_proof(exchange, named)) continue;
      auto proved = co_await prove_owner(services_, exchange, named);
      if (!proved || !proved->passed()) co_return proved;
    }
    co_return decide(exchange);
  }

 private:
  bool needs_proof(const Exchange& exchange, const NamedObject& named) const {
    if (named.owner || !services_.contract.objects[named.object].owner_field) return false;
    return is_asked_for(*exchange.route, named.object) &&
           services_.snapshot.read_routes[named.object].has_value() &&
           !answer_proves(services_, exchange, named);
  }

  /// The answer shows one object: the last one of the path. Of all others the owner must be known
  /// by now, or naming a second one would ride on the proof of the first.
  bool names_unproved(const Exchange& exchange) const {
    const auto in_path = static_cast<std::size_t>(
        std::ranges::count_if(exchange.match.parameters,
                              [](const auto& parameter) { return parameter.object.has_value(); }));
    for (std::size_t i = 0; i < exchange.objects.size(); ++i) {
      const NamedObject& named = exchange.objects[i];
      if (named.owner || !is_asked_for(*exchange.route, named.object)) continue;
      if (i + 1 != in_path) return true;
      if (services_.snapshot.read_routes[named.object] &&
          !answer_proves(services_, exchange, named)) {
        return true;
      }
    }
    return false;
  }

  Verdict decide(Exchange& exchange) const {
    exchange.uses.clear();
    if (names_unproved(exchange)) {
      return Verdict::reject(Code::kNotFound, decide::reason_name(decide::Reason::kOwnerUnknown),
                             exchange.route->at);
    }
    for (const NamedObject& named : exchange.objects) {
      exchange.uses.push_back(
          {.object = named.object, .owner = named.owner ? &*named.owner : nullptr});
    }
    const decide::Decision decision =
        decide::decide_owner(services_.contract, *exchange.route, exchange.caller->identity,
                             exchange.uses, exchange.method);
    if (!decision.allowed) {
      return Verdict::reject(decision.code, decide::reason_name(decision.reason), decision.at);
    }
    exchange.owner_by_answer = decision.owner_by_field;
    return Verdict::pass();
  }

  const Services& services_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<OwnershipFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: alice's own note", "",
     "GET /notes/n-alice HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n", 200, ""},
    {"reject: bob's note does not exist for alice", "",
     "GET /notes/n-bob HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n", 404, "not_found"},
    {"reject: neither does one that nobody has", "",
     "GET /notes/n-none HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n", 404, "not_found"},
};

}  // namespace

constinit const FilterDef filter_ownership{
    .id = "ownership",
    .title = "Demands that named objects belong to the caller",
    .after = kAfter,
    .why_after = "the body may name objects",
    .section = "objects",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
