#include "domain/records/spf_lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "domain/records/published.h"
#include "text/ip.h"

namespace lr::domain {
namespace {

using report::Severity;
using std::string_view;

/// Shorter prefixes hold more addresses than any sender has.
constexpr int kIp4BitsLeast = 9;
constexpr int kIp6BitsLeast = 24;
constexpr int kMappedBits = 96;

constexpr auto kDecided = std::to_array<string_view>(
    {"unknown_modifier", "pass_all", "no_all", "neutral_all", "softfail_all", "ptr",
     "redirect_ignored", "unreachable_terms", "macros", "duplicate_terms", "wide_range"});

constexpr auto kTermStarts = std::to_array<string_view>(
    {"include:", "ip4:", "ip6:", "a:", "mx:", "exists:", "redirect=", "-all", "~all", "?all",
     "+all", "all"});

class Linter {
 public:
  Linter(string_view text, const SpfRecord& record) : text_(text), record_(record) {}

  std::vector<SpfRemark> run() {
    modifiers();
    ends();
    for (std::size_t i = 0; i < record_.directives.size(); ++i) directive(i);
    return std::move(remarks_);
  }

 private:
  void remark(string_view check, std::size_t begin, std::size_t end, std::string observed,
              std::string corrected) {
    remarks_.push_back({.check = check,
                        .begin = begin,
                        .end = end,
                        .observed = std::move(observed),
                        .corrected = std::move(corrected)});
  }
  std::string without(std::size_t begin, std::size_t end) const {
    return with_bytes(text_, begin, end, "");
  }
  string_view term(const SpfDirective& one) const {
    return text_.substr(one.begin, one.end - one.begin);
  }

  void modifiers() {
    for (const SpfModifier& one : record_.modifiers) {
      // RFC 7208 section 6, and the reports of RFC 6652.
      constexpr auto kUsed = std::to_array<string_view>({"redirect", "exp", "ra", "rp", "rr"});
      if (std::ranges::find(kUsed, one.name) != kUsed.end()) continue;
      const std::string likely = likely_spf_term(text_.substr(one.begin, one.end - one.begin));
      remark("unknown_modifier", one.begin, one.end,
             fmt::format("receivers ignore '{}='", one.name),
             with_bytes(text_, one.begin, one.end, likely));
      // A mechanism that was written with '=' is a sender that is refused.
      if (!likely.empty()) remarks_.back().severity = Severity::kHigh;
    }
  }

  /// How the record ends: its `all`, its redirect, and what stands behind.
  void ends() {
    const auto all =
        std::ranges::find(record_.directives, SpfMechanism::kAll, &SpfDirective::mechanism);
    const auto redirect = std::ranges::find(record_.modifiers, "redirect", &SpfModifier::name);
    if (all == record_.directives.end()) {
      if (redirect == record_.modifiers.end()) {
        remark("no_all", 0, 0, "the record has neither 'all' nor 'redirect='",
               std::string(text_) + " ~all");
      }
      return;
    }
    if (redirect != record_.modifiers.end()) {
      remark("redirect_ignored", redirect->begin, redirect->end, "'all' comes first",
             without(redirect->begin, redirect->end));
    }
    qualifier(*all);
    if (all + 1 != record_.directives.end()) {
      const SpfDirective& last = record_.directives.back();
      const std::string rest(text_.substr((all + 1)->begin, last.end - (all + 1)->begin));
      std::string moved = without((all + 1)->begin, last.end);
      moved = with_bytes(moved, all->begin, all->end, rest + " " + std::string(term(*all)));
      remark("unreachable_terms", (all + 1)->begin, last.end, "no receiver reads on behind 'all'",
             std::move(moved));
    }
  }

  void qualifier(const SpfDirective& all) {
    const auto with = [&](string_view end) { return with_bytes(text_, all.begin, all.end, end); };
    // Who wrote so does not know all senders: ~all is strict enough for DMARC and loses no mail.
    if (all.qualifier == SpfQualifier::kPass) {
      remark("pass_all", all.begin, all.end, "every address passes", with("~all"));
    } else if (all.qualifier == SpfQualifier::kNeutral) {
      remark("neutral_all", all.begin, all.end, "", with("~all"));
    } else if (all.qualifier == SpfQualifier::kSoftFail) {
      remark("softfail_all", all.begin, all.end, "", with("-all"));
    }
  }

  void directive(std::size_t index) {
    const SpfDirective& one = record_.directives[index];
    if (one.mechanism == SpfMechanism::kPtr) {
      remark("ptr", one.begin, one.end, "", without(one.begin, one.end));
    }
    width(one);
    macros(one);
    const std::string written = lower_case(term(one));
    for (std::size_t earlier = 0; earlier < index; ++earlier) {
      if (lower_case(term(record_.directives[earlier])) != written) continue;
      remark("duplicate_terms", one.begin, one.end, "", without(one.begin, one.end));
      return;
    }
  }

