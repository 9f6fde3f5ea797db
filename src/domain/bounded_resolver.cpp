#include "domain/bounded_resolver.h"

#include <chrono>
#include <string>

namespace lr::domain {
namespace {

Answer unasked(std::string why) {
  Answer out;
  out.outcome = Outcome::kFailed;
  out.why = std::move(why);
  return out;
}

bool is_silence(const Answer& answer) { return answer.failed() && answer.why == "timeout"; }

}  // namespace

Answer BoundedResolver::query(std::string_view name, RecordType type) {
  if (silent_) return unasked("no name server answers; is there a network?");
  if (deadline_.expired(std::chrono::steady_clock::now())) {
    return unasked("the time for the whole run was up");
  }
  Answer answer = below_.query(name, type);
  if (!is_silence(answer)) {
    heard_ = true;
  } else if (!heard_ && ++timeouts_ == kSilences) {
    // The servers of one domain may all be down; those of "com" are not.
    if (is_silence(below_.query("com", RecordType::kNs))) {
      silent_ = !heard_;
    } else {
      heard_ = true;
    }
  }
  return answer;
}

}  // namespace lr::domain
