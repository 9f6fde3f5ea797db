// A check is one file: src/audit/checks/<name>.cpp defines `constinit const CheckDef check_<name>`.
// From it come `checks list/explain`, the docs page, the SARIF rule, the JUnit name, the scorecard
// row and the tests that replay its samples.
#pragma once

#include <span>
#include <string_view>

#include "net/task.h"
#include "report/report.h"

namespace lr::audit {

class CheckContext;  // audit/check_context.h: contract, identities, prober, witnesses, result sink

/// How invasive a check is; a profile runs everything up to its level.
enum class Posture : std::uint8_t {
  kObserve,    ///< Reads what a stranger or a user reads anyway.
  kSafe,       ///< Also writes, on sacrificial objects that the run made itself.
  kIntrusive,  ///< Also floods and malformed messages that could disturb a weak target.
};

/// What must be in the contract for the check to apply.
enum class Needs : std::uint8_t {
  kNothing,
  kContract,
  kPrivateRoutes,
  kRoles,
  kObjects,
  kLimits,
  kOrigins,
  kBodies,
  kHealth
};

/// Replayed by the build against the lab: with the named defect the check must find it, with
/// `kFixed` (every defect off) it must pass.
struct Sample {
  enum class Kind : std::uint8_t { kVulnerable, kFixed };
  Kind kind = Kind::kFixed;
  std::string_view defect;  ///< Name of a lab defect; "" for kFixed.
};

struct CheckDef {
  std::string_view id;  ///< "authn.alg_none"
  report::Control control = report::Control::kAuthn;
  std::string_view title;
  std::string_view why;
  std::string_view fix;
  report::Severity worst = report::Severity::kHigh;
  Needs needs = Needs::kContract;
  Posture posture = Posture::kObserve;
  std::span<const std::string_view> references;  ///< "CWE-287", "OWASP API2:2023", …
  net::Task<> (*run)(CheckContext& context);
  std::span<const Sample> samples;
};

/// Generated from the files of checks/.
std::span<const CheckDef* const> all_checks();

}  // namespace lr::audit
