#include "secrets/rule_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "text/nearest.h"
#include "text/yaml.h"

namespace lr::secrets {
namespace {

using text::YamlEntry;
using text::YamlNode;

template <class Value>
struct Word {
  std::string_view name;
  Value value;
};

constexpr auto kKinds = std::to_array<Word<Kind>>({{"secret", Kind::kSecret},
                                                   {"publishable", Kind::kPublishable},
                                                   {"identifier", Kind::kIdentifier}});
constexpr auto kConfidences = std::to_array<Word<Confidence>>(
    {{"low", Confidence::kLow}, {"medium", Confidence::kMedium}, {"high", Confidence::kHigh}});
constexpr auto kProofs = std::to_array<Word<Proof>>({{"none", Proof::kNone},
                                                     {"github-crc32", Proof::kGithubCrc32},
                                                     {"npm-crc32", Proof::kNpmCrc32},
                                                     {"jwt", Proof::kJwt},
                                                     {"pem", Proof::kPem},
                                                     {"base64-der", Proof::kBase64Der},
                                                     {"aws-account", Proof::kAwsAccount}});
constexpr auto kBooleans = std::to_array<Word<bool>>({{"false", false}, {"true", true}});
constexpr auto kPlaceholders = std::to_array<Word<bool>>({{"keep", false}, {"reject", true}});
constexpr auto kTargets =
    std::to_array<Word<Allowlist::Target>>({{"secret", Allowlist::Target::kSecret},
                                            {"match", Allowlist::Target::kMatch},
                                            {"line", Allowlist::Target::kLine}});

/// Reads one file. Every read_* returns an error with the place of what it did not like.
class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  Result<std::vector<Rule>> read(const YamlNode& root);

 private:
  std::unexpected<Error> refuse(text::Mark mark, std::string_view why) const {
    return fail(Code::kInvalidArgument,
                fmt::format("{}:{}:{}: {}", name_, mark.line, mark.column, why));
  }
  Result<> known_only(const YamlNode& map, std::span<const std::string_view> fields) const;
  Result<> text(const YamlNode& map, std::string_view field, std::string& out) const;
  Result<> texts(const YamlNode& map, std::string_view field, std::vector<std::string>& out) const;
  Result<> pieces(const YamlNode& map, std::string_view field, std::string& out) const;
  template <class Number>
  Result<> number(const YamlNode& map, std::string_view field, Number& out) const;
  template <class Value, std::size_t kCount>
  Result<> word(const YamlNode& map, std::string_view field,
                const std::array<Word<Value>, kCount>& words, Value& out) const;

  Result<> read_header(const YamlNode& root);
  Result<Rule> read_rule(const YamlNode& node);
  Result<> read_texts(const YamlNode& node, Rule& rule) const;
  Result<> read_choices(const YamlNode& node, Rule& rule) const;
  Result<> read_lists(const YamlNode& node, Rule& rule) const;
  Result<Allowlist> read_allowlist(const YamlNode& node) const;
  Result<Companion> read_companion(const YamlNode& node) const;
  Result<> check_rule(const YamlNode& node, const Rule& rule);

