#include "domain/records/dmarc_lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "domain/mail/tag_list.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr auto kDecided = std::to_array<string_view>(
    {"syntax", "invalid_policy", "duplicate_tags", "unknown_tags", "removed_tags", "tag_order",
     "policy_missing", "subdomains_weaker", "missing_weaker", "percent", "testing",
     "reports_missing", "report_address", "failure_reports", "size_limit", "public_suffix"});
constexpr auto kKnown = std::to_array<string_view>(
    {"v", "p", "sp", "np", "adkim", "aspf", "t", "psd", "rua", "ruf", "fo", "pct", "rf", "ri"});
constexpr auto kRemoved = std::to_array<string_view>({"pct", "rf", "ri"});

template <std::size_t N>
bool is_one_of(string_view name, const std::array<string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

class Linter {
 public:
  Linter(string_view text, const DmarcRecord& record)
      : text_(text), record_(record), tags_(dmarc_tags(text)) {}

  std::vector<DmarcRemark> run() {
    problems();
    names();
    policies();
    modes();
    reports();
    return std::move(remarks_);
  }

 private:
  void remark(string_view check, const DmarcTag* tag, std::string observed, std::string corrected) {
    remarks_.push_back({.check = check,
                        .begin = tag == nullptr ? 0 : tag->begin,
                        .end = tag == nullptr ? 0 : tag->end,
                        .observed = std::move(observed),
                        .corrected = std::move(corrected)});
  }
  const DmarcTag* find(string_view name) const {
    const auto at = std::ranges::find(tags_, name, &DmarcTag::name);
    return at == tags_.end() ? nullptr : &*at;
  }

  /// What the parser noted, by its kind.
  void problems() {
    for (const DmarcProblem& problem : record_.problems) {
      const auto at = std::ranges::find(tags_, problem.begin, &DmarcTag::begin);
      const string_view name = at == tags_.end() ? string_view() : at->name;
      string_view check = "syntax";
      if (problem.why.contains("comes twice")) {
        check = "duplicate_tags";
      } else if (name == "p" || name == "sp" || name == "np") {
        check = "invalid_policy";
      } else if (name == "rua" || name == "ruf") {
        check = "report_address";
      }
      remarks_.push_back({.check = check,
                          .begin = problem.begin,
                          .end = problem.end,
                          .observed = fmt::format("column {}: {}", problem.begin + 1, problem.why),
                          .corrected = corrected(check, problem, name)});
    }
  }

  std::string corrected(string_view check, const DmarcProblem& problem, string_view name) const {
    if (check == "invalid_policy") return with_dmarc_tag(text_, name, "quarantine");
    if (check == "report_address") return with_good_addresses(problem, name);
    std::size_t end = problem.end;
    while (end < text_.size() && (text_[end] == ';' || text_[end] == ' ')) ++end;
    std::string rest(text_.substr(0, problem.begin));
    rest += text_.substr(end);
    return rest;
  }

  /// "me@acme.example" was meant as mailto:; what cannot be understood goes.
  std::string with_good_addresses(const DmarcProblem& problem, string_view name) const {
    const string_view part = text_.substr(problem.begin, problem.end - problem.begin);
    string_view list = part.substr(std::min(part.find('='), part.size() - 1) + 1);
    std::string good;
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(','), list.size());
      std::string one(trim_folding(list.substr(0, end)));
      std::erase_if(one, [](char c) { return c == '<' || c == '>'; });
      if (!one.contains(':') && one.contains('@')) one.insert(0, "mailto:");
      const Result<DmarcRecord> alone = parse_dmarc("v=DMARC1; rua=" + one);
      if (alone && alone->aggregate.size() == 1) good += (good.empty() ? "" : ",") + one;
      list.remove_prefix(std::min(end + 1, list.size()));
    }
    return good.empty() ? std::string() : with_dmarc_tag(text_, name, good);
  }

  void names() {
    for (const DmarcTag& tag : tags_) {
      if (tag.name.empty()) continue;
      if (!is_one_of(tag.name, kKnown)) {
        remark("unknown_tags", &tag, fmt::format("'{}' is no tag of DMARC", tag.name),
               without_dmarc_tag(text_, tag.name));
      } else if (is_one_of(tag.name, kRemoved)) {
        remark("removed_tags", &tag, "", without_dmarc_tag(text_, tag.name));
      }
    }
    const DmarcTag* policy = find("p");
    if (policy == nullptr) {
      remark("policy_missing", nullptr, "", with_dmarc_tag(text_, "p", "quarantine"));
    } else if (tags_.size() > 1 && tags_[1].name != "p") {
      remark("tag_order", policy, "",
             with_dmarc_tag(without_dmarc_tag(text_, "p"), "p", policy->value));
    }
  }

  void policies() {
    const DmarcPolicy policy = record_.policy.value_or(DmarcPolicy::kNone);
    if (record_.subdomains && *record_.subdomains < policy) {
      remark("subdomains_weaker", find("sp"), "", without_dmarc_tag(text_, "sp"));
    }
    const DmarcPolicy subdomains = record_.subdomains.value_or(policy);
    if (record_.missing && *record_.missing < std::max(policy, subdomains)) {
      remark("missing_weaker", find("np"), "", without_dmarc_tag(text_, "np"));
    }
  }

  void modes() {
    const bool enforced = record_.policy.value_or(DmarcPolicy::kNone) != DmarcPolicy::kNone;
    if (record_.percent < 100 && enforced) {
      remark("percent", find("pct"), "", without_dmarc_tag(text_, "pct"));
    }
    if (record_.testing) remark("testing", find("t"), "", without_dmarc_tag(text_, "t"));
    if (record_.kind == DmarcDomainKind::kPublicSuffix) {
      remark("public_suffix", find("psd"), "", without_dmarc_tag(text_, "psd"));
    }
  }

  void reports() {
    if (find("rua") == nullptr) remark("reports_missing", nullptr, "there is no rua=", "");
    if (!record_.failure.empty()) {
      remark("failure_reports", find("ruf"), "", without_dmarc_tag(text_, "ruf"));
    }
    for (const auto* list : {&record_.aggregate, &record_.failure}) {
      for (const DmarcReportUri& uri : *list) {
        if (!uri.limit) continue;
        const std::string limit = "!" + *uri.limit;
        const std::size_t at = text_.find(uri.uri + limit);
        if (at == string_view::npos) continue;
        const std::size_t begin = at + uri.uri.size();
        remarks_.push_back({.check = "size_limit",
                            .begin = begin,
                            .end = begin + limit.size(),
                            .observed = {},
                            .corrected = std::string(text_.substr(0, begin)) +
                                         std::string(text_.substr(begin + limit.size()))});
      }
    }
  }

  string_view text_;
  const DmarcRecord& record_;
  std::vector<DmarcTag> tags_;
  std::vector<DmarcRemark> remarks_;
};

}  // namespace

