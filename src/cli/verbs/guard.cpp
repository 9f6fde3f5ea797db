#include "guard/guard.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>

#include "cli/console.h"
#include "cli/sources.h"
#include "cli/verb.h"
#include "contract/values.h"
#include "guard/filter.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;

constexpr FlagDef kFlags[] = {
    {"--contract", "FILE", "The contract to enforce.", "launchready.yaml"},
    {"--env", "NAME", "Which environment of the contract.", "the only one, or production"},
    {"--listen", "ADDRESS", "Address and port to serve on.", "the contract's"},
    {"--admin", "ADDRESS", "Address and port of health, metrics and reload.", "the contract's"},
    {"--upstream", "URL", "Where the application listens.", "the environment's upstream"},
    {"--workers", "N", "Worker threads; 0 is one per core.", "the contract's"},
    {"--state", "DIR", "Where the ledger and the learned owners are kept.", "beside the contract"},
    {"--quiet", "", "No access log.", ""},
    {"--json", "", "Print the addresses that it serves, or the pipeline, as JSON.", ""},
    {"--explain-pipeline", "", "Print the filters in running order with the reasons, and stop.",
     ""},
};

constexpr Example kExamples[] = {
    {"launchready guard --contract launchready.yaml", "Serves until SIGTERM; SIGHUP reloads."},
    {"launchready guard --listen 127.0.0.1:8443 --upstream http://127.0.0.1:8080 --workers 2",
     "Overrides what the contract says."},
    {"launchready guard --explain-pipeline", "What happens to a request, in order."},
};

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message), Origin::kClient);
}

Result<std::optional<contract::ListenAddress>> read_address(const Arguments& arguments,
                                                            std::string_view flag) {
  const std::string text = arguments.value(flag);
  if (text.empty()) return std::nullopt;
  const auto address = contract::parse_listen_address(text);
  if (address) return address;
  return wrong(fmt::format("{} must be an address and a port such as 127.0.0.1:8443, not \"{}\"",
                           flag, text));
}

Result<> read_overrides(const Arguments& arguments, guard::GuardOptions& options) {
  LR_TRY(options.listen, read_address(arguments, "--listen"));
  LR_TRY(options.admin, read_address(arguments, "--admin"));
  if (const std::string text = arguments.value("--upstream"); !text.empty()) {
    auto url = text::parse_url(text);
    if (!url) {
      return wrong(fmt::format("--upstream must be a URL such as http://127.0.0.1:8080: {}",
                               url.error().detail()));
    }
    options.upstream = std::move(*url);
  }
  if (arguments.has("--workers")) {
    const auto count = contract::parse_count(arguments.value("--workers"));
    if (!count || *count > 256) return wrong("--workers must be a number from 0 to 256");
    options.workers = static_cast<unsigned>(*count);
  }
  if (const std::string folder = arguments.value("--state"); !folder.empty()) {
    LR_TRY_VOID(prepare_folder(folder));
    options.state_folder = folder;
  }
  return {};
}

Result<guard::GuardOptions> read_options(const Arguments& arguments) {
  guard::GuardOptions options;
  options.contract_path = arguments.value("--contract", "launchready.yaml");
  options.environment = arguments.value("--env");
  options.quiet = arguments.has("--quiet");
  options.announce_json = arguments.has("--json");
  if (!arguments.has("--contract") && !std::filesystem::exists(options.contract_path)) {
    return wrong("there is no launchready.yaml here; name the contract with --contract FILE");
  }
  LR_TRY(const contract::Contract contract, open_contract(options.contract_path));
  if (!arguments.has("--upstream") || arguments.has("--env")) {
    LR_TRY([[maybe_unused]] const auto* known, choose_environment(contract, options.environment));
  }
  LR_TRY_VOID(read_overrides(arguments, options));
  return options;
}

Result<std::string> pipeline_json() {
  LR_TRY(const auto ordered, guard::order_filters(guard::all_filters()));
  json::array filters;
  for (const guard::FilterDef* def : ordered) {
    filters.push_back(json::object{{"id", def->id},
                                   {"title", def->title},
                                   {"after", json::array(def->after.begin(), def->after.end())},
                                   {"why_after", def->why_after},
                                   {"section", def->section}});
  }
  return text::pretty_json(filters);
}

int explain_pipeline(bool as_json) {
  if (!as_json) {
    say(guard::explain_pipeline());
    return 0;
  }
  const auto text = pipeline_json();
  if (!text) return complain("guard", text.error());
  say(*text);
  return 0;
}

int run(const Arguments& arguments) {
  if (arguments.has("--explain-pipeline")) return explain_pipeline(arguments.has("--json"));
  auto options = read_options(arguments);
  if (!options) return complain("guard", options.error());
  const auto ended = guard::run_guard(std::move(*options));
  return ended ? 0 : complain("guard", ended.error());
}

}  // namespace

extern constinit const VerbDef verb_guard;
constinit const VerbDef verb_guard{
    .name = "guard",
    .summary = "Enforce the contract in front of the product's API.",
    .description =
        "A gateway that lets through only what the contract promises: listed routes and methods, "
        "verified tokens and keys, roles and scopes, the caller's own objects, valid bodies, "
        "approved origins, within limits. Everything else gets a safe error with a request id. "
        "Logs are JSON on stderr; security events go to a tamper-evident ledger.",
    .subverbs = {},
    .positionals = {},
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
