// X-Request-Id and traceparent: every request has both, and every answer names the first.
#include <algorithm>
#include <array>

#include "guard/filter.h"

namespace lr::guard {

extern const FilterDef filter_request_id;

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_id_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_id_char);
}

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

/// The trace id of a sound version 00 traceparent (W3C Trace Context section 3.2), or "".
std::string_view trace_id_of(std::string_view text) {
  if (text.size() != 55 || !text.starts_with("00-") || text[35] != '-' || text[52] != '-')
    return {};
  const std::string_view trace = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  const bool sound = is_lower_hex(trace) && is_lower_hex(parent) && is_lower_hex(text.substr(53)) &&
                     !all_zero(trace) && !all_zero(parent);
  return sound ? trace : std::string_view();
}

bool is_trusted(const contract::Contract& contract, const text::IpAddress& peer) {
  return std::ranges::any_of(contract.guard.trusted_proxies,
                             [&](const text::IpPrefix& prefix) { return prefix.contains(peer); });
}

class RequestIdFilter final : public Filter {
 public:
  explicit RequestIdFilter(const Services& services) : services_(services) {}

  Verdict on_request(Exchange& exchange) override {
    exchange.peer_trusted = is_trusted(services_.contract, exchange.client);
    std::array<std::uint8_t, 24> random{};
    services_.rng.fill(random);
    std::array<char, 48> hex{};
    for (std::size_t i = 0; i < random.size(); ++i) {
      hex[2 * i] = kHexDigits[random[i] >> 4U];
      hex[2 * i + 1] = kHexDigits[random[i] & 0xFU];
    }
    const std::string_view minted(hex.data(), 32);
    const std::string_view span(hex.data() + 32, 16);
    const text::Fields& fields = exchange.head->fields;
    const auto inbound = exchange.single("X-Request-Id");
    const bool keep = exchange.peer_trusted && inbound && is_request_id(*inbound);
    exchange.request_id = exchange.keep(keep ? *inbound : minted);
    exchange.traceparent = make_traceparent(exchange, minted, span);
    if (fields.count("X-Request-Id") > 1 || fields.count("traceparent") > 1) {
      return Verdict::reject(Code::kInvalidArgument, "repeated_request_id");
    }
    return Verdict::pass();
  }

  Verdict on_response(Exchange& exchange) override {
    exchange.answer.fields.set("X-Request-Id", exchange.request_id);
    return Verdict::pass();
  }

 private:
  static std::string_view make_traceparent(Exchange& exchange, std::string_view minted,
                                           std::string_view span) {
    const auto inbound = exchange.single("traceparent");
    const std::string_view known = inbound ? trace_id_of(*inbound) : std::string_view();
    std::array<char, 55> out{};
    auto* end = std::ranges::copy(std::string_view("00-"), out.data()).out;
    end = std::ranges::copy(known.empty() ? minted : known, end).out;
    *end++ = '-';
    end = std::ranges::copy(span, end).out;
    *end++ = '-';
    std::ranges::copy(known.empty() ? std::string_view("01") : inbound->substr(53), end);
    return exchange.keep({out.data(), out.size()});
  }

  const Services& services_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<RequestIdFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: a trace goes on", "",
     "GET /public HTTP/1.1\nHost: a\n"
     "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n\n",
     200, "traceparent: 00-0af7651916cd43dd8448eb211c80319c-"},
    {"pass: an id from the trusted loopback proxy is kept",
     "guard: { trusted_proxies: [\"127.0.0.1\"] }",
     "GET /public HTTP/1.1\nHost: a\nX-Request-Id: abc-123\n\n", 200, "X-Request-Id: abc-123\r\n"},
    {"reject: two ids", "", "GET /public HTTP/1.1\nHost: a\nX-Request-Id: a\nX-Request-Id: b\n\n",
     400, "invalid_argument"},
};

}  // namespace

constinit const FilterDef filter_request_id{
    .id = "request_id",
    .title = "Names the request; keeps ids of trusted proxies only",
    .after = {},
    .why_after = "",
    .section = "guard.trusted_proxies",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
