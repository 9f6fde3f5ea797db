#include "contract/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace lr::contract {
namespace {

constexpr std::uint64_t kCountMax = std::numeric_limits<std::int64_t>::max();
constexpr milliseconds kDurationMax = std::chrono::hours(24 * 3650);
constexpr std::uint32_t kRateCountMax = 1'000'000;
constexpr std::uint64_t kRatePerSecondMax = 10'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 8> kSizeUnits = {{{"", 1},
                                             {"B", 1},
                                             {"KiB", 1024},
                                             {"MiB", 1024 * 1024},
                                             {"GiB", 1024 * 1024 * 1024},
                                             {"KB", 1000},
                                             {"MB", 1'000'000},
                                             {"GB", 1'000'000'000}}};
constexpr std::array<Unit, 5> kDurationUnits = {
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 11> kRateUnits = {{{"s", 1},
                                              {"sec", 1},
                                              {"second", 1},
                                              {"m", 60},
                                              {"min", 60},
                                              {"minute", 60},
                                              {"h", 3600},
                                              {"hour", 3600},
                                              {"d", 86'400},
                                              {"day", 86'400},
                                              {"week", 604'800}}};

template <std::size_t N>
std::optional<std::uint64_t> factor_of(const std::array<Unit, N>& units, std::string_view name) {
  const auto found = std::ranges::find(units, name, &Unit::name);
  if (found == units.end()) return std::nullopt;
  return found->factor;
}

/// A count directly followed by one of the units.
template <std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view text, const std::array<Unit, N>& units) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto digits = static_cast<std::size_t>(end - text.begin());
  const auto count = parse_count(text.substr(0, digits));
  const auto factor = factor_of(units, text.substr(digits));
  if (!count || !factor || *count > kCountMax / *factor) return std::nullopt;
  return *count * *factor;
}

bool is_variable_name(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

struct TokenShape {
  std::string_view prefix;
  std::size_t rest_min;  ///< Key characters that must follow.
};

/// Prefixes that their issuers chose so that scanners find them.
constexpr std::array<TokenShape, 19> kTokenShapes = {{{"sk-", 20},
                                                      {"sk_live_", 16},
                                                      {"rk_live_", 16},
                                                      {"sk_test_", 16},
                                                      {"whsec_", 16},
                                                      {"ghp_", 30},
                                                      {"gho_", 30},
                                                      {"ghu_", 30},
                                                      {"ghs_", 30},
                                                      {"ghr_", 30},
                                                      {"github_pat_", 30},
                                                      {"glpat-", 16},
                                                      {"xoxb-", 16},
                                                      {"xoxp-", 16},
                                                      {"AKIA", 16},
                                                      {"ASIA", 16},
                                                      {"AIza", 30},
                                                      {"SG.", 30},
                                                      {"lr_", 43}}};

bool is_key_character(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }

std::size_t key_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_key_character) - text.begin());
}

/// header.payload.signature, where the header is base64url of `{"`.
bool starts_with_jwt(std::string_view text) {
  if (!text.starts_with("eyJ")) return false;
  const std::size_t header = key_characters(text);
  if (header < 12 || header >= text.size() || text[header] != '.') return false;
  const std::string_view rest = text.substr(header + 1);
  const std::size_t payload = key_characters(rest);
  return payload >= 4 && payload < rest.size() && rest[payload] == '.';
}

bool starts_with_token(std::string_view text) {
  if (starts_with_jwt(text)) return true;
  return std::ranges::any_of(kTokenShapes, [&](const TokenShape& shape) {
    return text.starts_with(shape.prefix) &&
           key_characters(text.substr(shape.prefix.size())) >= shape.rest_min;
  });
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || out > kCountMax) return std::nullopt;
  return out;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return with_unit(text, kSizeUnits);
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto ms = with_unit(text, kDurationUnits);
  if (!ms || *ms > static_cast<std::uint64_t>(kDurationMax.count())) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(*ms));
}

std::optional<Rate> parse_rate(std::string_view text) {
  constexpr std::string_view kBurst = " burst ";
  const std::size_t burst_at = text.find(kBurst);
  const std::string_view quota = text.substr(0, burst_at);
  const std::size_t slash = quota.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto count = parse_count(quota.substr(0, slash));
  const auto per = factor_of(kRateUnits, quota.substr(slash + 1));
  if (!count || !per || *count == 0 || *count > kRateCountMax) return std::nullopt;
  if (*count > *per * kRatePerSecondMax) return std::nullopt;
  std::uint64_t burst = *count;
  if (burst_at != std::string_view::npos) {
    const auto given = parse_count(text.substr(burst_at + kBurst.size()));
    if (!given || *given == 0 || *given > kRateCountMax) return std::nullopt;
    burst = *given;
  }
  return Rate{.count = static_cast<std::uint32_t>(*count),
              .per = seconds(static_cast<std::int64_t>(*per)),
              .burst = static_cast<std::uint32_t>(burst)};
}

std::optional<SecretRef> parse_secret_ref(std::string_view text) {
  constexpr std::string_view kFile = "file:";
  SecretRef out;
  if (text.starts_with("${") && text.ends_with("}")) {
    const std::string_view name = text.substr(2, text.size() - 3);
    if (!is_variable_name(name)) return std::nullopt;
    out.name = name;
    return out;
  }
  if (!text.starts_with(kFile) || text.size() == kFile.size()) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  out.kind = SecretRef::Kind::kFile;
  out.name = text.substr(kFile.size());
  return out;
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    const std::string_view label = text.substr(begin, end - begin);
    const bool edges_are_fine = !label.empty() && label.front() != '-' && label.back() != '-';
    if (!edges_are_fine || label.size() > 63) return false;
    if (!std::ranges::all_of(label, is_key_character)) return false;
    begin = end + 1;
  }
  return true;
}

std::optional<MailServer> parse_mail_server(std::string_view text) {
  struct Scheme {
    std::string_view prefix;
    std::uint16_t port;
    bool implicit_tls;
  };
  constexpr std::array<Scheme, 3> kSchemes = {
      {{"smtp://", 587, false}, {"smtps://", 465, true}, {"imaps://", 993, true}}};
  const auto scheme = std::ranges::find_if(
      kSchemes, [&](const Scheme& one) { return text.starts_with(one.prefix); });
  if (scheme == kSchemes.end()) return std::nullopt;
  MailServer out{.port = scheme->port, .implicit_tls = scheme->implicit_tls};
  text.remove_prefix(scheme->prefix.size());
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    const auto port = parse_count(text.substr(colon + 1));
    if (!port || *port == 0 || *port > 65'535) return std::nullopt;
    out.port = static_cast<std::uint16_t>(*port);
    text = text.substr(0, colon);
  }
  if (!is_host_name(text)) return std::nullopt;
  out.host = text;
  return out;
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  const auto port = parse_count(text.substr(colon + 1));
  if (!port || *port > 65'535) return std::nullopt;
  auto ip = text::parse_ip(host);
  if (!ip) return std::nullopt;
  return ListenAddress{*ip, static_cast<std::uint16_t>(*port)};
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_letter(text.front()) &&
         std::ranges::all_of(text, is_key_character);
}

bool is_grant_name(std::string_view text) {
  // RFC 6749 section 3.3 scope-token, shorter than any header bound.
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
  });
}

namespace {

/// scheme://user:password@host, as database and proxy addresses are often written.
bool has_password_in_url(std::string_view text) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos;
       at = text.find("://", at + 3)) {
    std::string_view authority = text.substr(at + 3);
    authority = authority.substr(0, authority.find_first_of("/?# \"'"));
    const std::size_t end = authority.rfind('@');
    if (end == std::string_view::npos) continue;
    const std::size_t colon = authority.substr(0, end).find(':');
    if (colon == std::string_view::npos || colon + 1 == end) continue;
    const std::string_view password = authority.substr(colon + 1, end - colon - 1);
    if (!password.starts_with('{') && !password.starts_with("${")) return true;
  }
  return false;
}

}  // namespace

bool looks_like_credential(std::string_view text) {
  if (has_password_in_url(text)) return true;
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) return true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool at_start = i == 0 || !is_key_character(text[i - 1]);
    if (at_start && starts_with_token(text.substr(i))) return true;
  }
  return false;
}

}  // namespace lr::contract
