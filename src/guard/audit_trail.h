// What the guard writes into the ledger. One event per refusal while they come at a human pace;
// under a flood the rest is counted and written as one summary per second, because an attacker
// must not be able to fill the ledger's queue and thereby switch the product off.
#pragma once

#include <string>

#include "guard/filter.h"

namespace lr::guard {

class AuditTrail {
 public:
  static constexpr double kEventsPerSecond = 200;
  static constexpr double kEventsBurst = 1'000;

  AuditTrail(store::Ledger& ledger, const Clock& clock, WorkerMetrics& metrics)
      : ledger_(ledger), clock_(clock), metrics_(metrics), budget_at_(clock.mono()) {}

  void refused(const contract::Contract& contract, const Exchange& exchange, const Verdict& verdict,
               int status);
  /// A message that never became a request.
  void malformed(Code code, const std::string& request_id);
  /// Writes a pending summary when its second is over. Called now and then by the worker.
  void tick();

 private:
  bool within_budget();
  void withhold();

  store::Ledger& ledger_;
  const Clock& clock_;
  WorkerMetrics& metrics_;
  double budget_ = kEventsBurst;
  MonoTime budget_at_;
  std::uint64_t withheld_ = 0;
  MonoTime withheld_since_{};
};

/// An event that concerns the guard itself: "guard.started", "contract.reloaded", ….
void record_guard_event(store::Ledger& ledger, const Clock& clock, std::string_view kind,
                        std::string reason);

}  // namespace lr::guard
