#include "cli/audit_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/arguments.h"
#include "cli/check_catalogue.h"
#include "cli/console.h"
#include "cli/sources.h"
#include "contract/values.h"

namespace lr::cli {
namespace {

constexpr std::string_view kDefaultContract = "launchready.yaml";
constexpr std::uint64_t kRequestsPerSecondMax = 100'000;

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message), Origin::kClient);
}

Result<text::Url> read_target(const std::string& text) {
  auto url = text::parse_url(text);
  if (url && url->target != "/") {
    return wrong(fmt::format("\"{}\" names a path, but a whole product is audited; write {}", text,
                             url->origin()));
  }
  if (url) return url;
  const bool bare = text.find("://") == std::string::npos;
  return wrong(
      bare ? fmt::format("\"{}\" is no URL; did you mean https://{}?", text, text)
           : fmt::format("\"{}\" is no URL that can be audited: {}", text, url.error().detail()));
}

Result<text::Url> target_of(const contract::Contract& contract, std::string_view environment) {
  LR_TRY(const contract::Environment* chosen, choose_environment(contract, environment));
  if (chosen->url) return *chosen->url;
  if (chosen->upstream) return *chosen->upstream;
  return wrong(fmt::format("{}:{}: environment \"{}\" has no url; add one or give a URL",
                           contract.file, chosen->at.line, chosen->name));
}

Result<> read_contract(const Arguments& arguments, AuditRequest& out) {
  std::string path = arguments.value("--contract");
  const bool has_url = !arguments.positionals.empty();
  if (path.empty() && !has_url) {
    if (!std::filesystem::exists(kDefaultContract)) {
      return wrong("nothing to audit; give a URL, or a contract with --contract FILE");
    }
    path = kDefaultContract;
  }
  if (path.empty()) {
    if (arguments.has("--env")) {
      return wrong("--env chooses from a contract; name it with --contract FILE");
    }
    return {};
  }
  LR_TRY(contract::Contract contract, open_contract(path));
  out.contract = std::make_unique<contract::Contract>(std::move(contract));
  out.options.contract = out.contract.get();
  return {};
}

std::optional<contract::Profile> profile_named(std::string_view name) {
  if (name == "observe") return contract::Profile::kObserve;
  if (name == "safe") return contract::Profile::kSafe;
  if (name == "full") return contract::Profile::kFull;
  return std::nullopt;
}

Result<> read_bounds(const Arguments& arguments, audit::AuditOptions& options) {
  if (arguments.has("--max-rps")) {
    const auto rate = contract::parse_count(arguments.value("--max-rps"));
    if (!rate || *rate == 0 || *rate > kRequestsPerSecondMax) {
      return wrong("--max-rps must be a number of requests per second from 1 to 100000");
    }
    options.max_rps = static_cast<std::uint32_t>(*rate);
  }
  if (arguments.has("--deadline")) {
    const auto deadline = contract::parse_duration(arguments.value("--deadline"));
    if (!deadline || *deadline < std::chrono::seconds(1)) {
      return wrong("--deadline must be a duration of at least 1s, such as 90s or 10m");
    }
    options.deadline = std::chrono::duration_cast<std::chrono::seconds>(*deadline);
  }
  if (arguments.has("--seed")) {
    const auto seed = contract::parse_count(arguments.value("--seed"));
    if (!seed || *seed == 0) return wrong("--seed must be a whole number from 1");
    options.seed = *seed;
  }
  return {};
}

}  // namespace

Result<std::string> read_ca_file(const Arguments& arguments) {
  const std::string path = arguments.value("--ca");
  if (path.empty()) return path;
  LR_TRY(const std::string pem, read_input(path, limits::kMiB));
  if (pem.find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    return wrong(fmt::format("{} holds no certificate; --ca takes a PEM file", path));
  }
  return path;
}

Result<std::vector<std::string>> read_only_list(std::string_view list,
                                                std::vector<std::string_view> known) {
  for (int i = 0; i < report::kControlCount; ++i) {
    known.push_back(report::control_id(static_cast<report::Control>(i)));
  }
  std::vector<std::string> out = split_list(list);
  for (const std::string& id : out) {
    if (std::ranges::find(known, id) != known.end()) continue;
    std::string hint = did_you_mean(id, known);
    if (hint.empty()) hint = "; launchready checks list shows all";
    return wrong(fmt::format("--only: no check or control \"{}\"{}", id, hint));
  }
  return out;
}

std::vector<std::string_view> known_ids() {
  std::vector<std::string_view> out;
  for (const KnownCheck& check : known_checks()) out.push_back(check.id);
  return out;
}

Result<AuditRequest> read_audit_request(const Arguments& arguments) {
  AuditRequest out;
  std::optional<text::Url> target;
  if (!arguments.positionals.empty()) {
    LR_TRY(target, read_target(arguments.positionals.front()));
  }
  LR_TRY_VOID(read_contract(arguments, out));
  if (!target) {
    LR_TRY(target, target_of(*out.contract, arguments.value("--env")));
  } else if (arguments.has("--env")) {
    LR_TRY([[maybe_unused]] const auto* known,
           choose_environment(*out.contract, arguments.value("--env")));
  }
  out.options.target = *target;
  out.options.profile = profile_named(arguments.value("--profile"));
  LR_TRY_VOID(read_bounds(arguments, out.options));
  LR_TRY(out.options.ca_file, read_ca_file(arguments));
  LR_TRY(out.options.only, read_only_list(arguments.value("--only"), known_ids()));
  return out;
}

}  // namespace lr::cli
