#include "cli/secret_rules.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iterator>
#include <memory>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/secrets_request.h"
#include "report/palette.h"
#include "report/printable.h"
#include "secrets/catalogue.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;
using secrets::Catalogue;
using secrets::Rule;

json::object rule_object(const Rule& rule) {
  return json::object{{"id", rule.id},
                      {"family", rule.family},
                      {"provider", rule.provider},
                      {"title", rule.title},
                      {"kind", kind_name(rule.kind)},
                      {"confidence", confidence_name(rule.confidence)},
                      {"rotate", rule.rotate},
                      {"dashboard", rule.dashboard}};
}

int list(const Catalogue& catalogue, bool as_json) {
  json::array all;
  std::string out;
  for (const Rule& rule : catalogue.rules()) {
    if (!rule.report) continue;
    all.push_back(rule_object(rule));
    fmt::format_to(std::back_inserter(out), "{} {} {}\n", report::pad_right(rule.id, 38),
                   report::pad_right(confidence_name(rule.confidence), 7), rule.title);
  }
  say(as_json ? text::pretty_json(all) : out);
  return 0;
}

int explain(const Catalogue& catalogue, const std::string& id) {
  const Rule* rule = catalogue.find(id);
  if (rule == nullptr) {
    std::vector<std::string_view> ids;
    for (const Rule& known : catalogue.rules()) ids.push_back(known.id);
    std::string hint = did_you_mean(id, ids);
    if (hint.empty()) hint = "; `launchready secrets rules list` shows all";
    return complain("secrets", fmt::format("there is no rule \"{}\"{}", id, hint));
  }
  std::string out = fmt::format("{}: {}\n\n", rule->id, rule->title);
  const auto line = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) out += report::wrapped(fmt::format("{}: {}", name, text), 100, 2, 4);
  };
  line("provider", rule->provider);
  line("kind", kind_name(rule->kind));
  line("confidence", confidence_name(rule->confidence));
  line("pattern", rule->pattern);
  line("path", rule->path);
  line("near one of", fmt::format("{}", fmt::join(rule->keywords, ", ")));
  if (rule->entropy > 0) line("entropy", fmt::format("at least {} bits per byte", rule->entropy));
  line("replace it", rule->rotate);
  line("where", rule->dashboard);
  say(out);
  return 0;
}

/// A file is good when every rule of it works here as it does there.
int lint(const std::string& path) {
  auto imported = read_rule_file(path);
  if (!imported) return complain("secrets", imported.error());
  for (const std::string& note : secrets::lint(*imported)) say(note + "\n");
  say(fmt::format("{}: rules {}, notes {}\n", path, imported->rules.size(),
                  imported->notes.size()));
  return imported->notes.empty() ? 0 : 1;
}

}  // namespace

int run_secret_rules(const Arguments& arguments) {
  const std::string& action = arguments.positionals.front();
  const std::string name = arguments.positionals.size() > 1 ? arguments.positionals[1] : "";
  if (action != "list" && action != "explain" && action != "lint") {
    return complain("secrets", fmt::format("rules: unknown word \"{}\"; choose one of list, "
                                           "explain, lint",
                                           action));
  }
  if (action != "list" && name.empty()) {
    return complain("secrets", fmt::format("rules {}: {} is missing", action,
                                           action == "lint" ? "FILE" : "ID"));
  }
  if (action == "lint") return lint(name);
  auto catalogue = Catalogue::built_in();
  if (!catalogue) return complain("secrets", catalogue.error());
  return action == "list" ? list(**catalogue, arguments.has("--json")) : explain(**catalogue, name);
}

}  // namespace lr::cli
