// Only the names that the product is served under: another Host is another product.
#include <algorithm>

#include "guard/filter.h"

namespace lr::guard {

extern const FilterDef filter_host;

namespace {

constexpr std::string_view kAfter[] = {"client_address"};

/// reg-name, IPv4 or [IPv6] with an optional port; nothing that could break out of a URL.
bool is_host_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
}

bool is_sound_host(std::string_view host) {
  return !host.empty() && host.size() <= 260 && std::ranges::all_of(host, is_host_char);
}

std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.back() == ']') return host;
  return host.substr(0, colon);
}

class HostFilter final : public Filter {
 public:
  explicit HostFilter(const Services& services) : hosts_(services.contract.guard.hosts) {}

  Verdict on_request(Exchange& exchange) override {
    const std::string_view host = exchange.head->host;
    if (!is_sound_host(host)) return Verdict::reject(Code::kInvalidArgument, "bad_host");
    if (hosts_.empty()) return Verdict::pass();
    const bool known = std::ranges::any_of(hosts_, [&](const std::string& mine) {
      return text::equals_ignoring_case(mine, host) ||
             text::equals_ignoring_case(mine, without_port(host));
    });
    return known ? Verdict::pass() : Verdict::reject(Code::kMisdirected, "unknown_host");
  }

 private:
  const std::vector<std::string>& hosts_;
};

Result<std::unique_ptr<Filter>> make(const Services& services) {
  return std::make_unique<HostFilter>(services);
}

constexpr FilterSample kSamples[] = {
    {"pass: one of our names, in any case and with a port", "guard: { hosts: [chat.example] }",
     "GET /public HTTP/1.1\nHost: Chat.Example:8080\n\n", 200, ""},
    {"reject: somebody else's name", "guard: { hosts: [chat.example] }",
     "GET /public HTTP/1.1\nHost: evil.example\n\n", 421, "misdirected"},
    {"reject: not a name at all", "", "GET /public HTTP/1.1\nHost: a/b\n\n", 400, ""},
};

}  // namespace

constinit const FilterDef filter_host{
    .id = "host",
    .title = "Refuses Host names that are not served here",
    .after = kAfter,
    .why_after = "the refusal is written down with the client's address",
    .section = "guard.hosts",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
