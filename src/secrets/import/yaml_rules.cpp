#include "secrets/import/yaml_rules.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "secrets/import/go_pattern.h"

namespace lr::secrets {
namespace {

using text::YamlEntry;
using text::YamlNode;

std::string scalar(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node != nullptr && node->is_scalar() ? node->scalar : "";
}

std::vector<std::string> strings(const YamlNode& map, std::string_view key) {
  std::vector<std::string> out;
  if (const YamlNode* node = map.find(key)) {
    for (const YamlNode& item : node->items) {
      if (item.is_scalar()) out.push_back(item.scalar);
    }
  }
  return out;
}

std::optional<double> number(const YamlNode& map, std::string_view key) {
  const std::string text = scalar(map, key);
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc() || !(value >= 0 && value <= 8)) return std::nullopt;
  return value;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void read_rule(const YamlNode& node);
  void read_detector(const YamlNode& node);
  ImportedRules take() { return std::move(out_); }

 private:
  void note(text::Mark mark, const std::string& rule, std::string dropped, std::string why,
            bool lost = false) {
    out_.notes.push_back({file_, mark, rule, std::move(dropped), std::move(why), lost});
  }
  void known(const YamlNode& map, std::initializer_list<std::string_view> names,
             const std::string& rule) {
    for (const YamlEntry& entry : map.entries) {
      if (std::ranges::find(names, entry.key) != names.end()) continue;
      note(entry.mark, rule, entry.key, "nothing here has this name");
    }
  }
  /// A new rule with the pattern, or nullopt with a note.
  std::optional<Rule> make(const YamlNode& pattern, std::string id, std::string title) {
    auto rewritten = go_pattern(pattern.scalar);
    if (!rewritten) {
      note(pattern.mark, id, "rule", rewritten.error().detail(), true);
      return std::nullopt;
    }
    Rule rule;
    rule.id = std::move(id);
    rule.family = "imported";
    rule.title = std::move(title);
    rule.pattern = std::move(*rewritten);
    rule.confidence = Confidence::kHigh;
    rule.placeholder_filter = false;
    return rule;
  }
  void read_dependencies(const YamlNode& node, Rule& rule);
  void add_exceptions(const YamlNode& node, Rule& rule);
  std::vector<std::string> patterns(const YamlNode& map, std::string_view key,
                                    const std::string& rule);

  std::string file_;
  ImportedRules out_;
};

void Reader::read_dependencies(const YamlNode& node, Rule& rule) {
  const YamlNode* list = node.find("depends_on_rule");
  if (list == nullptr) return;
  for (const YamlNode& item : list->items) {
    const std::string id = scalar(item, "rule_id");
    if (!id.empty())
      rule.companions.push_back({.rule = id, .within_lines = {}, .within_columns = {}});
  }
}

void Reader::read_rule(const YamlNode& node) {
  const std::string id = scalar(node, "id");
  const YamlNode* pattern = node.find("pattern");
  if (id.empty() || pattern == nullptr || !pattern->is_scalar()) {
    return note(node.mark, id, "rule", "it needs an id and a pattern", true);
  }
  auto rule = make(*pattern, id, scalar(node, "name"));
  if (!rule) return;
  rule->entropy = number(node, "min_entropy").value_or(0);
  const std::string confidence = scalar(node, "confidence");
  if (confidence == "low") rule->confidence = Confidence::kLow;
  if (confidence == "medium") rule->confidence = Confidence::kMedium;
  rule->report = scalar(node, "visible") != "false";
  read_dependencies(node, *rule);
  if (const YamlNode* at = node.find("validation")) {
    note(at->mark, id, "validation", "no provider is asked whether a value is live");
  }
  if (const YamlNode* at = node.find("pattern_requirements")) {
    note(at->mark, id, "pattern_requirements", "checked nowhere; the pattern alone decides");
  }
  known(node,
        {"id", "name", "pattern", "min_entropy", "confidence", "visible", "depends_on_rule",
         "validation", "pattern_requirements", "examples", "negative_examples", "references",
         "categories", "description", "prevalidated"},
        id);
  out_.rules.push_back(std::move(*rule));
}

std::vector<std::string> Reader::patterns(const YamlNode& map, std::string_view key,
                                          const std::string& rule) {
  std::vector<std::string> out;
  for (const std::string& text : strings(map, key)) {
    auto rewritten = go_pattern(text);
    if (rewritten) {
      out.push_back(std::move(*rewritten));
    } else {
      note(map.find(key)->mark, rule, std::string(key), rewritten.error().detail());
    }
  }
  return out;
}

void Reader::add_exceptions(const YamlNode& node, Rule& rule) {
  if (auto words = strings(node, "exclude_words"); !words.empty()) {
    rule.allowlists.emplace_back().stopwords = std::move(words);
  }
  if (auto list = patterns(node, "exclude_regexes_capture", rule.id); !list.empty()) {
    rule.allowlists.emplace_back().patterns = std::move(list);
  }
  if (auto list = patterns(node, "exclude_regexes_match", rule.id); !list.empty()) {
    Allowlist& allow = rule.allowlists.emplace_back();
    allow.target = Allowlist::Target::kMatch;
    allow.patterns = std::move(list);
  }
}

/// All patterns of a detector must match; the primary one holds the secret.
void Reader::read_detector(const YamlNode& node) {
  const std::string id = scalar(node, "name");
  const YamlNode* regex = node.find("regex");
  if (id.empty() || regex == nullptr || regex->entries.empty()) {
    return note(node.mark, id, "rule", "it needs a name and a regex", true);
  }
  std::string primary = scalar(node, "primary_regex_name");
  if (primary.empty() || regex->find(primary) == nullptr) primary = regex->entries.front().key;
  auto rule = make(*regex->find(primary), id, id);
  if (!rule) return;
  std::vector<Rule> companions;
  for (const YamlEntry& entry : regex->entries) {
    if (entry.key == primary) continue;
    auto companion = make(entry.value, id + "." + entry.key, id);
    if (!companion) return note(entry.mark, id, "rule", "one of its patterns is refused", true);
    companion->report = false;
    rule->companions.push_back({.rule = companion->id, .within_lines = {}, .within_columns = {}});
    companions.push_back(std::move(*companion));
  }
  rule->keywords = strings(node, "keywords");
  rule->entropy = number(node, "entropy").value_or(0);
  add_exceptions(node, *rule);
  for (const char* key : {"verify", "validations"}) {
    if (const YamlNode* at = node.find(key)) {
      note(at->mark, id, key, "no provider is asked, and only patterns decide");
    }
  }
  known(
      node,
      {"name", "keywords", "regex", "primary_regex_name", "entropy", "exclude_words",
       "exclude_regexes_capture", "exclude_regexes_match", "verify", "validations", "description"},
      id);
  out_.rules.push_back(std::move(*rule));
  std::ranges::move(companions, std::back_inserter(out_.rules));
}

}  // namespace

Result<ImportedRules> import_yaml_rules(std::string_view text, const std::string& file_name) {
  LR_TRY(const YamlNode root, text::parse_yaml(text, file_name));
  Reader reader(file_name);
  const YamlNode* rules = root.find("rules");
  const YamlNode* detectors = root.find("detectors");
  if (rules == nullptr && detectors == nullptr) {
    return fail(Code::kInvalidArgument, file_name + ":1:1: there are no rules in it");
  }
  if (rules != nullptr) {
    for (const YamlNode& node : rules->items) reader.read_rule(node);
  }
  if (detectors != nullptr) {
    for (const YamlNode& node : detectors->items) reader.read_detector(node);
  }
  return reader.take();
}

}  // namespace lr::secrets
