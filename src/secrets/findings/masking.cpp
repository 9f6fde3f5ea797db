#include "secrets/findings/masking.h"

#include <fmt/format.h>

#include <algorithm>

#include "secrets/exact/exact_redactor.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kPrefixMax = 16;
constexpr std::size_t kPlainMin = 4;  ///< Shorter values would mask parts of ordinary words.

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// What says the kind and nothing else: "-----BEGIN RSA PRIVATE KEY-----", "postgres://", "AKIA".
std::string_view public_prefix(std::string_view value) {
  if (value.starts_with("-----BEGIN ")) {
    const std::size_t end = value.find("-----", 11);
    return end == value.npos || end > 60 ? value.substr(0, 10) : value.substr(0, end + 5);
  }
  if (const std::size_t scheme = value.find("://"); scheme < kPrefixMax) {
    return value.substr(0, scheme + 3);
  }
  for (const std::string_view known : {"AKIA", "ASIA", "AIza", "eyJ"}) {
    if (value.starts_with(known)) return known;
  }
  return {};
}

/// A pattern says "sk_" in clear, or as "[sr]k_".
bool says(std::string_view pattern, std::string_view word) {
  return pattern.contains(word) || (word.size() <= 4 && pattern.contains(word.substr(1)));
}

/// The words at the front ("sk_", "live_") that the pattern names: every key has them.
std::string_view pattern_words(std::string_view value, std::string_view pattern) {
  std::size_t end = 0;
  for (std::size_t at = 0; at < std::min(value.size(), kPrefixMax); ++at) {
    if (value[at] == '_' || value[at] == '-') {
      if (!says(pattern, value.substr(end, at + 1 - end))) break;
      end = at + 1;
    } else if (!is_letter(value[at])) {
      break;
    }
  }
  return value.substr(0, end);
}

std::string_view shown(std::string_view value, const Rule* rule) {
  if (rule == nullptr) return {};
  std::string_view prefix = public_prefix(value);
  if (prefix.empty()) prefix = pattern_words(value, rule->pattern);
  return value.size() < prefix.size() + 8 ? std::string_view{} : prefix;
}

void replace_all(std::string& text, std::string_view value, std::string_view by) {
  for (std::size_t at = text.find(value); at != text.npos; at = text.find(value, at + by.size())) {
    text.replace(at, value.size(), by);
  }
}

}  // namespace

std::string masked(std::string_view value, const Rule* rule) {
  return fmt::format("{}…({} characters)", shown(value, rule), value.size());
}

Masking::Masking(std::span<const NamedSecret> secrets)
    : values_(ExactValues::build(secrets, ExactValues::Texts::kShort)) {
  for (const ExactValues::Refused& refused : values_.refused()) {
    const NamedSecret& secret = secrets[refused.value];
    if (secret.value.expose().size() < kPlainMin) continue;
    plain_.push_back({secret.name, secret.value.duplicate()});
  }
  // A longer value goes first: it may hold a shorter one.
  std::ranges::sort(plain_, [](const NamedSecret& a, const NamedSecret& b) {
    return a.value.expose().size() > b.value.expose().size();
  });
}

std::string Masking::apply(std::string_view text) const {
  std::string out;
  std::vector<ExactMatch> matches;
  values_.find(text, matches);
  if (matches.empty()) {  // Nearly always: no redactor with its own memory is needed.
    out = text;
  } else {
    ExactRedactor redactor(values_);
    redactor.feed(text, out);
    redactor.finish(out);
  }
  for (const NamedSecret& secret : plain_) {
    replace_all(out, secret.value.expose(), "[redacted:" + secret.name + "]");
  }
  return out;
}

}  // namespace lr::secrets
