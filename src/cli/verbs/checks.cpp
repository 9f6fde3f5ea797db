#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iterator>

#include "cli/arguments.h"
#include "cli/check_catalogue.h"
#include "cli/console.h"
#include "cli/verb.h"
#include "report/palette.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;
using report::pad_right;

constexpr PositionalDef kExplainPositionals[] = {{"ID", "A check, such as authn.alg_none.", true}};
constexpr SubverbDef kSubverbs[] = {
    {"list", "All checks with control, severity and profile.", {}},
    {"explain", "What one check tries, why it matters and how to fix what it finds.",
     kExplainPositionals},
};
constexpr FlagDef kFlags[] = {{"--json", "", "Print JSON.", ""}};
constexpr Example kExamples[] = {
    {"launchready checks list", "The whole catalogue."},
    {"launchready checks explain owner.read", "One check."},
};

json::object check_object(const KnownCheck& check) {
  json::array references;
  for (std::string_view reference : check.references) references.emplace_back(reference);
  return json::object{{"id", check.id},
                      {"control", report::control_id(check.control)},
                      {"severity", report::severity_name(check.worst)},
                      {"profile", check.profile},
                      {"title", check.title},
                      {"why", check.why},
                      {"fix", check.fix},
                      {"references", std::move(references)}};
}

int list(const Arguments& arguments) {
  if (arguments.has("--json")) {
    json::array all;
    for (const KnownCheck& check : known_checks()) all.push_back(check_object(check));
    say(text::pretty_json(all));
    return 0;
  }
  std::string out;
  for (const KnownCheck& check : known_checks()) {
    fmt::format_to(std::back_inserter(out), "{} {} {} {} {}\n", pad_right(check.id, 30),
                   pad_right(report::control_id(check.control), 8),
                   pad_right(report::severity_name(check.worst), 8), pad_right(check.profile, 7),
                   check.title);
  }
  say(out);
  return 0;
}

int explain(const Arguments& arguments) {
  const std::string& id = arguments.positionals.front();
  const std::vector<KnownCheck> checks = known_checks();
  const auto check = std::ranges::find(checks, id, &KnownCheck::id);
  if (check == checks.end()) {
    std::vector<std::string_view> ids;
    for (const KnownCheck& known : checks) ids.push_back(known.id);
    std::string hint = did_you_mean(id, ids);
    if (hint.empty()) hint = "; launchready checks list shows all";
    return complain("checks", fmt::format("no check \"{}\"{}", id, hint));
  }
  if (arguments.has("--json")) {
    say(text::pretty_json(check_object(*check)));
    return 0;
  }
  std::string out = fmt::format("{}: {}\n\n", check->id, check->title);
  const auto add = [&](std::string_view name, std::string_view text) {
    out += pad_right(name, 12) + report::wrapped(text, 90, 12, 12).substr(12);
  };
  add("control", fmt::format("{} {}", report::control_id(check->control),
                             report::control_title(check->control)));
  add("severity", fmt::format("up to {}", report::severity_name(check->worst)));
  add("profile", check->profile);
  add("why", check->why);
  add("fix", check->fix);
  if (!check->references.empty()) add("see", fmt::format("{}", fmt::join(check->references, ", ")));
  say(out);
  return 0;
}

int run(const Arguments& arguments) {
  return arguments.subverb == "list" ? list(arguments) : explain(arguments);
}

}  // namespace

extern constinit const VerbDef verb_checks;
constinit const VerbDef verb_checks{
    .name = "checks",
    .summary = "List the audit's checks, or explain one.",
    .description =
        "Every check belongs to one control of the scorecard and is proved against a "
        "weak chatbot at every build.",
    .subverbs = kSubverbs,
    .positionals = {},
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
