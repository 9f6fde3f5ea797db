#include <fmt/format.h>

#include "contract/sections.h"
#include "contract/values.h"
#include "text/fields.h"

namespace lr::contract {
namespace {

constexpr std::size_t kFallbackBytes = 500;

ListenAddress loopback(std::uint16_t port) {
  ListenAddress out;
  if (auto ip = text::parse_ip("127.0.0.1")) out.ip = *ip;
  out.port = port;
  return out;
}

std::optional<ListenAddress> read_address(const Reader& value) {
  return value.is_scalar() ? parse_listen_address(value.text()) : std::nullopt;
}

void read_listeners(const Loading& loading, const Reader& section, GuardSettings& guard) {
  const Reader tls = section.at("tls");
  if (tls) {
    guard.tls_certificate = in_folder(loading, tls.at("certificate").text());
    guard.tls_key = in_folder(loading, tls.at("key").text());
  }
  const Reader listen = section.at("listen");
  guard.listen = read_address(listen).value_or(loopback(tls ? 8443 : 8080));
  if (!tls && listen && !guard.listen.ip.is_loopback()) {
    listen.warning(
        "listens beyond this machine without TLS: add tls, or keep it behind a proxy "
        "that terminates TLS");
  }
  const Reader redirect = section.at("redirect");
  guard.redirect = read_address(redirect);
  if (redirect && !tls) redirect.error("redirects to HTTPS, but there is no tls section");
  const Reader admin = section.at("admin");
  if (admin.text() != "none") guard.admin = read_address(admin).value_or(loopback(9901));
  if (guard.admin && !guard.admin->ip.is_loopback()) {
    admin.warning(
        "the admin listener has no login: whoever reaches it can read metrics and "
        "reload; use a loopback address");
  }
}

void read_hosts(const Reader& list, GuardSettings& guard) {
  for (const Reader& item : list.items()) {
    const std::string host = text::lower_ascii(item.text());
    const auto url = text::parse_url("http://" + host);
    if (!url || url->target != "/" || host.ends_with('/')) {
      item.error(fmt::format("{} is not a host such as chat.example.com", in_quotes(item.text())));
    }
    guard.hosts.push_back(host);
  }
}

void read_proxies(const Reader& list, GuardSettings& guard) {
  for (const Reader& item : list.items()) {
    const auto prefix = text::parse_ip_prefix(item.text());
    if (!prefix) continue;
    const int shortest = prefix->address.is_v4() ? 96 + 8 : 16;
    if (prefix->bits < shortest) {
      item.error("trusts almost everybody to name the client's address; list your own proxies");
    }
    guard.trusted_proxies.push_back(*prefix);
  }
}

void read_files(const Loading& loading, const Reader& section, GuardSettings& guard) {
  guard.ledger_path = in_folder(loading, section.at("ledger").text("launchready-ledger.db"));
  const std::string state = section.at("state").text("launchready-state.db");
  guard.state_path = state == "memory" ? state : in_folder(loading, state);
  guard.ledger_key = read_reference(loading, section.at("ledger_key"));
  if (guard.state_path == guard.ledger_path) {
    section.at("state").error("state and ledger must be different files");
  }
}

}  // namespace

void load_guard(Loading& loading, const Reader& section) {
  GuardSettings& guard = loading.contract.guard;
  read_listeners(loading, section, guard);
  read_hosts(section.at("hosts"), guard);
  guard.workers = static_cast<unsigned>(section.at("workers").count(guard.workers));
  read_files(loading, section, guard);
  guard.timeouts = read_timeouts(section.at("timeouts"), guard.timeouts);
  const Reader breaker = section.at("breaker");
  guard.breaker.failures =
      static_cast<std::uint32_t>(breaker.at("failures").count(guard.breaker.failures));
  guard.breaker.open_for = breaker.at("open_for").duration(guard.breaker.open_for);
  read_proxies(section.at("trusted_proxies"), guard);
  const Reader fallback = section.at("fallback");
  guard.fallback_message = fallback.text();
  if (guard.fallback_message.size() > kFallbackBytes) {
    fallback.error(fmt::format("must be at most {} bytes", kFallbackBytes));
  }
  guard.drain = section.at("drain").whole_seconds(guard.drain);
}

}  // namespace lr::contract
