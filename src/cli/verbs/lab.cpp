#include "lab/lab.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <csignal>
#include <iterator>

#include "cli/console.h"
#include "cli/verb.h"
#include "contract/values.h"
#include "report/palette.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;
using report::pad_right;

constexpr FlagDef kFlags[] = {
    {"--defects", "all|none|A,B", "Which weaknesses are switched on.", "all"},
    {"--port", "N", "Port on 127.0.0.1; 0 takes a free one.", "0"},
    {"--seed", "N", "Names, ids and order of the seeded data.", "1"},
    {"--write-contract", "DIR", "Write the product's contract, its schemas and test keys there.",
     ""},
    {"--list", "", "List the defects and stop.", ""},
    {"--json", "", "Print JSON.", ""},
};
constexpr Example kExamples[] = {
    {"launchready lab --list", "Every planted weakness and the check that finds it."},
    {"launchready lab --defects all --port 8080 --write-contract lab",
     "A weak chatbot on 127.0.0.1:8080 and its contract in lab/."},
};

int list(bool as_json) {
  json::array all;
  std::string out;
  for (const lab::Defect& defect : lab::all_defects()) {
    all.push_back(json::object{{"name", defect.name},
                               {"control", defect.control},
                               {"check", defect.check},
                               {"what", defect.what},
                               {"guard_closes", defect.guard_closes}});
    fmt::format_to(std::back_inserter(out), "{} {} {} {}{}\n", pad_right(defect.name, 32),
                   pad_right(defect.control, 8), pad_right(defect.check, 28), defect.what,
                   defect.guard_closes ? "" : " (only the application can fix it)");
  }
  say(as_json ? text::pretty_json(all) : out);
  return 0;
}

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message), Origin::kClient);
}

Result<lab::LabOptions> read_options(const Arguments& arguments) {
  lab::LabOptions options;
  auto defects = lab::parse_defects(arguments.value("--defects", "all"));
  if (!defects) {
    return wrong(
        fmt::format("--defects: {}; launchready lab --list shows all", defects.error().detail()));
  }
  options.defects = std::move(*defects);
  const auto port = contract::parse_count(arguments.value("--port", "0"));
  if (!port || *port > 65'535) return wrong("--port must be a number from 0 to 65535");
  options.port = static_cast<std::uint16_t>(*port);
  const auto seed = contract::parse_count(arguments.value("--seed", "1"));
  if (!seed) return wrong("--seed must be a whole number");
  options.seed = *seed;
  return options;
}

void announce(const Arguments& arguments, const lab::LabOptions& options, const lab::Lab& lab,
              const std::string& contract) {
  const std::string url = lab.url().origin();
  if (arguments.has("--json")) {
    json::object out{{"url", url}, {"contract", contract}};
    out["defects"] = json::array(options.defects.begin(), options.defects.end());
    say(text::canonical_json(out) + "\n");
    return;
  }
  std::string out =
      fmt::format("weak chatbot on {} with {} defects\n", url, options.defects.size());
  if (!contract.empty()) {
    out +=
        fmt::format("contract {}\nnext     launchready audit --contract {}\n", contract, contract);
  }
  say(out + "Ctrl-C stops it\n");
}

void wait_for_stop(const sigset_t& signals) {
  int received = 0;
  sigwait(&signals, &received);
}

int run(const Arguments& arguments) {
  if (arguments.has("--list")) return list(arguments.has("--json"));
  auto options = read_options(arguments);
  if (!options) return complain("lab", options.error());
  // Blocked before the lab starts its threads, so that only sigwait sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto lab = lab::Lab::start(*options);
  if (!lab) return complain("lab", lab.error());
  std::string contract;
  if (const std::string folder = arguments.value("--write-contract"); !folder.empty()) {
    if (auto ready = prepare_folder(folder); !ready) return complain("lab", ready.error());
    auto written = (*lab)->write_contract(folder);
    if (!written) return complain("lab", written.error());
    contract = std::move(*written);
  }
  announce(arguments, *options, **lab, contract);
  wait_for_stop(signals);
  return 0;
}

}  // namespace

extern constinit const VerbDef verb_lab;
constinit const VerbDef verb_lab{
    .name = "lab",
    .summary = "Run a weak chatbot to try audits and the guard on.",
    .description =
        "A chatbot with planted weaknesses, each switched by name, and a stand-in for its language "
        "model. It listens on 127.0.0.1 only and holds made-up data.",
    .subverbs = {},
    .positionals = {},
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
