// One search for secrets over folders, repositories, files and sites: what `launchready secrets`
// and the SECRETS control of `audit` share.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/secret_terms.h"
#include "secrets/catalogue.h"
#include "secrets/exact/exact_values.h"
#include "secrets/findings/inventory.h"
#include "secrets/findings/parallel_visitor.h"
#include "secrets/findings/summary.h"
#include "secrets/findings/suppressions.h"
#include "secrets/findings/value_search.h"
#include "secrets/git/git_source.h"
#include "secrets/import/suppression_import.h"
#include "secrets/scanner.h"
#include "secrets/sources/archive_visitor.h"

namespace lr::cli {

struct ScanRequest {
  std::vector<std::string> targets;  ///< Paths, or URLs with "://".
  secrets::git::GitOptions git;      ///< Anything but kEverything reads repositories only.
  secrets::Confidence least = secrets::Confidence::kMedium;
  std::vector<secrets::Rule> rules;  ///< Besides the product's own.
  ContractSecrets known;
  std::string contract_file;  ///< Where `known` comes from, for reports; "" for nowhere.
  std::string contract_digest;
  std::size_t rules_lost = 0;  ///< Of `rules`' file.
  std::string rules_digest;    ///< Of that file and what it extends; "" for none.
  secrets::Suppressions suppressions;
  std::vector<secrets::ImportedSuppression> imported;  ///< Of other scanners.
  std::string ca_file;
  std::uint32_t max_rps = 200;  ///< Towards sites.
  std::string seen_file;        ///< Of git objects that need no second look; "" for none.
  std::string seen_under;       ///< What a list of them is good for (see search_digest).
};

class SecretsScan {
 public:
  /// `request` outlives the scan. Errors: rules that do not compile.
  static Result<std::unique_ptr<SecretsScan>> create(const ScanRequest& request);
  /// Errors: there is no such file or folder. Asks no site.
  static Result<> check_exists(const std::string& target);
  /// Reads one target. Errors: there is nothing there to read.
  Result<> read(const std::string& target);
  /// The outcome says that a target could not be read, and why.
  void skip(const std::string& target, std::string_view reason);
  /// The outcome of everything read so far.
  secrets::ScanSummary summary(std::chrono::sys_days today);
  /// Writes which git objects hold nothing, unless one of them holds something or could not be
  /// looked into: such objects are looked at again the next time.
  Result<> save_seen() const;
  /// Of text that goes to a terminal without a report: with what looks like a secret masked.
  std::string masked(const std::string& text);
  const secrets::Inventory& inventory() const { return inventory_; }
  /// Requests sent to sites.
  std::size_t requests() const { return requests_; }

 private:
  SecretsScan(const ScanRequest& request, std::unique_ptr<secrets::Catalogue> catalogue);
  std::unique_ptr<secrets::DocumentVisitor> make_visitor();
  void read_names();
  Result<> read_source(secrets::Source& source);
  Result<> read_repository(const std::string& path);
  Result<> read_folder(const std::string& path);
  Result<> read_site(const std::string& url);
  Result<> read_any(const std::string& target);

  const ScanRequest& request_;
  std::unique_ptr<secrets::Catalogue> catalogue_;
  secrets::ExactValues values_;
  secrets::Inventory inventory_;
  std::vector<std::unique_ptr<secrets::Scanner>> scanners_;  ///< One for each thread.
  std::vector<std::unique_ptr<secrets::ValueSearch>> searches_;
  std::unique_ptr<secrets::ParallelVisitor> visitor_;
  std::vector<const secrets::sources::ArchiveVisitor*> archives_;  ///< Owned by visitor_.
  std::vector<std::unique_ptr<secrets::git::GitSource>> listed_;   ///< With a list of objects.
  std::set<std::string> repositories_;  ///< Read as a whole, however they are reached.
  secrets::Coverage coverage_;
  std::vector<secrets::Notice> notices_;
  std::vector<std::string> searched_;
  std::vector<std::string> skipped_;  ///< Targets that could not be read.
  std::size_t requests_ = 0;
};

}  // namespace lr::cli
