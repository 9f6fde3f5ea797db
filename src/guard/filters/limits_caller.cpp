// Limits per user, token and route.
#include "guard/filter.h"
#include "guard/rate_limiter.h"

namespace lr::guard {

extern const FilterDef filter_limits_caller;

namespace {

constexpr std::string_view kAfter[] = {"authentication"};

class LimitsCallerFilter final : public Filter {
 public:
  explicit LimitsCallerFilter(const Services& services) : services_(services) {}
  Verdict on_request(Exchange& exchange) override {
    return apply_limits(services_, exchange, LimitStage::kCaller);
  }

 private:
  const Services& services_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<LimitsCallerFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: the user's first", "",
     "GET /limited-by-user HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n", 200,
     "RateLimit-Policy: \"own-user\";q=1;w=3600"},
    {"reject: the user's second", "",
     "GET /limited-by-user HTTP/1.1\nHost: a\nX-Sample: twice\nAuthorization: Bearer {token}\n\n",
     429, "resource_exhausted"},
};

}  // namespace

constinit const FilterDef filter_limits_caller{
    .id = "limits_caller",
    .title = "Counts requests per user, token and route",
    .after = kAfter,
    .why_after = "only a verified token says who the user is",
    .section = "limits",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
