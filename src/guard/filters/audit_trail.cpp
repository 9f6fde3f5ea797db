// No private request without a working ledger: what could not be written down must not happen.
#include "guard/filter.h"

namespace lr::guard {

extern const FilterDef filter_audit_trail;

namespace {

constexpr std::string_view kAfter[] = {"surface"};

class AuditTrailFilter final : public Filter {
 public:
  explicit AuditTrailFilter(const Services& services) : ledger_(services.ledger) {}

  Verdict on_request(Exchange& exchange) override {
    if (exchange.is_public() || ledger_.healthy()) return Verdict::pass();
    exchange.retry_after = seconds(5);
    return Verdict::reject(Code::kUnavailable, "ledger_unavailable");
  }

 private:
  const store::Ledger& ledger_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<AuditTrailFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: the ledger works", "",
     "GET /private HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n", 200, ""},
    {"pass: public routes need no ledger", "",
     "GET /public HTTP/1.1\nHost: a\nX-Sample: ledger-down\n\n", 200, ""},
    {"reject: the ledger is down", "",
     "GET /private HTTP/1.1\nHost: a\nX-Sample: ledger-down\nAuthorization: Bearer {token}\n\n",
     503, "unavailable"},
};

}  // namespace

constinit const FilterDef filter_audit_trail{
    .id = "audit_trail",
    .title = "Refuses private requests while the ledger cannot be written",
    .after = kAfter,
    .why_after = "only the route says whether a request must be auditable",
    .section = "guard.ledger",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
