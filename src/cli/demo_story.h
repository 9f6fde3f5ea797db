// The main job as one story: audit a weak chatbot, put the guard in front, audit again.
#pragma once

#include <string>

#include "base/error.h"
#include "report/report.h"

namespace lr::cli {

struct DemoStory {
  report::Report before;
  report::Report after;
};

/// Starts the lab with all defects and audits it, then audits it through the guard. Writes
/// FOLDER/lab (the contract), FOLDER/before and FOLDER/after. `visible` shows progress on stderr.
Result<DemoStory> tell_demo(const std::string& folder, bool visible);

/// The story holds when the product was not ready, no control got worse, and there are fewer
/// findings behind the guard.
bool story_holds(const DemoStory& story);

}  // namespace lr::cli
