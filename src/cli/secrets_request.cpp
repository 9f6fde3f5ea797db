#include "cli/secrets_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <utility>

#include "cli/console.h"
#include "cli/sources.h"
#include "crypto/digest.h"
#include "secrets/findings/fingerprint.h"
#include "secrets/rule_file.h"

namespace lr::cli {
namespace {

namespace fs = std::filesystem;
using secrets::Confidence;
using secrets::Suppression;
using secrets::Suppressions;
using Scope = secrets::git::GitOptions::Scope;

constexpr std::chrono::days kAcceptedFor{365};
/// Whatever stands in the way of knowing: reading it will say what.
bool is_file(const fs::path& path) {
  std::error_code unknown;
  return fs::is_regular_file(path, unknown);
}
bool is_folder(const fs::path& path) {
  std::error_code unknown;
  return fs::is_directory(path, unknown);
}

constexpr const char* kThisProgram = "/proc/self/exe";

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message), Origin::kClient);
}

Result<secrets::git::GitOptions> read_scope(const Arguments& arguments) {
  secrets::git::GitOptions out;
  if (arguments.has("--staged") && arguments.has("--since")) {
    return wrong("--staged and --since exclude each other; choose one");
  }
  if (arguments.has("--staged")) {
    out.scope = Scope::kStaged;
    // Set while git runs a hook; it is about the repository that the hook is run in.
    const char* const index = std::getenv("GIT_INDEX_FILE");
    const bool here = std::ranges::all_of(arguments.positionals,
                                          [](const std::string& target) { return target == "."; });
    if (index != nullptr && here) out.index_file = index;
  }
  if (arguments.has("--since")) {
    out.scope = Scope::kSince;
    out.since = arguments.value("--since");
    if (out.since.empty()) return wrong("--since needs a commit, a tag or a branch");
  }
  return out;
}

Confidence read_confidence(const Arguments& arguments) {
  const std::string name = arguments.value("--confidence", "medium");
  if (name == "low") return Confidence::kLow;
  return name == "high" ? Confidence::kHigh : Confidence::kMedium;
}

/// What other scanners' files beside the target accept, and the file that --baseline names.
Result<std::vector<secrets::ImportedSuppression>> read_baselines(const Arguments& arguments) {
  std::vector<std::string> paths;
  const fs::path folder = fs::path(suppressions_path(arguments)).parent_path();
  for (const std::string_view name : {".gitleaksignore", ".secrets.baseline"}) {
    if (is_file(folder / name)) paths.push_back(folder / name);
  }
  if (arguments.has("--baseline")) paths.push_back(arguments.value("--baseline"));
  std::vector<secrets::ImportedSuppression> out;
  for (const std::string& path : paths) {
    LR_TRY(const std::string text, read_input(path, secrets::kSuppressionFileBytes));
    LR_TRY(secrets::SuppressionFile file, secrets::import_suppressions(text, path));
    std::ranges::move(file.entries, std::back_inserter(out));
  }
  return out;
}

/// Under what a look at an object need not be repeated: this very program, the same further rules,
/// the same confidence, the same known values. Values count under the project's key only.
Result<std::string> search_digest(const Arguments& arguments, const ScanRequest& request) {
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(kThisProgram, failed);
  if (failed) return wrong("--seen needs /proc, to know the program that looked");
  LR_TRY(const std::string program, read_input(kThisProgram, size));
  std::string all = crypto::hex(crypto::sha256(program)) + arguments.value("--confidence");
  all += '\n' + request.rules_digest;
  for (const secrets::NamedSecret& known : request.known.values) {
    all += known.name + '\n';
    all += crypto::hex(crypto::hmac_sha256(request.suppressions.key(), known.value.expose()));
  }
  return crypto::hex(crypto::sha256(all));
}

}  // namespace

std::chrono::sys_days today() {
  return std::chrono::floor<std::chrono::days>(SystemClock().wall());
}

