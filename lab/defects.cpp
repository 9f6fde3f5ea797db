#include "lab/defects.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "text/fields.h"
#include "text/nearest.h"

namespace lr::lab {
namespace {

constexpr auto kDefects = std::to_array<Defect>({
#define LR_X(enumerator, name, control, check, closes, what) {name, control, check, what, closes},
    LR_LAB_FLAWS(LR_X)
#undef LR_X
});

Result<std::size_t> find_defect(std::string_view name) {
  const auto found = std::ranges::find(kDefects, name, &Defect::name);
  if (found != kDefects.end()) return static_cast<std::size_t>(found - kDefects.begin());
  std::vector<std::string_view> names;
  for (const Defect& defect : kDefects) names.push_back(defect.name);
  const std::string_view close = text::nearest(name, names);
  if (close.empty()) {
    return fail(Code::kInvalidArgument, fmt::format("unknown defect \"{}\"", name));
  }
  return fail(Code::kInvalidArgument,
              fmt::format("unknown defect \"{}\"; did you mean \"{}\"?", name, close));
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const Defect& defect : kDefects) names.emplace_back(defect.name);
  return names;
}

}  // namespace

std::span<const Defect> all_defects() { return kDefects; }

Result<FlawSet> FlawSet::from_names(std::span<const std::string> names) {
  FlawSet set;
  for (const std::string& name : names) {
    LR_TRY(const std::size_t index, find_defect(name));
    set.bits_.set(index);
  }
  return set;
}

Result<std::vector<std::string>> parse_defects(std::string_view list) {
  const std::string_view trimmed = text::trim_ows(list);
  if (trimmed == "none") return std::vector<std::string>{};
  if (trimmed == "all") return all_names();
  std::vector<std::string> names;
  std::size_t start = 0;
  while (start <= trimmed.size()) {
    const std::size_t comma = std::min(trimmed.find(',', start), trimmed.size());
    const std::string_view name = text::trim_ows(trimmed.substr(start, comma - start));
    if (name.empty()) {
      return fail(Code::kInvalidArgument,
                  "empty defect name; give \"all\", \"none\" or names separated by commas");
    }
    LR_TRY_VOID(find_defect(name));
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
    start = comma + 1;
  }
  return names;
}

}  // namespace lr::lab
