// Limits per conversation and per account named in the body (login).
#include "guard/filter.h"
#include "guard/rate_limiter.h"

namespace lr::guard {

extern const FilterDef filter_limits_object;

namespace {

constexpr std::string_view kAfter[] = {"body", "ownership"};

class LimitsObjectFilter final : public Filter {
 public:
  explicit LimitsObjectFilter(const Services& services) : services_(services) {}
  Verdict on_request(Exchange& exchange) override {
    return apply_limits(services_, exchange, LimitStage::kObject);
  }

 private:
  const Services& services_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<LimitsObjectFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: the first try for an account", "",
     "POST /login HTTP/1.1\nHost: a\nContent-Type: application/json\nContent-Length: 16\n\n"
     "{\"user\":\"alice\"}",
     200, "RateLimit: \"login-account\";r=0"},
    {"reject: the second, in other letters", "",
     "POST /login HTTP/1.1\nHost: a\nX-Sample: twice\nContent-Type: application/json\n"
     "Content-Length: 16\n\n{\"user\":\"ALICE\"}",
     429, "resource_exhausted"},
};

}  // namespace

constinit const FilterDef filter_limits_object{
    .id = "limits_object",
    .title = "Counts requests per conversation and per account",
    .after = kAfter,
    .why_after = "the account is in the body, and a stranger must not use up an owner's limit",
    .section = "limits",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
