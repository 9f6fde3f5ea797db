// Runs one area against servers on the loopback and says what came of each check. For tests.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/inspection.h"
#include "report/report.h"

namespace lr::domain {

/// A web host with its addresses; the port is that of Inspected::run.
struct InspectedHost {
  std::string name{};
  std::vector<std::string> addresses{"127.0.0.1"};
};

struct Inspected {
  report::Report report{};
  std::vector<std::string> silent{};  ///< Checks that no word was said of.
  std::set<std::string> found{};      ///< Ids with a finding.
  std::map<std::string, report::Status> status{};

  struct Setup {
    std::vector<InspectedHost> hosts{};
    std::uint16_t port = 0;  ///< Stands for 443.
    std::string ca_file{};
    WallTime now{};
    TlsProfile profile = TlsProfile::kIntermediate;
    bool from_contract = false;
    bool live = true;
    milliseconds patience{5000};
  };
  static Inspected run(const Area& area, const Setup& setup);
  /// The severity of the finding of `check`; kInfo when there is none.
  report::Severity severity(const std::string& check) const;
};

}  // namespace lr::domain
