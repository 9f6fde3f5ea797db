#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "cli/console.h"
#include "cli/explain_route.h"
#include "cli/sources.h"
#include "cli/verb.h"
#include "contract/load.h"
#include "report/printable.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;

constexpr PositionalDef kCheckPositionals[] = {
    {"FILE", "The contract. Default: launchready.yaml."}};
constexpr PositionalDef kExplainPositionals[] = {
    {"METHOD", "GET, POST, …", true},
    {"PATH", "A concrete path such as /v1/conversations/7.", true}};

constexpr SubverbDef kSubverbs[] = {
    {"check", "Report every problem with its place and the cure.", kCheckPositionals},
    {"schema", "Print the JSON Schema of the contract, for editors.", {}},
    {"explain", "Show which rules decide one request, and who gets what.", kExplainPositionals},
};

constexpr FlagDef kFlags[] = {
    {"--contract", "FILE", "The contract; - reads it from stdin.", "launchready.yaml"},
    {"--json", "", "Print JSON.", ""},
};

constexpr Example kExamples[] = {
    {"launchready contract check launchready.yaml", "Exit code 2 when it does not load."},
    {"launchready contract explain GET /v1/conversations/7",
     "The route, its rules with line numbers, and what each role gets."},
    {"launchready contract schema > launchready.schema.json",
     "Completion in editors that know JSON Schema."},
};

contract::LoadOutcome load(const std::string& path, std::string& error) {
  if (path != "-") return contract::load_contract_file(path);
  auto text = read_input("-", limits::kContractBytes);
  if (!text) {
    error = text.error().detail();
    return {};
  }
  return contract::load_contract_text(*text, "<stdin>", [](const std::string& name) {
    return read_input(name, limits::kContractBytes);
  });
}

std::string problems_json(const contract::LoadOutcome& outcome) {
  json::array problems;
  for (const contract::Problem& problem : outcome.problems) {
    problems.push_back(json::object{{"line", problem.at.line},
                                    {"column", problem.at.column},
                                    {"path", report::printable(problem.path)},
                                    {"message", report::printable(problem.message)},
                                    {"severity", problem.warning ? "warning" : "error"}});
  }
  json::object out{{"valid", outcome.contract.has_value()}, {"problems", std::move(problems)}};
  return text::pretty_json(out);
}

std::string summary(const contract::Contract& contract, std::string_view file) {
  return fmt::format("{}: good: {} routes, {} roles, {} objects, {} limits; version {}\n", file,
                     contract.routes.size(), contract.roles.size(), contract.objects.size(),
                     contract.limits.size(), contract.digest.substr(0, 12));
}

int check(const Arguments& arguments) {
  std::string path = arguments.value("--contract", "launchready.yaml");
  if (!arguments.positionals.empty()) {
    if (arguments.has("--contract")) {
      return complain("contract", "the contract is named twice; drop --contract");
    }
    path = arguments.positionals.front();
  }
  const std::string file = path == "-" ? "<stdin>" : path;
  std::string error;
  const contract::LoadOutcome outcome = load(path, error);
  if (!error.empty()) return complain("contract", error);
  const int code = outcome.contract ? 0 : 2;
  if (arguments.has("--json")) {
    say(problems_json(outcome));
    return code;
  }
  for (const contract::Problem& problem : outcome.problems) {
    fmt::print(stderr, "{}\n", report::printable_line(problem.str(file)));
  }
  if (outcome.contract) say(summary(*outcome.contract, file));
  return code;
}

int explain(const Arguments& arguments) {
  auto contract = open_contract(arguments.value("--contract", "launchready.yaml"));
  if (!contract) return complain("contract", contract.error());
  auto explanation =
      explain_route(*contract, arguments.positionals.at(0), arguments.positionals.at(1));
  if (!explanation) return complain("contract", explanation.error());
  say(arguments.has("--json") ? explanation_json(*contract, *explanation)
                              : explanation_text(*contract, *explanation));
  return 0;
}

int run(const Arguments& arguments) {
  if (arguments.subverb == "check") return check(arguments);
  if (arguments.subverb == "explain") return explain(arguments);
  say(contract::export_schema());
  return 0;
}

}  // namespace

extern constinit const VerbDef verb_contract;
constinit const VerbDef verb_contract{
    .name = "contract",
    .summary = "Check a contract, export its schema, explain one request.",
    .description =
        "The contract is the one file that says what the product promises. Problems are reported "
        "all at once as file:line:column with the nearest valid word.",
    .subverbs = kSubverbs,
    .positionals = {},
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
