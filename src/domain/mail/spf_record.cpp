#include "domain/mail/spf_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;
using text::is_digit;
using text::to_lower;

constexpr string_view kVersion = "v=spf1";
constexpr string_view kMacroLetters = "slodiphcrtv";
constexpr string_view kExplanationLetters = "crt";
constexpr string_view kDelimiters = ".-+,/_=";
constexpr string_view kUnknownMechanism = "is no mechanism of SPF";
/// Broken terms named in one record.
constexpr std::size_t kProblemsMax = 20;

constexpr auto kMechanisms =
    std::to_array<string_view>({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"});

bool is_alpha(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
bool is_alphanumeric(char c) { return is_alpha(c) || is_digit(c); }
bool is_visible(char c) { return c >= 0x21 && c <= 0x7e; }

bool equals_ignoring_case(string_view a, string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

std::unexpected<Error> wrong(std::string why) {
  return fail(Code::kInvalidArgument, std::move(why));
}

/// toplabel of section 7.1: letters, digits and inner dashes, and not digits alone.
bool is_top_label(string_view label) {
  if (label.empty() || !is_alphanumeric(label.front()) || !is_alphanumeric(label.back())) {
    return false;
  }
  const bool only_digits = std::ranges::all_of(label, is_digit);
  return !only_digits &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

/// domain-end when it is text: "." toplabel [ "." ].
bool ends_with_top_label(string_view literal) {
  if (literal.ends_with('.')) literal.remove_suffix(1);
  const std::size_t dot = literal.rfind('.');
  return dot != string_view::npos && is_top_label(literal.substr(dot + 1));
}

/// "0", or digits that do not begin with one; nullopt when it is none or over `most`.
std::optional<int> prefix_length(string_view digits, int most) {
  if (digits.empty() || digits.size() > 3 || !std::ranges::all_of(digits, is_digit)) return {};
  if (digits.size() > 1 && digits.front() == '0') return {};
  int value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  return value <= most ? std::optional(value) : std::nullopt;
}

/// Cuts "/digits" off the end; nullopt when the text does not end in that.
std::optional<string_view> cut_slash_digits(string_view& text) {
  const std::size_t last = text.find_last_not_of("0123456789");
  if (last == string_view::npos || text[last] != '/' || last + 1 == text.size()) return {};
  const string_view digits = text.substr(last + 1);
  text = text.substr(0, last);
  return digits;
}

/// dual-cidr-length (section 5.6): [ "/" ip4 ] [ "//" ip6 ] at the end of `text`, which loses it.
Result<> cut_dual_cidr(string_view& text, SpfDirective& directive) {
  string_view rest = text;
  std::optional<string_view> digits = cut_slash_digits(rest);
  if (digits && rest.ends_with('/')) {
    const auto bits = prefix_length(*digits, 128);
    if (!bits) return wrong(fmt::format("//{} is not a prefix length of IPv6", *digits));
    directive.ip6_bits = *bits;
    rest.remove_suffix(1);
    text = rest;
    digits = cut_slash_digits(rest);
  }
  if (digits) {
    const auto bits = prefix_length(*digits, 32);
    if (!bits) return wrong(fmt::format("/{} is not a prefix length of IPv4", *digits));
    directive.ip4_bits = *bits;
    text = rest;
  }
  return {};
}

/// Reads one "%{...}" that begins at `at`, and moves `at` behind it.
Result<SpfMacroPart> parse_macro(string_view text, std::size_t& at, SpfMacroUse use) {
  const std::size_t close = text.find('}', at);
  if (close == string_view::npos) return wrong("a macro has no closing brace");
  const string_view whole = text.substr(at, close - at + 1);
  string_view inside = whole.substr(2, whole.size() - 3);
  at = close + 1;
  SpfMacroPart part;
  if (!inside.empty()) part.letter = to_lower(inside.front());
  if (part.letter == 0 || kMacroLetters.find(part.letter) == string_view::npos) {
    return wrong(fmt::format("{} is not a macro", whole));
  }
  if (use != SpfMacroUse::kExplanation && kExplanationLetters.contains(part.letter)) {
    return wrong(fmt::format("{} is only allowed in the text of an explanation", whole));
  }
  part.url_escape = inside.front() != part.letter;
  inside.remove_prefix(1);
  const std::size_t digits = std::min(inside.find_first_not_of("0123456789"), inside.size());
  if (digits > 0) {
    // More parts than a name can have means all of them.
    for (char c : inside.substr(0, digits)) {
      part.keep = std::min(part.keep * 10 + static_cast<std::uint32_t>(c - '0'), 1000u);
    }
    if (part.keep == 0) return wrong(fmt::format("{} keeps no part at all", whole));
    inside.remove_prefix(digits);
  }
  if (!inside.empty() && to_lower(inside.front()) == 'r') {
    part.reverse = true;
    inside.remove_prefix(1);
  }
  if (inside.find_first_not_of(kDelimiters) != string_view::npos) {
    return wrong(fmt::format("{} has characters that a macro cannot have", whole));
  }
  part.delimiters = inside;
  return part;
}

void append_literal(SpfMacroString& parts, string_view text) {
  if (parts.empty() || parts.back().letter != 0) parts.emplace_back();
  parts.back().literal += text;
}

/// Parses terms into a record that remembers where each stood.
class RecordParser {
 public:
  explicit RecordParser(string_view text) : text_(text) {}

  Result<SpfRecord> parse() {
    std::vector<SpfProblem> found = problems(1);
    if (found.empty()) return std::move(record_);
    const SpfProblem& first = found.front();
    return wrong(fmt::format("column {}: '{}': {}", first.begin + 1,
                             text_.substr(first.begin, first.end - first.begin), first.why));
  }

  /// Reads all terms; stops after `most` that are broken.
  std::vector<SpfProblem> problems(std::size_t most) {
    std::vector<SpfProblem> out;
    for (std::size_t at = kVersion.size(); at < text_.size() && out.size() < most;) {
      if (text_[at] == ' ') {
        ++at;
        continue;
      }
      const std::size_t end = std::min(text_.find(' ', at), text_.size());
      if (Result<> parsed = term(at, end); !parsed) {
        out.push_back({.begin = at,
                       .end = end,
                       .why = parsed.error().detail(),
                       .unknown_mechanism = parsed.error().detail() == kUnknownMechanism});
      }
      at = end;
    }
    return out;
  }

 private:
  Result<> term(std::size_t begin, std::size_t end) {
    const string_view term = text_.substr(begin, end - begin);
    return modifier_name(term).empty() ? directive(term, begin) : modifier(term, begin);
  }

  /// name "=" at the start of the term (section 12), or "".
  static string_view modifier_name(string_view term) {
    if (!is_alpha(term.front())) return {};
    const auto end = std::ranges::find_if_not(
        term, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
    if (end == term.end() || *end != '=') return {};
    return {term.begin(), end};
  }

  Result<> modifier(string_view term, std::size_t begin) {
    const string_view name = modifier_name(term);
    const string_view value = term.substr(name.size() + 1);
    const bool redirect = equals_ignoring_case(name, "redirect");
    const bool known = redirect || equals_ignoring_case(name, "exp");
    LR_TRY(auto parts, parse_spf_macros(value, known ? SpfMacroUse::kDomain : SpfMacroUse::kText));
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), to_lower);
    record_.modifiers.push_back({.name = std::move(lower),
                                 .value = std::string(value),
                                 .begin = begin,
                                 .end = begin + term.size()});
    if (!known) return {};
    auto& slot = redirect ? record_.redirect : record_.explanation;
    if (slot) return wrong("may stand only once");
    slot = std::move(parts);
    return {};
  }

  Result<> directive(string_view term, std::size_t begin) {
    SpfDirective directive;
    directive.begin = begin;
    directive.end = begin + term.size();
    if (string_view("+-~?").contains(term.front())) {
      directive.qualifier = static_cast<SpfQualifier>(term.front());
      term.remove_prefix(1);
    }
    const std::size_t name_end = std::min(term.find_first_of(":/"), term.size());
    const string_view name = term.substr(0, name_end);
    const auto known = std::ranges::find_if(
        kMechanisms, [&](string_view one) { return equals_ignoring_case(one, name); });
    if (known == kMechanisms.end()) return wrong(std::string(kUnknownMechanism));
    directive.mechanism = static_cast<SpfMechanism>(known - kMechanisms.begin());
    LR_TRY_VOID(argument(term.substr(name_end), directive));
    record_.directives.push_back(std::move(directive));
    return {};
  }

  /// What stands behind the mechanism's name, with its ':' or '/'.
  static Result<> argument(string_view rest, SpfDirective& directive) {
    switch (directive.mechanism) {
      case SpfMechanism::kAll:
        return rest.empty() ? Result<>() : wrong("'all' takes nothing behind it");
      case SpfMechanism::kIp4:
      case SpfMechanism::kIp6:
        return network(rest, directive);
      case SpfMechanism::kInclude:
      case SpfMechanism::kExists:
        if (rest.empty()) return wrong("needs a domain");
        return domain(rest, directive);
      case SpfMechanism::kPtr:
        return domain(rest, directive);
      case SpfMechanism::kA:
      case SpfMechanism::kMx:
        LR_TRY_VOID(cut_dual_cidr(rest, directive));
        return domain(rest, directive);
    }
    return wrong(std::string(kUnknownMechanism));
  }

  static Result<> domain(string_view rest, SpfDirective& directive) {
    if (rest.empty()) return {};
    if (rest.front() != ':') return wrong("needs ':' before its domain");
    LR_TRY(directive.domain, parse_spf_macros(rest.substr(1), SpfMacroUse::kDomain));
    return {};
  }

  static Result<> network(string_view rest, SpfDirective& directive) {
    if (!rest.starts_with(':')) return wrong("needs ':' and an address");
    rest.remove_prefix(1);
    const bool v4 = directive.mechanism == SpfMechanism::kIp4;
    const int most = v4 ? 32 : 128;
    int bits = most;
    const std::size_t slash = rest.find('/');
    if (slash != string_view::npos) {
      const auto length = prefix_length(rest.substr(slash + 1), most);
      if (!length) return wrong("the prefix length is wrong");
      bits = *length;
      rest = rest.substr(0, slash);
    }
    const auto address = text::parse_ip(rest);
    // An IPv4 address has no colon; ip6 may be written with an IPv4 tail.
    if (!address || rest.contains(':') == v4) {
      return wrong(v4 ? "is not an IPv4 address" : "is not an IPv6 address");
    }
    directive.network = {*address, v4 ? bits + 96 : bits};
    return {};
  }

  string_view text_;
  SpfRecord record_;
};

}  // namespace

std::string_view spf_mechanism_name(SpfMechanism mechanism) {
  return kMechanisms[static_cast<std::size_t>(mechanism)];
}

bool is_spf_record(std::string_view text) {
  if (!equals_ignoring_case(text.substr(0, kVersion.size()), kVersion)) return false;
  return text.size() == kVersion.size() || text[kVersion.size()] == ' ';
}

Result<SpfMacroString> parse_spf_macros(std::string_view text, SpfMacroUse use) {
  SpfMacroString parts;
  bool ends_with_macro = false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool space = use == SpfMacroUse::kExplanation && c == ' ';
    if (c != '%') {
      if (!is_visible(c) && !space) return wrong("has a character that is not allowed");
      append_literal(parts, text.substr(at++, 1));
      ends_with_macro = false;
      continue;
    }
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    ends_with_macro = true;
    if (next == '{') {
      LR_TRY(auto part, parse_macro(text, at, use));
      parts.push_back(std::move(part));
      continue;
    }
    if (next != '%' && next != '_' && next != '-') {
      return wrong("'%' must be followed by '{', '%', '_' or '-'");
    }
    append_literal(parts, next == '%' ? "%" : next == '_' ? " " : "%20");
    at += 2;
  }
  if (use == SpfMacroUse::kDomain && !ends_with_macro) {
    const bool named = !parts.empty() && ends_with_top_label(parts.back().literal);
    if (!named) return wrong("needs a whole domain name, such as mail.example.com");
  }
  return parts;
}

Result<SpfRecord> parse_spf(std::string_view text) {
  if (!is_spf_record(text)) return wrong("does not begin with v=spf1");
  return RecordParser(text).parse();
}

std::vector<SpfProblem> spf_problems(std::string_view text) {
  if (!is_spf_record(text)) return {};
  return RecordParser(text).problems(kProblemsMax);
}

}  // namespace lr::domain
