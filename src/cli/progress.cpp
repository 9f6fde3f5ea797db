#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cli/console.h"
#include "report/printable.h"

namespace lr::cli {

bool can_show_progress() {
  const char* term = std::getenv("TERM");
  return is_terminal(stderr) && (term == nullptr || std::string_view(term) != "dumb");
}

std::string progress_text(const audit::Progress& progress) {
  std::string out = fmt::format("{}/{} {} · {} requests", progress.checks_done,
                                progress.checks_total, progress.check, progress.requests);
  if (progress.requests_per_second > 0) {
    out += fmt::format(" · {:.0f}/s", progress.requests_per_second);
  }
  const auto eta = progress.eta.count();
  if (eta > 0 && eta < 60) out += fmt::format(" · about {} s left", eta);
  if (eta >= 60) out += fmt::format(" · about {} min left", (eta + 59) / 60);
  return out;
}

void ProgressLine::show(const audit::Progress& progress) {
  if (!visible_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  drawn_ = true;
  // The last column stays free: writing there makes some terminals go to the next line.
  const auto width = static_cast<std::size_t>(std::max(columns_of_screen(stderr) - 1, 1));
  fmt::print(stderr, "\r{}\x1b[K",
             report::shortened(label_ + " " + progress_text(progress), width));
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!drawn_) return;
  drawn_ = false;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

}  // namespace lr::cli
