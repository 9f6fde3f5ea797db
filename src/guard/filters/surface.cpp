// What the contract does not list does not exist.
#include "guard/filter.h"

namespace lr::guard {

extern const FilterDef filter_surface;

namespace {

constexpr std::string_view kAfter[] = {"cors"};

class SurfaceFilter final : public Filter {
 public:
  Verdict on_request(Exchange& exchange) override {
    switch (exchange.match.outcome) {
      case decide::RouteMatch::Outcome::kMatched:
        return Verdict::pass();
      case decide::RouteMatch::Outcome::kMethodNotAllowed:
        return Verdict::reject(Code::kMethodNotAllowed, "method_not_allowed");
      case decide::RouteMatch::Outcome::kNotFound:
        break;
    }
    return Verdict::reject(Code::kNotFound, "no_such_route");
  }
};

Result<std::unique_ptr<Filter>> make(const Services& /*services*/) {
  return std::make_unique<SurfaceFilter>();
}

constexpr FilterSample kSamples[] = {
    {"pass: a listed route", "", "GET /public HTTP/1.1\nHost: a\n\n", 200, ""},
    {"reject: an unlisted route", "", "GET /.env HTTP/1.1\nHost: a\n\n", 404, "not_found"},
    {"reject: an unlisted method", "", "DELETE /public HTTP/1.1\nHost: a\n\n", 405, "Allow: GET"},
};

}  // namespace

constinit const FilterDef filter_surface{
    .id = "surface",
    .title = "Refuses routes and methods that the contract does not list",
    .after = kAfter,
    .why_after = "preflights use a method that no route lists",
    .section = "routes",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
