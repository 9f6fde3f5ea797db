#include "domain/web/hsts.h"

#include <limits>
#include <set>

#include "domain/web/reference.h"
#include "text/fields.h"

namespace lr::domain {
namespace {

std::unexpected<Error> bad(std::string why) {
  return fail(Code::kInvalidArgument, std::move(why), Origin::kTarget);
}

struct Directive {
  std::string name;  ///< Lower case.
  std::string value;
  bool has_value = false;
};

/// Splits at ';' outside of quoted strings.
Result<std::vector<std::string_view>> split(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ';' && !quoted) {
      out.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (quoted) return bad("a quotation mark is not closed");
  out.push_back(text.substr(std::min(begin, text.size())));
  return out;
}

Result<Directive> read_directive(std::string_view text) {
  Directive out;
  const std::size_t equals = text.find('=');
  const std::string_view name = text::trim_ows(text.substr(0, equals));
  if (!text::is_token(name)) return bad("'" + std::string(text) + "' is no directive");
  out.name = text::lower_ascii(name);
  if (equals == std::string_view::npos) return out;
  out.has_value = true;
  std::string_view value = text::trim_ows(text.substr(equals + 1));
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
    value = value.substr(1, value.size() - 2);
  } else if (!text::is_token(value)) {
    return bad("the value of " + out.name + " is neither a token nor quoted");
  }
  out.value = value;
  return out;
}

Result<std::uint64_t> read_seconds(const std::string& text) {
  if (text.empty()) return bad("max-age has no value");
  std::uint64_t seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return bad("max-age is not a number of seconds: " + text);
    const auto digit = static_cast<std::uint64_t>(c - '0');
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    seconds = seconds > (kMost - digit) / 10 ? kMost : seconds * 10 + digit;
  }
  return seconds;
}

}  // namespace

Result<HstsPolicy> parse_hsts(std::string_view value) {
  LR_TRY(const auto parts, split(value));
  HstsPolicy policy;
  std::set<std::string> seen;
  for (const std::string_view part : parts) {
    if (text::trim_ows(part).empty()) continue;
    LR_TRY(const Directive directive, read_directive(text::trim_ows(part)));
    if (!seen.insert(directive.name).second) return bad(directive.name + " stands there twice");
    if (directive.name == "max-age") {
      LR_TRY(policy.max_age, read_seconds(directive.value));
    } else if (directive.name == "includesubdomains") {
      if (directive.has_value) return bad("includeSubDomains takes no value");
      policy.include_subdomains = true;
    } else if (directive.name == "preload") {
      policy.preload = true;
    }
  }
  if (!seen.contains("max-age")) return bad("max-age is missing");
  return policy;
}

namespace {

bool redirects_to_https_of_itself(const Visit& http) {
  if (!http.is_redirect()) return false;
  const auto target = resolve_reference(http.url, http.header("Location").value_or(""));
  return target && target->scheme == "https" && target->host == http.url.host;
}

std::optional<HstsPolicy> policy_of(const Visit& visit) {
  const auto field = visit.header("Strict-Transport-Security");
  if (!field || visit.response.headers.count("Strict-Transport-Security") != 1) return {};
  Result<HstsPolicy> policy = parse_hsts(*field);
  return policy ? std::optional(*policy) : std::nullopt;
}

struct Rule {
  PreloadRule text;
  bool (*holds)(const PreloadFacts&);
};

bool has_policy(const PreloadFacts& facts) { return policy_of(facts.https).has_value(); }

template <class F>
bool of_policy(const PreloadFacts& facts, F&& holds) {
  const auto policy = policy_of(facts.https);
  return policy && holds(*policy);
}

constexpr Rule kRules[] = {
    {{"registrable", "Only a domain as it is registered can be listed, no name below it."},
     [](const PreloadFacts& facts) { return facts.is_registrable_domain; }},
    {{"https", "The domain answers on HTTPS with a certificate that browsers accept."},
     [](const PreloadFacts& facts) { return facts.https.answered(); }},
    {{"header",
      "Its answer has exactly one well-formed Strict-Transport-Security field, also when "
      "it is a redirect."},
     has_policy},
    {{"max_age", "max-age is at least 31536000 seconds (one year)."},
     [](const PreloadFacts& facts) {
       return of_policy(facts, [](const HstsPolicy& p) { return p.max_age >= kHstsYear; });
     }},
    {{"include_subdomains", "The field has includeSubDomains."},
     [](const PreloadFacts& facts) {
       return of_policy(facts, [](const HstsPolicy& p) { return p.include_subdomains; });
     }},
    {{"preload", "The field has preload."},
     [](const PreloadFacts& facts) {
       return of_policy(facts, [](const HstsPolicy& p) { return p.preload; });
     }},
    {{"redirect", "When port 80 is open, it redirects to HTTPS on the same host first."},
     [](const PreloadFacts& facts) {
       return facts.http.reach == Reach::kRefused || redirects_to_https_of_itself(facts.http);
     }},
    {{"www", "The www name answers on HTTPS with an accepted certificate, when it exists."},
     [](const PreloadFacts& facts) { return !facts.www || facts.www->answered(); }},
};

}  // namespace

std::optional<std::vector<PreloadRule>> broken_preload_rules(const PreloadFacts& facts) {
  const bool unknown = is_unknown(facts.https.reach) || is_unknown(facts.http.reach) ||
                       (facts.www && is_unknown(facts.www->reach));
  if (unknown) return std::nullopt;
  std::vector<PreloadRule> broken;
  for (const Rule& rule : kRules) {
    if (!rule.holds(facts)) broken.push_back(rule.text);
  }
  return broken;
}

}  // namespace lr::domain
