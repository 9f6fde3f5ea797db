// Runs one area of mail records over a zone file, and tables of such runs. For tests.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inspection.h"
#include "domain/zone.h"

namespace lr::domain::testing {

/// What an area said.
struct Judged {
  report::Report report{};
  std::vector<std::string_view> silent{};

  report::Status status(std::string_view check) const;
  /// The first finding of the check; aborts when there is none.
  const report::Finding& finding(std::string_view check) const;
  std::set<std::string> with(report::Status status) const;
};

/// Below acme.example; aborts when the text is no zone file.
Zone zone_of(std::string_view text);
/// A product at acme.example that sends and receives mail.
Subject acme();
Judged judged(const Area& area, const Subject& subject, Resolver& resolver);

/// One fault: with this zone the area must find `check`.
struct Fault {
  std::string_view check{};  ///< Behind the area's name and the dot.
  std::string_view zone{};
  void (*change)(Subject&) = nullptr;
};
/// A sane zone: nothing worse than info may be found.
struct Sane {
  std::string_view zone{};
  void (*change)(Subject&) = nullptr;
};
/// Expects that every fault is found with evidence, that nothing is found in sane zones, that no
/// check is ever silent, and that each check was found once and proved once.
void expect_area(const Area& area, std::span<const Fault> faults, std::span<const Sane> sane,
                 const std::set<std::string>& proved_elsewhere = {});

}  // namespace lr::domain::testing
