// The contract loader: any text gives a contract or at least one error with a place inside the
// file; no message repeats a credential; the exported rules and the loader never crash.
#include <algorithm>
#include <cstdint>
#include <string>

#include "contract/load.h"
#include "decide/router.h"
#include "fuzz/reach.h"

namespace lr::contract {
namespace {

using fuzz::require;

enum class State { kLoaded, kSyntax, kShape, kMeaning, kWarning, kRoutes };
fuzz::Reach<6> reach({"contracts loaded", "syntax errors", "shape errors", "semantic errors",
                      "warnings", "contracts with routes"});

/// Every file that a contract names is a small schema.
Result<std::string> read_file(const std::string& path) {
  if (path.size() % 2 == 0) return std::string(R"({"type":"object"})");
  return fail(Code::kNotFound, "there is no such file");
}

void note_problem(const Problem& problem) {
  if (problem.warning) return reach.mark(State::kWarning);
  if (problem.path.empty()) reach.mark(State::kSyntax);
  if (problem.message.starts_with("unknown key") || problem.message.starts_with("must be")) {
    return reach.mark(State::kShape);
  }
  if (problem.message.find("no route uses") != std::string::npos ||
      problem.message.starts_with("unknown ")) {
    reach.mark(State::kMeaning);
  }
}

void check_problems(const LoadOutcome& outcome, std::size_t lines) {
  bool error = false;
  for (const Problem& problem : outcome.problems) {
    note_problem(problem);
    error = error || !problem.warning;
    require(problem.at.line >= 1 && problem.at.line <= lines && problem.at.column >= 1,
            "problems have a place in the file");
    const std::string text = problem.str("c.yaml");
    require(std::ranges::none_of(text, [](char c) { return c == '\0' || c == '\x1b'; }),
            "messages hold no control characters");
  }
  require(error != outcome.contract.has_value(), "a contract or an error, never both");
  require(std::ranges::is_sorted(outcome.problems, {},
                                 [](const Problem& problem) { return problem.at.line; }),
          "problems are sorted");
}

/// What every loaded contract promises to those who use it.
void check_contract(const Contract& contract) {
  reach.mark(State::kLoaded);
  if (!contract.routes.empty()) reach.mark(State::kRoutes);
  const auto objects = contract.objects.size();
  for (const Route& route : contract.routes) {
    require(!route.path.empty() && route.methods != 0, "routes have a path and methods");
    require(!route.access.owner || *route.access.owner < objects, "owners are objects");
    require(!route.creates || contract.objects[*route.creates].learn.has_value(),
            "what is created is learned");
    require(route.access.authenticated || !route.access.owner, "public routes have no owner");
    require(!route.cache || !route.access.authenticated, "private answers are not cached");
    for (const LimitIndex index : route.limits) {
      require(index < contract.limits.size(), "limits exist");
    }
  }
  for (const std::string& origin : contract.cors.origins) {
    require(origin != "null" && origin.find('*') == std::string::npos, "origins are exact");
  }
  const decide::Router router(contract);
  text::CanonicalTarget target;
  require(text::canonicalize_target("/v1/a", target).has_value(), "a plain target is accepted");
  decide::RouteMatch match;
  router.match(Method::kGet, target, match);
}

void run(std::string_view text) {
  reach.run();
  const LoadOutcome outcome = load_contract_text(text, "c.yaml", read_file);
  const auto breaks = std::ranges::count_if(text, [](char c) { return c == '\n' || c == '\r'; });
  check_problems(outcome, static_cast<std::size_t>(breaks) + 2);
  if (outcome.contract) check_contract(*outcome.contract);
}

}  // namespace
}  // namespace lr::contract

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::contract::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