  void width(const SpfDirective& one) {
    if (one.qualifier != SpfQualifier::kPass) return;
    const bool v4 = one.mechanism == SpfMechanism::kIp4;
    const bool v6 = one.mechanism == SpfMechanism::kIp6;
    const bool by_name = one.mechanism == SpfMechanism::kA || one.mechanism == SpfMechanism::kMx;
    const int bits4 = v4 ? one.network.bits - kMappedBits : by_name ? one.ip4_bits : 32;
    const int bits6 = v6 ? one.network.bits : by_name ? one.ip6_bits : 128;
    if (bits4 >= kIp4BitsLeast && bits6 >= kIp6BitsLeast) return;
    remark("wide_range", one.begin, one.end,
           fmt::format("'{}' lets {} addresses pass", term(one),
                       bits4 < kIp4BitsLeast ? fmt::format("{}", 1ull << (32 - bits4))
                                             : fmt::format("2^{}", 128 - bits6)),
           "");
  }

  void macros(const SpfDirective& one) {
    for (const SpfMacroPart& part : one.domain) {
      const bool chosen_by_sender = one.mechanism == SpfMechanism::kInclude && part.letter != 0 &&
                                    string_view("slhop").contains(part.letter);
      if (part.letter != 'p' && !chosen_by_sender) continue;
      remark("macros", one.begin, one.end,
             part.letter == 'p' ? "the macro p costs many lookups and should not be used"
                                : "whoever sends the mail decides which record is included",
             "");
      return;
    }
  }

  string_view text_;
  const SpfRecord& record_;
  std::vector<SpfRemark> remarks_;
};

}  // namespace

std::vector<std::string_view> spf_lint_checks() { return {kDecided.begin(), kDecided.end()}; }

std::vector<SpfRemark> lint_spf(std::string_view text, const SpfRecord& record) {
  return Linter(text, record).run();
}

std::string likely_spf_term(std::string_view term) {
  constexpr auto kMeant =
      std::to_array<std::pair<string_view, string_view>>({{"ipv4:", "ip4:"},
                                                          {"ipv6:", "ip6:"},
                                                          {"ip:", "ip4:"},
                                                          {"ip4=", "ip4:"},
                                                          {"ip6=", "ip6:"},
                                                          {"include=", "include:"},
                                                          {"includes:", "include:"},
                                                          {"incl:", "include:"},
                                                          {"redirect:", "redirect="},
                                                          {"a=", "a:"},
                                                          {"mx=", "mx:"}});
  string_view rest = term;
  string_view qualifier;
  if (!rest.empty() && string_view("+-~?").contains(rest.front())) {
    qualifier = rest.substr(0, 1);
    rest.remove_prefix(1);
  }
  const std::string lower = lower_case(rest);
  if (lower == "al" || lower == "alll" || lower == "all." || lower == "all;") {
    return std::string(qualifier.empty() ? "-" : qualifier) + "all";
  }
  for (const auto& [wrong, right] : kMeant) {
    if (!lower.starts_with(wrong)) continue;
    std::string meant = fmt::format("{}{}{}", qualifier, right, rest.substr(wrong.size()));
    if (spf_problems("v=spf1 " + meant).empty()) return meant;
  }
  if (text::parse_ip_prefix(rest)) {
    return fmt::format("{}{}:{}", qualifier, rest.contains(':') ? "ip6" : "ip4", rest);
  }
  if (lower.starts_with("ip4:") && rest.substr(4).contains(':')) {
    std::string meant = fmt::format("{}ip6:{}", qualifier, rest.substr(4));
    if (spf_problems("v=spf1 " + meant).empty()) return meant;
  }
  return {};
}

std::string with_likely_spf_terms(std::string text, std::vector<SpfLeftOut>& left_out) {
  // Each round mends one term.
  constexpr int kRounds = 100;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<SpfProblem> problems = spf_problems(text);
    if (problems.empty()) break;
    const auto& [begin, end, why, unknown] = problems.front();
    std::string term = text.substr(begin, end - begin);
    const std::string meant = likely_spf_term(term);
    if (meant.empty()) left_out.push_back({std::move(term), why});
    text = with_bytes(text, begin, end, meant);
  }
  return text;
}

std::optional<std::size_t> lost_space(const std::vector<std::string>& strings) {
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < strings.size(); ++i) {
    at += strings[i].size();
    const string_view next = strings[i + 1];
    if (strings[i].empty() || strings[i].ends_with(' ') || next.starts_with(' ')) continue;
    const bool begins_term = std::ranges::any_of(
        kTermStarts, [&](string_view start) { return next.starts_with(start); });
    const std::string before = strings[i].substr(strings[i].find_last_of(' ') + 1);
    // "inclu" "de:x" is cut inside of a word, which is right.
    if (begins_term && spf_problems("v=spf1 " + before).empty()) return at;
  }
  return std::nullopt;
}

}  // namespace lr::domain