std::string suppressions_path(const Arguments& arguments) {
  if (arguments.has("--suppressions")) return arguments.value("--suppressions");
  fs::path folder = ".";
  for (const std::string& target : arguments.positionals) {
    if (target.contains("://")) continue;
    folder = is_folder(target) ? fs::path(target) : fs::path(target).parent_path();
    break;
  }
  return (folder / std::string(Suppressions::kFileName)).lexically_normal();
}

Result<secrets::ImportedRules> read_rule_file(const std::string& path, std::string* digest) {
  LR_TRY(const std::string text, read_input(path, secrets::kRuleFileBytes));
  std::string all = crypto::hex(crypto::sha256(text));
  secrets::ImportedRules out;
  if (text.starts_with("family:") || text.contains("\nfamily:")) {
    LR_TRY(out.rules, secrets::parse_rule_file(text, fs::path(path).filename().string()));
  } else {
    secrets::ImportOptions options;
    options.read = [&all, folder = fs::path(path).parent_path()](
                       std::string_view name) -> Result<std::string> {
      // What a file names may be anything; a pipe would be waited for.
      if (!is_file(folder / name)) return wrong(fmt::format("{} is no file", name));
      LR_TRY(std::string base, read_input(folder / name, secrets::kRuleFileBytes));
      all += crypto::hex(crypto::sha256(base));
      return base;
    };
    LR_TRY(out, secrets::import_rules(text, path, options));
  }
  if (digest != nullptr) *digest = std::move(all);
  secrets::drop_refused(out, path, text);
  return out;
}

Result<ScanRequest> read_scan_request(const Arguments& arguments) {
  ScanRequest out;
  out.targets = arguments.positionals;
  if (out.targets.empty()) out.targets.emplace_back(".");
  LR_TRY(out.git, read_scope(arguments));
  for (const std::string& target : out.targets) {
    if (target.contains("://") && out.git.scope != Scope::kEverything) {
      return wrong(fmt::format("--staged and --since read repositories; {} is none", target));
    }
  }
  out.least = read_confidence(arguments);
  out.ca_file = arguments.value("--ca");
  if (arguments.has("--rules")) {
    LR_TRY(secrets::ImportedRules imported,
           read_rule_file(arguments.value("--rules"), &out.rules_digest));
    out.rules = std::move(imported.rules);
    for (const secrets::ImportNote& note : imported.notes) out.rules_lost += note.lost ? 1 : 0;
  }
  if (arguments.has("--contract")) {
    LR_TRY(const contract::Contract contract, open_contract(arguments.value("--contract")));
    out.known = read_contract_secrets(contract);
    out.contract_file = contract.file;
    out.contract_digest = contract.digest;
  }
  // Beside a target that cannot be entered there is none; the search says that it cannot.
  const std::string accepted = suppressions_path(arguments);
  if (arguments.has("--suppressions") || is_file(accepted)) {
    LR_TRY(out.suppressions, Suppressions::load(accepted));
  }
  LR_TRY(out.imported, read_baselines(arguments));
  if (arguments.has("--seen")) {
    if (out.git.scope != Scope::kEverything) {
      return wrong("--seen is about whole repositories; leave out --staged and --since");
    }
    out.seen_file = arguments.value("--seen");
    LR_TRY(out.seen_under, search_digest(arguments, out));
  }
  return out;
}

Result<Suppression> read_suppression(const Arguments& arguments) {
  Suppression out;
  out.fingerprint = arguments.value("--suppress");
  if (!secrets::is_fingerprint(out.fingerprint)) {
    return wrong("--suppress takes a fingerprint as a report shows it: lrs1: and 32 hex digits");
  }
  out.owner = arguments.value("--owner");
  if (out.owner.empty()) return wrong("--suppress needs --owner: who answers for it");
  out.reason = arguments.value("--reason");
  if (out.reason.empty()) return wrong("--suppress needs --reason: why it may stay");
  out.path = arguments.value("--under");
  out.expires = today() + kAcceptedFor;
  if (arguments.has("--expires")) {
    const auto day = secrets::parse_day(arguments.value("--expires"));
    if (!day) return wrong("--expires must be a day such as 2027-01-31");
    if (*day <= today()) return wrong("--expires must lie in the future");
    out.expires = *day;
  }
  return out;
}

}  // namespace lr::cli
