// Who is calling: the peer, or the right-most untrusted address of X-Forwarded-For when the peer
// is a trusted proxy. Nobody else's X-Forwarded-For is ever looked at.
#include <algorithm>

#include "guard/filter.h"

namespace lr::guard {

extern const FilterDef filter_client_address;

namespace {

constexpr std::string_view kAfter[] = {"request_id", "response_headers"};
constexpr std::size_t kHopsMax = 32;

class ClientAddressFilter final : public Filter {
 public:
  explicit ClientAddressFilter(const Services& services)
      : proxies_(services.contract.guard.trusted_proxies) {}

  Verdict on_request(Exchange& exchange) override {
    if (!exchange.peer_trusted) return Verdict::pass();
    if (const auto scheme = exchange.single("X-Forwarded-Proto")) {
      exchange.secure = exchange.secure || text::equals_ignoring_case(*scheme, "https");
    }
    std::size_t hops = 0;
    // Several lines are one list, in their order; the nearest hop is the last of all.
    const text::Fields& fields = exchange.head->fields;
    for (std::size_t i = fields.size(); i-- > 0;) {
      const text::Field& field = *(fields.begin() + static_cast<std::ptrdiff_t>(i));
      if (!text::equals_ignoring_case(field.name, "X-Forwarded-For")) continue;
      const Walk walk = walk_back(field.value, exchange, hops);
      if (walk == Walk::kBroken) {
        return Verdict::reject(Code::kInvalidArgument, "bad_forwarded_for");
      }
      if (walk == Walk::kFound) break;
    }
    return Verdict::pass();
  }

 private:
  enum class Walk : std::uint8_t { kAllTrusted, kFound, kBroken };

  bool trusted(const text::IpAddress& address) const {
    return std::ranges::any_of(
        proxies_, [&](const text::IpPrefix& prefix) { return prefix.contains(address); });
  }

  Walk walk_back(std::string_view list, Exchange& exchange, std::size_t& hops) const {
    while (true) {
      if (++hops > kHopsMax) return Walk::kBroken;
      const std::size_t comma = list.rfind(',');
      const std::string_view last =
          text::trim_ows(comma == std::string_view::npos ? list : list.substr(comma + 1));
      const auto address = text::parse_ip(last);
      if (!address) return Walk::kBroken;
      exchange.client = *address;
      if (!trusted(*address)) return Walk::kFound;
      if (comma == std::string_view::npos) return Walk::kAllTrusted;
      list = list.substr(0, comma);
    }
  }

  const std::vector<text::IpPrefix>& proxies_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<ClientAddressFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: a stranger's X-Forwarded-For is ignored", "",
     "GET /public HTTP/1.1\nHost: a\nX-Forwarded-For: 203.0.113.9\n\n", 200,
     "X-Forwarded-For: 127.0.0.1\n"},
    {"pass: behind a trusted proxy the right-most untrusted address counts",
     "guard: { trusted_proxies: [\"127.0.0.1\", \"10.0.0.0/8\"] }",
     "GET /public HTTP/1.1\nHost: a\nX-Forwarded-For: 198.51.100.1, 203.0.113.9, 10.1.2.3\n\n", 200,
     "X-Forwarded-For: 203.0.113.9\n"},
    {"reject: nonsense from a trusted proxy", "guard: { trusted_proxies: [\"127.0.0.1\"] }",
     "GET /public HTTP/1.1\nHost: a\nX-Forwarded-For: 203.0.113.9, unknown\n\n", 400,
     "invalid_argument"},
};

}  // namespace

constinit const FilterDef filter_client_address{
    .id = "client_address",
    .title = "Finds the client's address behind trusted proxies",
    .after = kAfter,
    .why_after = "a refusal needs its request id and headers",
    .section = "guard.trusted_proxies",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
