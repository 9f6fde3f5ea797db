// Evidence fit for a report: shortened, without secrets, and a curl line that repeats it.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "probe/exchange.h"
#include "report/report.h"

namespace lr::probe {

/// Every credential that the run has used, so that none of them reaches a report even when the
/// target echoes it.
class Redactor {
 public:
  void learn(std::string_view secret);
  /// For evidence: everything that looks like a secret or a person is masked. The run's own
  /// markers stay recognisable.
  std::string clean(std::string_view text) const;
  /// For curl lines, which must still work: only credentials are masked.
  std::string without_credentials(std::string_view text) const;

 private:
  std::set<std::string, std::less<>> known_;
};

/// `what` is one sentence about this exchange.
report::Evidence make_evidence(std::string what, const Exchange& exchange,
                               const Redactor& redactor);

/// One line for a POSIX shell. Credentials are shell variables ("$TOKEN_USER_A"); everything else
/// is quoted, so that pasting it runs nothing but curl.
std::string render_curl(const std::string& origin, const Request& request,
                        const Redactor& redactor);

/// Single-quoted for a POSIX shell.
std::string shell_quote(std::string_view text);

}  // namespace lr::probe
