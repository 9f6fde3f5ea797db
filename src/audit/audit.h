// The audit: proves or disproves each promise of a contract against a running product.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "audit/check.h"
#include "contract/contract.h"
#include "report/report.h"

namespace lr::audit {

struct AuditOptions {
  /// Null: everything a stranger can see at `target`.
  const contract::Contract* contract = nullptr;
  text::Url target;
  std::optional<contract::Profile> profile;  ///< Overrides the contract's.
  std::optional<std::uint32_t> max_rps;
  std::optional<std::chrono::seconds> deadline;
  std::vector<std::string> only;  ///< Check ids or control ids; empty runs all.
  std::string ca_file;            ///< Extra trust anchor for labs and private CAs.
  std::uint64_t seed = 0;         ///< 0: from the system; markers and orders come from it.
  /// Checks that are made outside this room: each adds rows, findings and rules to the report
  /// before the verdict. Not called when `only` names none of its controls and checks.
  struct Contributor {
    std::vector<report::Control> controls;
    std::vector<std::string_view> checks;  ///< Ids that `only` may name.
    std::function<void(report::Report& report)> contribute;
  };
  std::vector<Contributor> contributors;
  /// When it becomes true, also by a signal, the run stops, takes away what it made, and reports
  /// the rest as inconclusive. May be null.
  const std::atomic<bool>* interrupted = nullptr;
};

/// Told at the start of each check that is tried, and several times a second while it runs.
struct Progress {
  std::string_view check;
  std::uint32_t checks_done = 0;
  std::uint32_t checks_total = 0;  ///< Without those that do not apply.
  std::uint32_t requests = 0;
  double requests_per_second = 0;  ///< 0 until it can be told.
  std::chrono::seconds eta{0};     ///< At most until the deadline; 0 until it can be told.
};

/// Runs to the end or to the deadline, aborts on target distress (what was not proved is
/// inconclusive). Errors only when nothing could be audited at all: target unreachable, contract
/// without what it needs; with the cure.
Result<report::Report> run_audit(const AuditOptions& options,
                                 std::span<const CheckDef* const> checks,
                                 const std::function<void(const Progress&)>& on_progress);

}  // namespace lr::audit
