#include "guard/redirect.h"

#include <algorithm>

#include "base/rng.h"
#include "guard/error_answer.h"
#include "guard/worker.h"

namespace lr::guard {
namespace {

std::string_view host_name(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.back() == ']') return host;
  return host.substr(0, colon);
}

bool is_sound_name(std::string_view name) {
  constexpr std::string_view kMarks = ".-[]:";
  return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

net::ServerOptions options_with_ids() {
  net::ServerOptions options;
  options.render_parse_error = [](const Error& error) {
    SystemRng rng;
    return render_parse_error(error.code(), rng.hex(16));
  };
  return options;
}

}  // namespace

std::string redirect_target(const RedirectRule& rule, std::string_view host,
                            std::string_view target) {
  const std::string_view name = host_name(host);
  if (!is_sound_name(name) || target.empty() || target.front() != '/') return {};
  text::CanonicalTarget canonical;
  if (!text::canonicalize_target(target, canonical)) return {};
  const std::string_view product = host_name(rule.public_authority);
  const bool is_product = !product.empty() && text::equals_ignoring_case(product, name);
  const bool listed = std::ranges::any_of(rule.hosts, [&](const std::string& mine) {
    return text::equals_ignoring_case(mine, name) || text::equals_ignoring_case(mine, host);
  });
  const bool any = rule.hosts.empty() && product.empty();
  if (!is_product && !listed && !any) return {};
  std::string out = "https://";
  if (is_product) {
    out += rule.public_authority;
  } else {
    out += name;
    if (rule.port != 443) out += ":" + std::to_string(rule.port);
  }
  return out + canonical.str();
}

Redirect::Redirect(net::EventLoop& loop, RedirectRule rule)
    : rule_(std::move(rule)),
      server_(
          loop, [this](net::ServerExchange& exchange) { return handle(exchange); },
          options_with_ids()) {}

net::Task<> Redirect::handle(net::ServerExchange& exchange) {
  const text::RequestHead& head = exchange.head();
  const std::string location = redirect_target(rule_, head.host, head.target);
  SystemRng rng;
  const std::string id = rng.hex(16);
  text::Fields fields;
  fields.add("X-Request-Id", id);
  fields.add("X-Content-Type-Options", "nosniff");
  fields.add("Cache-Control", "no-store");
  if (exchange.has_body()) exchange.close_after();
  if (location.empty()) {
    fields.add("Content-Type", "application/json");
    const std::string body = error_body(Code::kMisdirected, public_text(Code::kMisdirected), id);
    co_return co_await exchange.send(http_status(Code::kMisdirected), fields, body);
  }
  fields.add("Location", location);
  co_return co_await exchange.send(308, fields, "");
}

}  // namespace lr::guard
