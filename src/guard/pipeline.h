// One worker's request path: filters, upstream, answer, and what is written down about it.
#pragma once

#include <memory>
#include <vector>

#include "base/log.h"
#include "guard/audit_trail.h"
#include "guard/lane.h"

namespace lr::guard {

class Pipeline {
 public:
  /// `log` may be null (no access log).
  Pipeline(const Clock& clock, WorkerMetrics& metrics, AuditTrail& trail, Log* log)
      : clock_(clock), metrics_(metrics), trail_(trail), log_(log) {}

  /// Requests from now on run in `lane`; those under way stay in theirs.
  void use(LanePtr lane) { lane_ = std::move(lane); }
  const LanePtr& lane() const { return lane_; }
  net::Task<> handle(net::ServerExchange& server);

 private:
  class Lease;
  net::Task<Verdict> judge_slowly(Lane& lane, Exchange& exchange, std::size_t at);
  net::Task<> answer_locally(Lane& lane, Exchange& exchange, const Verdict& verdict);
  void write_down(const Lane& lane, const Exchange& exchange, const Verdict& verdict);
  void log_request(const Exchange& exchange, const Verdict& verdict, nanoseconds took);

  const Clock& clock_;
  WorkerMetrics& metrics_;
  AuditTrail& trail_;
  Log* log_;
  LanePtr lane_;
  std::vector<std::unique_ptr<Exchange>> spare_;
};

}  // namespace lr::guard
