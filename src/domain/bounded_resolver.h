// Keeps a run within its time: nothing is asked behind the deadline, and nothing more once it is
// plain that nobody answers at all.
#pragma once

#include <atomic>
#include <string_view>

#include "base/clock.h"
#include "domain/dns.h"

namespace lr::domain {

class BoundedResolver final : public Resolver {
 public:
  /// `below` must outlive this.
  BoundedResolver(Resolver& below, Deadline deadline) : below_(below), deadline_(deadline) {}

  /// kFailed without a question behind the deadline, and when the first kSilences questions and one
  /// for a name of everybody's had no answer: there is no network then.
  Answer query(std::string_view name, RecordType type) override;

  static constexpr int kSilences = 6;

 private:
  Resolver& below_;
  Deadline deadline_;
  std::atomic<bool> heard_{false};
  std::atomic<bool> silent_{false};
  std::atomic<int> timeouts_{0};
};

}  // namespace lr::domain