std::vector<std::string_view> dmarc_lint_checks() { return {kDecided.begin(), kDecided.end()}; }

std::vector<DmarcRemark> lint_dmarc(std::string_view text, const DmarcRecord& record) {
  return Linter(text, record).run();
}

std::vector<DmarcTag> dmarc_tags(std::string_view text) {
  std::vector<DmarcTag> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    const string_view part = trim_folding(text.substr(at, end - at));
    at = end + 1;
    if (part.empty()) continue;
    const auto begin = static_cast<std::size_t>(part.data() - text.data());
    const std::size_t equals = part.find('=');
    DmarcTag tag{.begin = begin, .end = begin + part.size()};
    if (equals != string_view::npos) {
      tag.name = trim_folding(part.substr(0, equals));
      tag.value = trim_folding(part.substr(equals + 1));
    }
    out.push_back(tag);
  }
  return out;
}

std::string with_dmarc_tag(std::string_view text, std::string_view name, std::string_view value) {
  const std::vector<DmarcTag> tags = dmarc_tags(text);
  const auto at = std::ranges::find(tags, name, &DmarcTag::name);
  const std::string tag = fmt::format("{}={}", name, value);
  if (at != tags.end()) {
    return fmt::format("{}{}{}", text.substr(0, at->begin), tag, text.substr(at->end));
  }
  if (name == "p" && !tags.empty()) {
    const std::size_t behind = tags.front().end;
    string_view rest = text.substr(behind);
    if (rest.empty()) rest = ";";
    return fmt::format("{}; {}{}", text.substr(0, behind), tag, rest);
  }
  const string_view body = text.substr(0, text.find_last_not_of("; ") + 1);
  return fmt::format("{}; {}", body, tag);
}

std::string without_dmarc_tag(std::string_view text, std::string_view name) {
  const std::vector<DmarcTag> tags = dmarc_tags(text);
  const auto at = std::ranges::find(tags, name, &DmarcTag::name);
  if (at == tags.end()) return std::string(text);
  std::size_t end = at->end;
  while (end < text.size() && (text[end] == ';' || text[end] == ' ')) ++end;
  std::string out(text.substr(0, at->begin));
  return out.append(text.substr(end));
}

}  // namespace lr::domain
