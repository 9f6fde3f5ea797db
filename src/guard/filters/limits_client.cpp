// Limits per client address, before any work is done for the client. Also writes the RateLimit
// fields of all limits.
#include "guard/filter.h"
#include "guard/rate_limiter.h"
#include "guard/snapshot.h"

namespace lr::guard {

extern const FilterDef filter_limits_client;

namespace {

constexpr std::string_view kAfter[] = {"audit_trail"};

class LimitsClientFilter final : public Filter {
 public:
  explicit LimitsClientFilter(const Services& services) : services_(services) {}

  Verdict on_request(Exchange& exchange) override {
    return apply_limits(services_, exchange, LimitStage::kClient);
  }

  Verdict on_response(Exchange& exchange) override {
    if (exchange.route == nullptr || exchange.route->limits.empty()) return Verdict::pass();
    text::Fields& fields = exchange.answer.fields;
    fields.add("RateLimit-Policy", services_.snapshot.route_policies[exchange.match.index]);
    if (exchange.rates.empty()) return Verdict::pass();
    std::string state;
    state.reserve(128);
    for (const RateUse& use : exchange.rates) {
      if (!state.empty()) state += ", ";
      decide::append_rate_state(state, use.name, use.verdict);
    }
    fields.add("RateLimit", exchange.keep(state));
    return Verdict::pass();
  }

 private:
  const Services& services_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<LimitsClientFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: within the limit, and the client is told", "",
     "GET /limited-by-ip HTTP/1.1\nHost: a\n\n", 200, "RateLimit: \"few-ip\";r=0;t="},
    {"reject: the second within an hour", "",
     "GET /limited-by-ip HTTP/1.1\nHost: a\nX-Sample: twice\n\n", 429, "Retry-After: "},
};

}  // namespace

constinit const FilterDef filter_limits_client{
    .id = "limits_client",
    .title = "Counts requests per client address and writes the RateLimit fields",
    .after = kAfter,
    .why_after = "guessing tokens must cost less than checking them",
    .section = "limits",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
