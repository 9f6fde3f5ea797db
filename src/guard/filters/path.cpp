// Decides once what the request target means and which route that is. The upstream gets exactly
// what was decided here.
#include "guard/filter.h"
#include "guard/snapshot.h"

namespace lr::guard {

extern const FilterDef filter_path;

namespace {

constexpr std::string_view kAfter[] = {"host"};

class PathFilter final : public Filter {
 public:
  explicit PathFilter(const Services& services) : router_(services.snapshot.router) {}

  Verdict on_request(Exchange& exchange) override {
    const auto canonical = text::canonicalize_target(exchange.head->target, exchange.target);
    if (!canonical) return Verdict::reject(Code::kInvalidArgument, "ambiguous_path");
    router_.match(exchange.method, exchange.target, exchange.match);
    if (exchange.match.outcome == decide::RouteMatch::Outcome::kMatched) {
      exchange.route = exchange.match.route;
    }
    return Verdict::pass();
  }

 private:
  const decide::Router& router_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<PathFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: escapes of plain letters are undone", "", "GET /%70ublic?a=%41 HTTP/1.1\nHost: a\n\n",
     200, "GET /public?a=%41 HTTP/1.1\n"},
    {"reject: dot segments", "", "GET /public/../secret HTTP/1.1\nHost: a\n\n", 400, ""},
    {"reject: an encoded slash", "", "GET /public%2fsecret HTTP/1.1\nHost: a\n\n", 400, ""},
};

}  // namespace

constinit const FilterDef filter_path{
    .id = "path",
    .title = "Decides what the path means, once, and finds its route",
    .after = kAfter,
    .why_after = "another host's paths are nobody's business here",
    .section = "routes",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
