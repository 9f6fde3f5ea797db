#include "cli/check_catalogue.h"

#include <algorithm>

#include "audit/check.h"
#include "domain/check.h"

namespace lr::cli {
namespace {

std::string_view profile_of(audit::Posture posture) {
  switch (posture) {
    case audit::Posture::kObserve:
      return "observe";
    case audit::Posture::kSafe:
      return "safe";
    case audit::Posture::kIntrusive:
      return "full";
  }
  return "full";
}

}  // namespace

std::vector<KnownCheck> known_checks() {
  std::vector<KnownCheck> out;
  for (const audit::CheckDef* check : audit::all_checks()) {
    out.push_back({check->id,
                   check->control,
                   check->worst,
                   profile_of(check->posture),
                   check->title,
                   check->why,
                   check->fix,
                   {check->references.begin(), check->references.end()}});
  }
  for (const domain::Area* area : domain::all_areas()) {
    for (const domain::CheckDef& check : area->checks) {
      out.push_back({check.id,
                     check.control,
                     check.worst,
                     "observe",
                     check.title,
                     check.why,
                     check.fix,
                     {check.reference}});
    }
  }
  std::ranges::sort(out, {}, &KnownCheck::id);
  return out;
}

}  // namespace lr::cli
