// Checks of a domain are data: an area (src/domain/<part>/areas/<name>.cpp) defines
// `constinit const Area area_<name>` with its checks and one function that judges them all from the
// same answers. cmake/Registry.cmake collects the areas.
#pragma once

#include <span>
#include <string_view>

#include "report/report.h"

namespace lr::domain {

class Inspection;  // domain/inspection.h

struct CheckDef {
  std::string_view id{};  ///< "spf.too_many_lookups"; the area's name comes first.
  report::Control control = report::Control::kDns;
  std::string_view title{};  ///< What is wrong, in a sentence a founder understands.
  std::string_view why{};    ///< What it costs: who can do what, what breaks.
  std::string_view fix{};    ///< What to change.
  report::Severity worst = report::Severity::kMedium;
  std::string_view reference{};  ///< "RFC 7208 section 4.6.4"
  /// What to publish in place of a quoted record where no judge can write it: "{name}" and
  /// "{record}" stand for its owner and text, words in <> are for the reader to fill in. kTakeOut:
  /// the record has to go.
  std::string_view instead{};
};

inline constexpr std::string_view kTakeOut = "-";

struct Area {
  std::string_view name{};  ///< "spf"
  std::span<const CheckDef> checks;
  /// Says of every check that it is proved, found, not provable or not applicable. Blocks; areas
  /// run on threads of their own.
  void (*inspect)(Inspection& inspection);
};

/// Generated from the files of */areas/.
std::span<const Area* const> all_areas();

}  // namespace lr::domain
