#include "secrets/import/rule_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "secrets/catalogue.h"
#include "secrets/import/toml_rules.h"
#include "secrets/import/yaml_rules.h"

namespace lr::secrets {
namespace {

/// Follows `[extend]` and applies global exceptions, in the order gitleaks does.
class Extender {
 public:
  explicit Extender(const ImportOptions& options) : options_(options) {}

  Result<TomlRuleFile> load(std::string_view text, const std::string& file_name, int depth) {
    LR_TRY(TomlRuleFile file, read_toml_rules(text, file_name));
    if (file.extend_default) {
      if (options_.default_configuration.empty()) {
        keep_built_in_ = true;
        add_note(file, file_name, "extend.useDefault",
                 "gitleaks' own rules are not part of this program; ours stay on instead");
      } else {
        LR_TRY_VOID(extend(file, options_.default_configuration, "gitleaks.toml", depth));
      }
    } else if (!file.extend_path.empty()) {
      LR_TRY_VOID(extend_by_path(file, file_name, depth));
    }
    return file;
  }

  bool keep_built_in() const { return keep_built_in_; }

 private:
  static void add_note(TomlRuleFile& file, const std::string& name, std::string dropped,
                       std::string why) {
    file.notes.push_back({name, file.extend_mark, "", std::move(dropped), std::move(why), false});
  }

  Result<> extend_by_path(TomlRuleFile& file, const std::string& file_name, int depth) {
    if (!options_.read) {
      add_note(file, file_name, "extend.path", "other files are not read here");
      return {};
    }
    if (depth == kExtendDepth) {
      add_note(file, file_name, "extend.path", "files extend files at most twice");
      return {};
    }
    const std::string path = file.extend_path;
    auto text = options_.read(path);
    if (!text) return std::unexpected(std::move(text).error().context(file_name));
    return extend(file, *text, path, depth);
  }

  Result<> extend(TomlRuleFile& file, std::string_view text, const std::string& name, int depth) {
    if (depth == kExtendDepth) return {};
    LR_TRY(TomlRuleFile base, load(text, name, depth + 1));
    for (Rule& rule : base.rules) {
      if (std::ranges::find(file.disabled, rule.id) != file.disabled.end()) continue;
      const auto own = std::ranges::find(file.rules, rule.id, &Rule::id);
      if (own == file.rules.end()) {
        file.rules.push_back(std::move(rule));
      } else {
        *own = merged(std::move(rule), std::move(*own));
      }
    }
    std::ranges::move(base.allowlists, std::back_inserter(file.allowlists));
    std::ranges::move(base.notes, std::back_inserter(file.notes));
    return {};
  }

  /// The extended rule with what the extending file says anew.
  static Rule merged(Rule base, Rule own) {
    if (!own.title.empty()) base.title = std::move(own.title);
    if (own.entropy != 0) base.entropy = own.entropy;
    if (own.secret_group != 0) base.secret_group = own.secret_group;
    if (!own.pattern.empty()) base.pattern = std::move(own.pattern);
    if (!own.path.empty()) base.path = std::move(own.path);
    std::ranges::move(own.keywords, std::back_inserter(base.keywords));
    std::ranges::move(own.allowlists, std::back_inserter(base.allowlists));
    return base;
  }

