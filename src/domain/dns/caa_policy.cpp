#include "domain/dns/caa_policy.h"

#include <algorithm>
#include <array>

#include "domain/zone.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr std::uint8_t kCritical = 0x80;
constexpr auto kTags = std::to_array<string_view>(
    {"issue", "issuewild", "iodef", "contactemail", "contactphone", "issuevmc", "issuemail"});

bool is_word_char(char c) {
  const char lower = text::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || text::is_digit(c);
}

bool same(string_view a, string_view b) {
  return std::ranges::equal(a, b, {}, text::to_lower, text::to_lower);
}

string_view trimmed(string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_issue_tag(string_view tag) {
  return same(tag, "issue") || same(tag, "issuewild") || same(tag, "issuevmc") ||
         same(tag, "issuemail");
}

bool is_host_name(string_view name) {
  return is_askable(name) &&
         std::ranges::all_of(name, [](char c) { return is_word_char(c) || c == '-' || c == '.'; });
}

/// tag "=" value, of which the value is printable without blanks and semicolons.
bool is_parameter(string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == string_view::npos) return false;
  const string_view tag = trimmed(text.substr(0, equals));
  const string_view value = trimmed(text.substr(equals + 1));
  const bool tag_is_word =
      !tag.empty() && std::ranges::all_of(tag, [](char c) { return is_word_char(c) || c == '-'; });
  return tag_is_word && std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; });
}

CaaSyntax check_issue(string_view value) {
  const std::size_t semicolon = std::min(value.find(';'), value.size());
  const string_view issuer = trimmed(value.substr(0, semicolon));
  if (!issuer.empty() && !is_host_name(issuer)) {
    const auto begin = static_cast<std::size_t>(issuer.data() - value.data());
    return {CaaProblem::kBadIssuer, begin, begin + issuer.size()};
  }
  for (std::size_t at = semicolon; at < value.size();) {
    const std::size_t begin = at + 1;
    const std::size_t end = std::min(value.find(';', begin), value.size());
    const string_view parameter = trimmed(value.substr(begin, end - begin));
    if (!parameter.empty() && !is_parameter(parameter)) {
      return {CaaProblem::kBadParameter, begin, end};
    }
    at = end;
  }
  return {};
}

}  // namespace

CaaSet find_caa(Resolver& resolver, std::string_view host) {
  CaaSet out;
  std::string name = canonical_name(host);
  while (!name.empty()) {
    const Answer answer = resolver.query(name, RecordType::kCaa);
    if (answer.failed()) {
      out.failed = true;
      out.bogus = answer.trust == Trust::kBogus;
      out.why = answer.why;
      return out;
    }
    out.records = answer.all<CertificateAuthority>();
    if (!out.records.empty()) {
      out.where = name;
      return out;
    }
    const std::size_t dot = name.find('.');
    name = dot == std::string::npos ? "" : name.substr(dot + 1);
  }
  return out;
}

CaaSyntax check_caa_syntax(const CertificateAuthority& record) {
  const bool tag_is_word = !record.tag.empty() && std::ranges::all_of(record.tag, is_word_char);
  if (!tag_is_word) return {.problem = CaaProblem::kBadTag};
  if (is_issue_tag(record.tag)) {
    const CaaSyntax issue = check_issue(record.value);
    if (issue.problem != CaaProblem::kNone) return issue;
  }
  if ((record.flags & ~kCritical) != 0) return {.problem = CaaProblem::kBadFlags};
  return {};
}

std::string caa_issuer(std::string_view value) {
  return canonical_name(trimmed(value.substr(0, value.find(';'))));
}

bool is_caa_report_url(std::string_view value) {
  const auto has = [&](string_view scheme) {
    return value.size() > scheme.size() && same(value.substr(0, scheme.size()), scheme);
  };
  if (has("mailto:")) return value.contains('@') && !value.contains(' ');
  return (has("https://") || has("http://")) && !value.contains(' ');
}

bool is_known_caa_tag(std::string_view tag) {
  return std::ranges::any_of(kTags, [&](string_view known) { return same(known, tag); });
}

bool blocks_everybody(const CertificateAuthority& record) {
  return (record.flags & kCritical) != 0 && !is_known_caa_tag(record.tag);
}

bool caa_allows(const CaaSet& set, std::string_view issuer, bool wildcard) {
  if (set.failed) return false;
  if (std::ranges::any_of(set.records, blocks_everybody)) return false;
  const auto has = [&](string_view tag) {
    return std::ranges::any_of(set.records,
                               [&](const auto& record) { return same(record.tag, tag); });
  };
  // issuewild, when there is one, decides alone about wildcards.
  const string_view deciding = wildcard && has("issuewild") ? "issuewild" : "issue";
  if (!has(deciding)) return true;
  return std::ranges::any_of(set.records, [&](const auto& record) {
    if (!same(record.tag, deciding)) return false;
    // A value that cannot be read allows nobody (section 4.2).
    return check_issue(record.value).problem == CaaProblem::kNone &&
           caa_issuer(record.value) == canonical_name(issuer) && !issuer.empty();
  });
}

}  // namespace lr::domain
