// One line on stderr that shows how far an audit is: on a terminal only.
#pragma once

#include <chrono>
#include <string>

#include "audit/audit.h"

namespace lr::cli {

/// Whether stderr is a screen on which a line can be drawn again and again.
bool can_show_progress();

/// "12/34 authn.missing · 812 requests · 190/s · about 12 s left"
std::string progress_text(const audit::Progress& progress);

class ProgressLine {
 public:
  /// `label` stands in front; `visible` is false in pipes and with --quiet.
  ProgressLine(std::string label, bool visible) : label_(std::move(label)), visible_(visible) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// Draws at most ten times a second.
  void show(const audit::Progress& progress);
  void clear();

 private:
  std::string label_;
  bool visible_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace lr::cli