  std::string_view name_;
  Rule defaults_;
  std::set<std::string, std::less<>> ids_;
};

Result<> Reader::known_only(const YamlNode& map, std::span<const std::string_view> fields) const {
  if (!map.is_map()) return refuse(map.mark, "a map of fields belongs here");
  for (const YamlEntry& entry : map.entries) {
    if (std::ranges::find(fields, entry.key) != fields.end()) continue;
    const std::string_view near = text::nearest(entry.key, fields);
    return refuse(entry.mark,
                  near.empty() ? fmt::format("no such field: {}", entry.key)
                               : fmt::format("no such field: {} (is {} meant?)", entry.key, near));
  }
  return {};
}

Result<> Reader::text(const YamlNode& map, std::string_view field, std::string& out) const {
  const YamlNode* node = map.find(field);
  if (node == nullptr) return {};
  if (!node->is_scalar() || node->scalar.empty()) {
    return refuse(node->mark, fmt::format("{} must be text", field));
  }
  out = node->scalar;
  while (out.ends_with('\n')) out.pop_back();
  return {};
}

Result<> Reader::texts(const YamlNode& map, std::string_view field,
                       std::vector<std::string>& out) const {
  const YamlNode* node = map.find(field);
  if (node == nullptr) return {};
  if (!node->is_sequence()) return refuse(node->mark, fmt::format("{} must be a list", field));
  for (const YamlNode& item : node->items) {
    if (!item.is_scalar() || item.scalar.empty()) {
      return refuse(item.mark, fmt::format("{} must hold texts", field));
    }
    out.push_back(item.scalar);
  }
  return {};
}

/// A text, or a list of texts that are joined: long patterns on several lines.
Result<> Reader::pieces(const YamlNode& map, std::string_view field, std::string& out) const {
  const YamlNode* node = map.find(field);
  if (node == nullptr || !node->is_sequence()) return text(map, field, out);
  std::vector<std::string> parts;
  LR_TRY_VOID(texts(map, field, parts));
  for (const std::string& part : parts) out += part;
  return {};
}

template <class Number>
Result<> Reader::number(const YamlNode& map, std::string_view field, Number& out) const {
  const YamlNode* node = map.find(field);
  if (node == nullptr) return {};
  const char* end = node->scalar.data() + node->scalar.size();
  const auto parsed = std::from_chars(node->scalar.data(), end, out);
  const bool whole = node->is_scalar() && parsed.ec == std::errc() && parsed.ptr == end;
  if (!whole || out < Number{})
    return refuse(node->mark, fmt::format("{} must be a number", field));
  return {};
}

template <class Value, std::size_t kCount>
Result<> Reader::word(const YamlNode& map, std::string_view field,
                      const std::array<Word<Value>, kCount>& words, Value& out) const {
  const YamlNode* node = map.find(field);
  if (node == nullptr) return {};
  std::string valid;
  for (const auto& [name, value] : words) {
    if (node->is_scalar() && node->scalar == name) {
      out = value;
      return {};
    }
    valid += (valid.empty() ? "" : ", ") + std::string(name);
  }
  return refuse(node->mark, fmt::format("{} must be one of {}", field, valid));
}

Result<> Reader::read_header(const YamlNode& root) {
  constexpr auto kFields =
      std::to_array<std::string_view>({"family", "provider", "dashboard", "rotate", "rules"});
  LR_TRY_VOID(known_only(root, kFields));
  LR_TRY_VOID(text(root, "family", defaults_.family));
  LR_TRY_VOID(text(root, "provider", defaults_.provider));
  LR_TRY_VOID(text(root, "dashboard", defaults_.dashboard));
  LR_TRY_VOID(text(root, "rotate", defaults_.rotate));
  std::string_view stem = name_.substr(name_.find_last_of('/') + 1);
  stem = stem.substr(0, stem.find_last_of('.'));
  if (defaults_.family != stem) {
    return refuse(root.mark, fmt::format("family must be the file's name, {}", stem));
  }
  if (defaults_.provider.empty()) return refuse(root.mark, "provider is missing");
  return {};
}

Result<> Reader::read_texts(const YamlNode& node, Rule& rule) const {
  LR_TRY_VOID(text(node, "id", rule.id));
  LR_TRY_VOID(text(node, "title", rule.title));
  LR_TRY_VOID(pieces(node, "pattern", rule.pattern));
  LR_TRY_VOID(pieces(node, "assigned", rule.assigned));
  LR_TRY_VOID(text(node, "path", rule.path));
  LR_TRY_VOID(text(node, "rotate", rule.rotate));
  return text(node, "dashboard", rule.dashboard);
}

Result<> Reader::read_choices(const YamlNode& node, Rule& rule) const {
  LR_TRY_VOID(word(node, "kind", kKinds, rule.kind));
  LR_TRY_VOID(word(node, "confidence", kConfidences, rule.confidence));
  LR_TRY_VOID(word(node, "proof", kProofs, rule.proof));
  LR_TRY_VOID(word(node, "token_efficiency", kBooleans, rule.token_efficiency));
  LR_TRY_VOID(word(node, "placeholders", kPlaceholders, rule.placeholder_filter));
  LR_TRY_VOID(word(node, "report", kBooleans, rule.report));
  LR_TRY_VOID(number(node, "group", rule.secret_group));
  LR_TRY_VOID(number(node, "max_width", rule.max_width));
  return number(node, "entropy", rule.entropy);
}

Result<Allowlist> Reader::read_allowlist(const YamlNode& node) const {
  constexpr auto kFields = std::to_array<std::string_view>(
      {"all", "target", "patterns", "paths", "commits", "stopwords"});
  LR_TRY_VOID(known_only(node, kFields));
  Allowlist list;
  LR_TRY_VOID(word(node, "all", kBooleans, list.all));
  LR_TRY_VOID(word(node, "target", kTargets, list.target));
  LR_TRY_VOID(texts(node, "patterns", list.patterns));
  LR_TRY_VOID(texts(node, "paths", list.paths));
  LR_TRY_VOID(texts(node, "commits", list.commits));
  LR_TRY_VOID(texts(node, "stopwords", list.stopwords));
  const bool empty =
      list.patterns.empty() && list.paths.empty() && list.commits.empty() && list.stopwords.empty();
  if (empty) return refuse(node.mark, "this exception names nothing");
  return list;
}

Result<Companion> Reader::read_companion(const YamlNode& node) const {
  constexpr auto kFields =
      std::to_array<std::string_view>({"rule", "within_lines", "within_columns"});
  LR_TRY_VOID(known_only(node, kFields));
  Companion companion;
  LR_TRY_VOID(text(node, "rule", companion.rule));
  if (companion.rule.empty()) return refuse(node.mark, "rule is missing");
  std::uint32_t distance = 0;
  if (node.find("within_lines") != nullptr) {
    LR_TRY_VOID(number(node, "within_lines", distance));
    companion.within_lines = distance;
  }
  if (node.find("within_columns") != nullptr) {
    LR_TRY_VOID(number(node, "within_columns", distance));
    companion.within_columns = distance;
  }
  return companion;
}

Result<> Reader::read_lists(const YamlNode& node, Rule& rule) const {
  LR_TRY_VOID(texts(node, "keywords", rule.keywords));
  LR_TRY_VOID(texts(node, "positive", rule.positive));
  LR_TRY_VOID(texts(node, "negative", rule.negative));
  if (const YamlNode* allow = node.find("allow")) {
    if (!allow->is_sequence()) return refuse(allow->mark, "allow must be a list");
    for (const YamlNode& item : allow->items) {
      LR_TRY(rule.allowlists.emplace_back(), read_allowlist(item));
    }
  }
  if (const YamlNode* companions = node.find("companions")) {
    if (!companions->is_sequence()) return refuse(companions->mark, "companions must be a list");
    for (const YamlNode& item : companions->items) {
      LR_TRY(rule.companions.emplace_back(), read_companion(item));
    }
  }
  return {};
}

bool is_rule_id(std::string_view id) {
  if (id.empty() || id.front() == '-' || id.back() == '-') return false;
  if (id.find("--") != std::string_view::npos) return false;
  return id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

Result<> Reader::check_rule(const YamlNode& node, const Rule& rule) {
  if (!is_rule_id(rule.id)) return refuse(node.mark, "id must be lower-case words and dashes");
  if (!ids_.insert(rule.id).second) return refuse(node.mark, "a second rule " + rule.id);
  const auto wrong = [&](std::string_view why) {
    return refuse(node.mark, fmt::format("{}: {}", rule.id, why));
  };
  if (rule.title.empty()) return wrong("title is missing");
  if (!rule.pattern.empty() && !rule.assigned.empty())
    return wrong("pattern or assigned, not both");
  if (rule.pattern.empty() && rule.assigned.empty() && rule.path.empty()) {
    return wrong("pattern, assigned or path is missing");
  }
  if (!rule.assigned.empty() && rule.keywords.empty()) return wrong("assigned needs keywords");
  if (rule.secret_group > 0 && rule.pattern.empty()) return wrong("group needs a pattern");
  if (rule.positive.empty()) return wrong("a positive sample is missing");
  if (rule.negative.empty()) return wrong("a negative sample is missing");
  if (!rule.dashboard.empty() && !rule.dashboard.starts_with("https://")) {
    return wrong("dashboard must be an https URL");
  }
  return {};
}

Result<Rule> Reader::read_rule(const YamlNode& node) {
  constexpr auto kFields = std::to_array<std::string_view>(
      {"id",        "title",    "kind",    "confidence", "pattern",          "assigned",
       "group",     "keywords", "path",    "entropy",    "token_efficiency", "placeholders",
       "max_width", "proof",    "allow",   "companions", "report",           "rotate",
       "dashboard", "positive", "negative"});
  LR_TRY_VOID(known_only(node, kFields));
  Rule rule = defaults_;
  LR_TRY_VOID(read_texts(node, rule));
  LR_TRY_VOID(read_choices(node, rule));
  LR_TRY_VOID(read_lists(node, rule));
  LR_TRY_VOID(check_rule(node, rule));
  return rule;
}

Result<std::vector<Rule>> Reader::read(const YamlNode& root) {
  LR_TRY_VOID(read_header(root));
  const YamlNode* list = root.find("rules");
  if (list == nullptr || !list->is_sequence() || list->items.empty()) {
    return refuse(root.mark, "rules must be a list of at least one rule");
  }
  std::vector<Rule> rules;
  for (const YamlNode& item : list->items) {
    LR_TRY(rules.emplace_back(), read_rule(item));
  }
  return rules;
}

}  // namespace

Result<std::vector<Rule>> parse_rule_file(std::string_view text, std::string_view name) {
  LR_TRY(const YamlNode root, text::parse_yaml(text, name));
  return Reader(name).read(root);
}

}  // namespace lr::secrets