  const ImportOptions& options_;
  bool keep_built_in_ = false;
};

void apply_globals(TomlRuleFile& file) {
  for (const TomlRuleFile::Global& global : file.allowlists) {
    for (Rule& rule : file.rules) {
      const bool meant =
          global.rules.empty() || std::ranges::find(global.rules, rule.id) != global.rules.end();
      if (meant) rule.allowlists.push_back(global.allow);
    }
  }
}

/// Rules that are none: two of one id, no pattern, companions that nobody defines.
void drop_broken(ImportedRules& imported, const std::string& file_name) {
  std::set<std::string, std::less<>> ids;
  const auto lose = [&](const Rule& rule, std::string why) {
    imported.notes.push_back({file_name, {}, rule.id, "rule", std::move(why), true});
    return true;
  };
  std::erase_if(imported.rules, [&](const Rule& rule) {
    if (rule.pattern.empty() && rule.path.empty())
      return lose(rule, "it has neither regex nor path");
    if (!ids.insert(rule.id).second) return lose(rule, "another rule has the same id");
    return false;
  });
  std::erase_if(imported.rules, [&](const Rule& rule) {
    const auto missing = std::ranges::find_if(
        rule.companions, [&](const Companion& c) { return !ids.contains(c.rule); });
    if (missing == rule.companions.end()) return false;
    return lose(rule, fmt::format("it requires \"{}\", which is not there", missing->rule));
  });
}

Result<ImportedRules> import_toml(std::string_view text, const std::string& file_name,
                                  const ImportOptions& options) {
  Extender extender(options);
  LR_TRY(TomlRuleFile file, extender.load(text, file_name, 0));
  apply_globals(file);
  ImportedRules out;
  out.rules = std::move(file.rules);
  out.notes = std::move(file.notes);
  out.keep_built_in = extender.keep_built_in();
  return out;
}

/// TOML has lines `[…]` or `key = …`; YAML rule files begin with `rules:` or `detectors:`.
bool looks_like_yaml(std::string_view text) {
  for (std::string_view start : {"rules:", "detectors:"}) {
    if (text.starts_with(start)) return true;
    if (text.find("\n" + std::string(start)) != std::string_view::npos) return true;
  }
  return false;
}

/// Where a file says the id of a rule, as a whole word; the first place when it does not.
text::Mark mark_of_id(std::string_view text, std::string_view id) {
  constexpr std::string_view kAround = "\"' \t\r\n,";
  for (std::size_t at = text.find(id); at != text.npos; at = text.find(id, at + 1)) {
    const std::size_t end = at + id.size();
    if (at == 0 || !kAround.contains(text[at - 1])) continue;
    if (end < text.size() && !kAround.contains(text[end])) continue;
    const std::string_view before = text.substr(0, at);
    const std::size_t line = before.rfind('\n') + 1;  // npos + 1 is 0.
    return {static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1),
            static_cast<std::uint32_t>(at - line + 1)};
  }
  return {};
}

}  // namespace

std::string note_text(const ImportNote& note) {
  std::string out = fmt::format("{}:{}:{}: ", note.file, note.mark.line, note.mark.column);
  if (!note.rule.empty()) out += fmt::format("rule {}: ", note.rule);
  return out + fmt::format("{} {}: {}", note.dropped, note.lost ? "lost" : "dropped", note.why);
}

Result<ImportedRules> import_rules(std::string_view text, std::string_view file_name,
                                   const ImportOptions& options) {
  const std::string name(file_name);
  auto imported =
      looks_like_yaml(text) ? import_yaml_rules(text, name) : import_toml(text, name, options);
  if (!imported) return imported;
  drop_broken(*imported, name);
  if (imported->rules.empty() && imported->notes.empty() && !imported->keep_built_in) {
    return fail(Code::kInvalidArgument, name + ":1:1: there are no rules in it");
  }
  return imported;
}

void drop_refused(ImportedRules& imported, std::string_view file_name, std::string_view text) {
  if (Catalogue::compile(imported.rules)) return;
  std::erase_if(imported.rules, [&](const Rule& rule) {
    Rule alone = rule;
    alone.companions.clear();
    const auto compiled = Catalogue::compile({std::move(alone)});
    if (compiled) return false;
    // The note names the rule already.
    std::string_view why = compiled.error().detail();
    const std::string prefix = "rule " + rule.id + ": ";
    if (why.starts_with(prefix)) why.remove_prefix(prefix.size());
    imported.notes.push_back({std::string(file_name), mark_of_id(text, rule.id), rule.id, "rule",
                              std::string(why), true});
    return true;
  });
  drop_broken(imported, std::string(file_name));
}

std::vector<std::string> lint(const ImportedRules& imported) {
  std::vector<const ImportNote*> sorted;
  for (const ImportNote& note : imported.notes) sorted.push_back(&note);
  std::ranges::sort(sorted, [](const ImportNote* a, const ImportNote* b) {
    return std::tuple(std::string_view(a->file), a->mark.line, a) <
           std::tuple(std::string_view(b->file), b->mark.line, b);
  });
  std::vector<std::string> out;
  for (const ImportNote* note : sorted) out.push_back(note_text(*note));
  return out;
}

}  // namespace lr::secrets
