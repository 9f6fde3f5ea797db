#include "secrets/import/toml_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "secrets/import/expr_filter.h"
#include "secrets/import/go_pattern.h"
#include "secrets/import/toml.h"

namespace lr::secrets {
namespace {

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void read(const toml::table& root) {
    read_extend(root);
    read_globals(root);
    if (const auto* rules = root["rules"].as_array()) {
      for (const toml::node& node : *rules) {
        if (const auto* table = node.as_table()) read_rule(*table);
      }
    }
    known(root,
          {"title", "description", "extend", "rules", "allowlist", "allowlists", "minVersion",
           "filter", "prefilter", "betterleaksMinVersion"},
          "");
    if (const auto* node = root.get("minVersion")) {
      note(*node, "", "minVersion", "not compared: this is another program");
    }
    read_global_expressions(root);
  }

  TomlRuleFile take() { return std::move(out_); }

 private:
  void note(const toml::node& at, const std::string& rule, std::string dropped, std::string why,
            bool lost = false) {
    out_.notes.push_back({file_, mark_of(at), rule, std::move(dropped), std::move(why), lost});
  }

  void known(const toml::table& table, std::initializer_list<std::string_view> names,
             const std::string& rule) {
    for (const auto& [key, value] : table) {
      const std::string_view name = key.str();
      if (std::ranges::find(names, name) != names.end()) continue;
      note(value, rule, std::string(name), "nothing here has this name");
    }
  }

  std::vector<std::string> strings(const toml::table& table, std::string_view key) {
    std::vector<std::string> out;
    const toml::node* node = table.get(key);
    if (node == nullptr) return out;
    if (const auto* array = node->as_array()) {
      for (const toml::node& item : *array) {
        if (const auto text = item.value<std::string>()) out.push_back(*text);
      }
    } else {
      note(*node, "", std::string(key), "is not a list");
    }
    return out;
  }

  static std::string text_of(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    return node == nullptr ? "" : node->value_or(std::string());
  }

  /// A pattern, or "" with a note.
  std::string pattern(const toml::node& at, const std::string& rule, std::string_view what,
                      const std::string& text) {
    auto rewritten = go_pattern(text);
    if (rewritten) return std::move(*rewritten);
    note(at, rule, std::string(what), rewritten.error().detail());
    return {};
  }

  std::vector<std::string> patterns(const toml::table& table, std::string_view key,
                                    const std::string& rule) {
    std::vector<std::string> out;
    for (const std::string& text : strings(table, key)) {
      std::string rewritten = pattern(*table.get(key), rule, key, text);
      if (!rewritten.empty()) out.push_back(std::move(rewritten));
    }
    return out;
  }

  void read_extend(const toml::table& root) {
    const auto* extend = root["extend"].as_table();
    if (extend == nullptr) return;
    out_.extend_mark = mark_of(*extend);
    out_.extend_default = (*extend)["useDefault"].value_or(false);
    out_.extend_path = text_of(*extend, "path");
    out_.disabled = strings(*extend, "disabledRules");
    if (const auto* url = extend->get("url")) {
      note(*url, "", "extend.url", "nothing is fetched; save the file and name it with path");
    }
    known(*extend, {"useDefault", "path", "disabledRules", "url"}, "");
  }

