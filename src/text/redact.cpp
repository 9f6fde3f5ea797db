#include "text/redact.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "text/ascii.h"
#include "text/fields.h"

namespace lr::text {
namespace {

constexpr std::size_t kRecognisableBytes = 24;  // Shorter values show nothing at all.
constexpr std::size_t kShownBytes = 4;
constexpr std::size_t kKnownBytes = 4;  // Shorter known values would mask ordinary words.
constexpr std::size_t kRandomRun = 32;

RE2::Options byte_options() {
  RE2::Options options(RE2::Latin1);  // Evidence may hold any bytes.
  options.set_log_errors(false);
  options.set_never_capture(false);
  return options;
}

/// How what a pattern captured is replaced.
enum class Replace : std::uint8_t { kMask, kEmail, kMaskIfRandom };

struct Rule {
  explicit Rule(const char* text, Replace how = Replace::kMask)
      : pattern(text, byte_options()), replace(how) {}
  RE2 pattern;  ///< Group 1 is what is replaced.
  Replace replace;
};

const std::vector<std::unique_ptr<const Rule>>& rules() {
  static const auto all = [] {
    std::vector<std::unique_ptr<const Rule>> list;
    const auto add = [&list](const char* text, Replace how = Replace::kMask) {
      list.push_back(std::make_unique<const Rule>(text, how));
    };
    // JSON Web Tokens, also cut short.
    add(R"((eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*))");
    // Credentials behind a scheme name.
    add(R"((?i)\b(?:bearer|basic|digest|token|apikey)[ \t]+([A-Za-z0-9._~+/=-]{6,}))");
    // User and password in a URL.
    add(R"((?i)\b[a-z][a-z0-9+.-]*://([^\s/@:]*:[^\s/@]+)@)");
    // Keys with a maker's prefix.
    add(R"(\b((?:sk|rk|pk|whsec|lr)[-_][A-Za-z0-9_-]{8,}))");
    add(R"(\b((?:AKIA|ASIA)[0-9A-Z]{16}))");
    add(R"(\b((?:gh[pousr]|github_pat)_[A-Za-z0-9_]{16,}))");
    add(R"(\b(xox[abeoprs]-[A-Za-z0-9-]{8,}))");
    add(R"(\b(AIza[0-9A-Za-z_-]{30,}))");
    add(R"(\b(glpat-[0-9A-Za-z_-]{16,}))");
    add(R"((-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?))");
    add(R"(([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+))", Replace::kEmail);
    // Long runs without a dictionary: base64, base64url, hexadecimal.
    add(R"(([A-Za-z0-9+_-]{32,}={0,2}))", Replace::kMaskIfRandom);
    return list;
  }();
  return all;
}

/// The run without the UUIDs in it. Those name objects and requests and must stay readable.
std::string without_uuids(std::string_view run) {
  static const RE2 kUuid(R"((?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})",
                         byte_options());
  std::string rest(run);
  RE2::GlobalReplace(&rest, kUuid, "");
  return rest;
}

/// Names made of words have no digits; keys of this length practically always do.
bool looks_random(std::string_view run) {
  return without_uuids(run).size() >= kRandomRun && std::ranges::any_of(run, is_digit);
}

std::string replacement(std::string_view found, Replace how) {
  if (how == Replace::kEmail) return "[e-mail]";
  if (how == Replace::kMaskIfRandom && !looks_random(found)) return std::string(found);
  return mask(found);
}

std::string apply_rule(const Rule& rule, std::string_view text) {
  std::string out;
  re2::StringPiece groups[2];
  std::size_t position = 0;
  const re2::StringPiece input(text.data(), text.size());
  while (rule.pattern.Match(input, position, text.size(), RE2::UNANCHORED, groups, 2)) {
    const auto start = static_cast<std::size_t>(groups[1].data() - text.data());
    out.append(text, position, start - position);
    out += replacement(text.substr(start, groups[1].size()), rule.replace);
    position = start + groups[1].size();
  }
  return out.append(text, position);
}

void replace_all(std::string& text, std::string_view value) {
  const std::string masked = mask(value);
  for (std::size_t at = text.find(value); at != std::string::npos;
       at = text.find(value, at + masked.size())) {
    text.replace(at, value.size(), masked);
  }
}

}  // namespace

std::string mask(std::string_view value) {
  const std::string_view head = value.substr(0, kShownBytes);
  const bool show = value.size() >= kRecognisableBytes &&
                    std::ranges::all_of(head, [](char c) { return c > 0x20 && c < 0x7f; });
  return std::string(show ? head : "") + "…(" + std::to_string(value.size()) + " bytes)";
}

bool is_sensitive_field(std::string_view name) {
  static constexpr std::string_view kExact[] = {
      "authorization", "proxy-authorization",  "cookie",
      "set-cookie",    "x-amz-security-token", "authentication-info",
  };
  static constexpr std::string_view kParts[] = {"api-key",  "apikey",    "token",   "secret",
                                                "password", "signature", "session", "credential"};
  const std::string lower = lower_ascii(name);
  if (std::ranges::find(kExact, lower) != std::end(kExact)) return true;
  return std::ranges::any_of(
      kParts, [&lower](std::string_view part) { return lower.find(part) != std::string::npos; });
}

std::string redact(std::string_view text, std::span<const std::string_view> known) {
  std::string out(text);
  std::vector<std::string_view> values(known.begin(), known.end());
  std::erase_if(values, [](std::string_view value) { return value.size() < kKnownBytes; });
  // The longest first: a value that contains another one is masked as a whole.
  std::ranges::sort(values, std::ranges::greater{}, &std::string_view::size);
  for (std::string_view value : values) replace_all(out, value);
  for (const auto& rule : rules()) out = apply_rule(*rule, out);
  return out;
}

}  // namespace lr::text
