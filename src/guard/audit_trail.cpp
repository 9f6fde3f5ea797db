#include "guard/audit_trail.h"

#include <fmt/format.h>

#include <algorithm>

#include "guard/metrics.h"

namespace lr::guard {
namespace {

std::string_view kind_of(Code code) {
  switch (code) {
    case Code::kUnauthenticated:
    case Code::kPermissionDenied:
    case Code::kNotFound:
    case Code::kMethodNotAllowed:
      return "access.denied";
    case Code::kResourceExhausted:
      return "rate.limited";
    case Code::kBadGateway:
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kInternal:
      return "upstream.failed";
    default:
      return "request.refused";
  }
}

store::LedgerEvent describe(const contract::Contract& contract, const Exchange& exchange,
                            const Verdict& verdict, int status) {
  store::LedgerEvent event;
  event.time = exchange.wall;
  event.kind = kind_of(verdict.code);
  event.request_id = exchange.request_id;
  if (exchange.caller != nullptr) {
    event.subject = exchange.caller->identity.user.str();
    event.tenant = exchange.caller->identity.tenant.str();
  }
  event.method = exchange.method ? contract::method_name(*exchange.method) : "other";
  event.route = exchange.route_label();
  event.client = exchange.client.str();
  event.status = status;
  event.reason = verdict.reason;
  if (!verdict.detail.empty()) event.reason += fmt::format(": {}", verdict.detail);
  if (verdict.at.line != 0) {
    const std::size_t slash = contract.file.rfind('/');
    const std::string_view name =
        std::string_view(contract.file).substr(slash == std::string::npos ? 0 : slash + 1);
    event.rule = fmt::format("{}:{}", name, verdict.at.line);
  }
  return event;
}

}  // namespace

bool AuditTrail::within_budget() {
  const MonoTime now = clock_.mono();
  const double passed = std::chrono::duration<double>(now - budget_at_).count();
  budget_at_ = now;
  budget_ = std::min(kEventsBurst, budget_ + passed * kEventsPerSecond);
  if (budget_ < 1) return false;
  budget_ -= 1;
  return true;
}

void AuditTrail::refused(const contract::Contract& contract, const Exchange& exchange,
                         const Verdict& verdict, int status) {
  if (within_budget()) {
    // A refusal needs no permission from the ledger: what cannot be kept is refused all the same.
    static_cast<void>(ledger_.append(describe(contract, exchange, verdict, status)));
  } else {
    withhold();
  }
}

void AuditTrail::malformed(Code code, const std::string& request_id) {
  metrics_.refused.add("malformed_message");
  if (!within_budget()) {
    withhold();
    return;
  }
  store::LedgerEvent event;
  event.time = clock_.wall();
  event.kind = "request.refused";
  event.request_id = request_id;
  event.status = http_status(code);
  event.reason = "malformed_message";
  static_cast<void>(ledger_.append(std::move(event)));
}

void AuditTrail::withhold() {
  metrics_.ledger_summarised.add();
  if (withheld_++ == 0) withheld_since_ = budget_at_;
  tick();
}

void AuditTrail::tick() {
  if (withheld_ == 0 || clock_.mono() - withheld_since_ < seconds(1)) return;
  record_guard_event(ledger_, clock_, "access.denied.summary",
                     fmt::format("{} further refusals", withheld_));
  withheld_ = 0;
}

void record_guard_event(store::Ledger& ledger, const Clock& clock, std::string_view kind,
                        std::string reason) {
  store::LedgerEvent event;
  event.time = clock.wall();
  event.kind = kind;
  event.reason = std::move(reason);
  static_cast<void>(ledger.append(std::move(event)));
}

}  // namespace lr::guard