  Allowlist read_allowlist(const toml::table& table, const std::string& rule) {
    Allowlist allow;
    std::string condition = text_of(table, "condition");
    std::ranges::transform(condition, condition.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    allow.all = condition == "AND" || condition == "&&";
    const std::string target = text_of(table, "regexTarget");
    if (target == "match") allow.target = Allowlist::Target::kMatch;
    if (target == "line") allow.target = Allowlist::Target::kLine;
    allow.patterns = patterns(table, "regexes", rule);
    allow.paths = patterns(table, "paths", rule);
    allow.commits = strings(table, "commits");
    allow.stopwords = strings(table, "stopwords");
    known(table,
          {"id", "description", "condition", "regexTarget", "regexes", "paths", "commits",
           "stopwords", "targetRules"},
          rule);
    return allow;
  }

  static bool empty(const Allowlist& allow) {
    return allow.patterns.empty() && allow.paths.empty() && allow.commits.empty() &&
           allow.stopwords.empty();
  }

  void read_globals(const toml::table& root) {
    const auto add = [&](const toml::table& table) {
      Allowlist allow = read_allowlist(table, "");
      if (!empty(allow))
        out_.allowlists.push_back({std::move(allow), strings(table, "targetRules")});
    };
    if (const auto* one = root["allowlist"].as_table()) add(*one);
    if (const auto* many = root["allowlists"].as_array()) {
      for (const toml::node& node : *many) {
        if (const auto* table = node.as_table()) add(*table);
      }
    }
  }

  /// A filter of betterleaks above the rules is an exception of every rule.
  void read_global_expressions(const toml::table& root) {
    if (const auto* node = root.get("prefilter")) {
      note(*node, "", "prefilter", "expressions before matching are not evaluated");
    }
    const auto* node = root.get("filter");
    if (node == nullptr) return;
    Rule carrier;
    for (const std::string& term : apply_expr_filter(node->value_or(std::string()), carrier)) {
      note(*node, "", "filter", "this expression is not understood: " + term);
    }
    for (Allowlist& allow : carrier.allowlists) out_.allowlists.push_back({std::move(allow), {}});
    for (Rule& rule : out_.rules) {
      rule.entropy = std::max(rule.entropy, carrier.entropy);
      rule.token_efficiency = rule.token_efficiency || carrier.token_efficiency;
    }
  }

  void read_rule(const toml::table& table) {
    Rule rule;
    rule.id = text_of(table, "id");
    if (rule.id.empty()) return note(table, "", "rule", "it has no id", true);
    // As in gitleaks, a rule whose id says "generic" is silent where another finds the same value.
    rule.family = rule.id.contains("generic") ? "generic" : "imported";
    rule.title = text_of(table, "description");
    // Who wrote the rule decided what it finds: no filter of ours stands before it.
    rule.confidence = Confidence::kHigh;
    rule.placeholder_filter = false;
    const bool read = read_match(table, rule);
    if (const auto* list = table["allowlists"].as_array()) {
      for (const toml::node& node : *list) add_allowlist(node.as_table(), rule);
    }
    add_allowlist(table["allowlist"].as_table(), rule);
    read_required(table, rule);
    read_expressions(table, rule);
    rule.report = !table["skipReport"].value_or(false);
    known(table,
          {"id", "description", "regex", "path", "secretGroup", "entropy", "keywords", "tags",
           "allowlist", "allowlists", "required", "skipReport", "filter", "prefilter", "validate",
           "tokenEfficiency"},
          rule.id);
    if (read) out_.rules.push_back(std::move(rule));
  }

  bool read_match(const toml::table& table, Rule& rule) {
    for (const auto& [key, into] : {std::pair{"regex", &rule.pattern}, {"path", &rule.path}}) {
      const toml::node* node = table.get(key);
      if (node == nullptr) continue;
      const std::string text = node->value_or(std::string());
      if (text.empty()) continue;
      auto rewritten = go_pattern(text);
      if (!rewritten) {
        note(*node, rule.id, "rule", rewritten.error().detail(), true);
        return false;
      }
      *into = std::move(*rewritten);
    }
    rule.secret_group = table["secretGroup"].value_or(0);
    if (rule.secret_group < 0 || rule.secret_group > 100) {
      note(*table.get("secretGroup"), rule.id, "secretGroup", "there is no such group");
      rule.secret_group = 0;
    }
    // There a secret passes above the bound, here from it on.
    const double entropy = table["entropy"].value_or(0.0);
    if (entropy > 0 && entropy <= 8) rule.entropy = std::nextafter(entropy, 9.0);
    rule.keywords = strings(table, "keywords");
    rule.token_efficiency = table["tokenEfficiency"].value_or(false);
    return true;
  }

  void add_allowlist(const toml::table* table, Rule& rule) {
    if (table == nullptr) return;
    Allowlist allow = read_allowlist(*table, rule.id);
    if (!empty(allow)) rule.allowlists.push_back(std::move(allow));
  }

  void read_required(const toml::table& table, Rule& rule) {
    const auto* list = table["required"].as_array();
    if (list == nullptr) return;
    for (const toml::node& node : *list) {
      const auto* one = node.as_table();
      if (one == nullptr) continue;
      Companion companion;
      companion.rule = text_of(*one, "id");
      if (const auto lines = (*one)["withinLines"].value<std::uint32_t>()) {
        companion.within_lines = *lines;
      }
      if (const auto columns = (*one)["withinColumns"].value<std::uint32_t>()) {
        companion.within_columns = *columns;
      }
      known(*one, {"id", "withinLines", "withinColumns"}, rule.id);
      rule.companions.push_back(std::move(companion));
    }
  }

  void read_expressions(const toml::table& table, Rule& rule) {
    if (const auto* node = table.get("filter")) {
      for (const std::string& term : apply_expr_filter(node->value_or(std::string()), rule)) {
        note(*node, rule.id, "filter", "this expression is not understood: " + term);
      }
    }
    if (const auto* node = table.get("prefilter")) {
      note(*node, rule.id, "prefilter", "expressions before matching are not evaluated");
    }
    if (const auto* node = table.get("validate")) {
      note(*node, rule.id, "validate", "no provider is asked whether a value is live");
    }
  }

  std::string file_;
  TomlRuleFile out_;
};

}  // namespace

Result<TomlRuleFile> read_toml_rules(std::string_view text, const std::string& file_name) {
  if (text.size() > kRuleFileBytes) {
    return fail(Code::kPayloadTooLarge, file_name + ": a rule file may have 8 MiB");
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const auto& at = parsed.error().source().begin;
    return fail(Code::kInvalidArgument, fmt::format("{}:{}:{}: {}", file_name, at.line, at.column,
                                                    parsed.error().description()));
  }
  const auto* rules = parsed.table()["rules"].as_array();
  if (rules != nullptr && rules->size() > kImportedRules) {
    return fail(Code::kPayloadTooLarge, file_name + ": a rule file may have 20000 rules");
  }
  Reader reader(file_name);
  reader.read(parsed.table());
  return reader.take();
}

}  // namespace lr::secrets
