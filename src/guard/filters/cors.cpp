// Cross-origin rules: exact origins, preflights answered here, headers on refusals too so that a
// page can read why.
#include "decide/cors.h"

#include "guard/filter.h"

namespace lr::guard {

extern const FilterDef filter_cors;

namespace {

constexpr std::string_view kAfter[] = {"path"};

class CorsFilter final : public Filter {
 public:
  explicit CorsFilter(const Services& services)
      : contract_(services.contract),
        max_age_(std::to_string(services.contract.cors.max_age.count())) {}

  Verdict on_request(Exchange& exchange) override {
    const text::Fields& fields = exchange.head->fields;
    const std::size_t origins = fields.count("Origin");
    if (origins == 0) return Verdict::pass();
    if (origins > 1) return Verdict::reject(Code::kInvalidArgument, "repeated_origin");
    const std::string_view origin = *fields.get("Origin");
    if (decide::origin_allowed(contract_.cors, origin)) exchange.origin = origin;
    const auto method = exchange.single("Access-Control-Request-Method");
    const bool preflight =
        exchange.method == contract::Method::kOptions && method && exchange.match.allowed != 0;
    return preflight ? answer_preflight(exchange, origin, *method) : Verdict::pass();
  }

  Verdict on_response(Exchange& exchange) override {
    if (contract_.cors.origins.empty()) return Verdict::pass();
    text::Fields& fields = exchange.answer.fields;
    if (!fields.has_token("Vary", "Origin")) fields.add("Vary", "Origin");
    if (exchange.origin.empty()) return Verdict::pass();
    fields.add("Access-Control-Allow-Origin", exchange.origin);
    if (contract_.cors.credentials) fields.add("Access-Control-Allow-Credentials", "true");
    fields.add("Access-Control-Expose-Headers",
               "X-Request-Id, RateLimit, RateLimit-Policy, Retry-After");
    return Verdict::pass();
  }

 private:
  Verdict answer_preflight(Exchange& exchange, std::string_view origin, std::string_view method) {
    const auto headers = exchange.head->fields.get("Access-Control-Request-Headers");
    const auto verdict = decide::decide_preflight(contract_, origin, method, headers.value_or(""),
                                                  exchange.match.allowed);
    if (!verdict.allowed) {
      return Verdict::reject(Code::kPermissionDenied, "preflight_refused");
    }
    Answer& answer = exchange.answer;
    answer.local = true;
    answer.status = 204;
    answer.fields.add("Access-Control-Allow-Methods", exchange.keep(verdict.allow_methods));
    answer.fields.add("Access-Control-Allow-Headers", exchange.keep(verdict.allow_headers));
    answer.fields.add("Access-Control-Max-Age", max_age_);
    answer.fields.add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
    return Verdict::respond();
  }

  const contract::Contract& contract_;
  std::string max_age_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<CorsFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: a preflight from a listed origin", "origins: [\"https://app.example\"]",
     "OPTIONS /private HTTP/1.1\nHost: a\nOrigin: https://app.example\n"
     "Access-Control-Request-Method: GET\n\n",
     204, "Access-Control-Allow-Origin: https://app.example\r\n"},
    {"pass: a refusal can be read by a listed origin", "origins: [\"https://app.example\"]",
     "GET /private HTTP/1.1\nHost: a\nOrigin: https://app.example\n\n", 401,
     "Access-Control-Allow-Origin: https://app.example\r\n"},
    {"reject: a preflight from elsewhere", "origins: [\"https://app.example\"]",
     "OPTIONS /private HTTP/1.1\nHost: a\nOrigin: https://app.example.evil\n"
     "Access-Control-Request-Method: GET\n\n",
     403, "permission_denied"},
};

}  // namespace

constinit const FilterDef filter_cors{
    .id = "cors",
    .title = "Answers preflights; lets listed origins read answers",
    .after = kAfter,
    .why_after = "a preflight asks for the methods of its path, and bears no credential",
    .section = "origins",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
