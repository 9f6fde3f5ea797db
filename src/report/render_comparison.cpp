#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/palette.h"
#include "report/printable.h"
#include "report/render.h"
#include "report/wording.h"

namespace lr::report {
namespace {

constexpr std::size_t kSideColumns = 20;
constexpr std::size_t kTitleColumns = 22;

const ControlRow* row_of(const Report& report, Control control) {
  for (const ControlRow& row : report.controls) {
    if (row.control == control) return &row;
  }
  return nullptr;
}

std::string side(const ControlRow* row, const Palette& palette) {
  if (row == nullptr) return pad_right("", kSideColumns);
  std::string text = fmt::format("{} {}", status_mark(row->status), status_word(row->status));
  if (row->findings > 0) text += fmt::format(" ({})", grouped(row->findings));
  return palette.status(row->status, pad_right(text, kSideColumns));
}

Status status_of(const ControlRow* row) {
  return row == nullptr ? Status::kNotApplicable : row->status;
}

std::string_view change_of(Status before, Status after) {
  if (before == after) return before == Status::kFail ? "still open" : "";
  if (after == Status::kPass)
    return before == Status::kNotApplicable ? "now proved" : "turned green";
  if (after == Status::kFail) return "turned red";
  if (after == Status::kInconclusive) return "no longer proved";
  return "";
}

std::string rows(const Report& before, const Report& after, const Palette& palette) {
  std::string out;
  std::vector<std::string> outside;
  for (int i = 0; i < kControlCount; ++i) {
    const auto control = static_cast<Control>(i);
    const ControlRow* left = row_of(before, control);
    const ControlRow* right = row_of(after, control);
    if (status_of(left) == Status::kNotApplicable && status_of(right) == Status::kNotApplicable) {
      outside.emplace_back(control_id(control));
      continue;
    }
    const std::string_view change = change_of(status_of(left), status_of(right));
    std::string line = fmt::format("  {}{}{}  {}{}", pad_right(control_id(control), 9),
                                   pad_right(control_title(control), kTitleColumns),
                                   side(left, palette), side(right, palette), change);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  if (!outside.empty()) {
    out += palette.dim(
        wrapped(fmt::format("– NOT APPLICABLE in both: {}", fmt::join(outside, " ")), 100, 2, 4));
  }
  return out;
}

std::string turned_green(const Report& before, const Report& after) {
  std::vector<std::string> ids;
  for (int i = 0; i < kControlCount; ++i) {
    const auto control = static_cast<Control>(i);
    const Status was = status_of(row_of(before, control));
    const Status is = status_of(row_of(after, control));
    if (is == Status::kPass && (was == Status::kFail || was == Status::kInconclusive)) {
      ids.emplace_back(control_id(control));
    }
  }
  if (ids.empty()) return "none";
  return fmt::format("{} ({})", fmt::join(ids, ", "), counted(ids.size(), "control", "controls"));
}

std::string open_lines(const Report& after, const Palette& palette, std::size_t width) {
  if (after.findings.empty()) return "";
  std::string out = palette.bold("The application itself must still fix") + "\n";
  for (int i = 0; i < kControlCount; ++i) {
    for (const CheckGroup& group : groups_of(after, static_cast<Control>(i))) {
      const Finding& worst = group.worst();
      fmt::format_to(
          std::back_inserter(out), "  {} {} {}\n",
          palette.severity(worst.severity, pad_right(upper(severity_name(worst.severity)), 9)),
          pad_right(control_id(worst.control), 8),
          shortened(printable_line(worst.title), width - 21));
      out += palette.dim(wrapped(printable_line(worst.fix), width, 21, 21));
    }
  }
  return out;
}

}  // namespace

std::string render_comparison(const Report& before, const Report& after,
                              const TerminalStyle& style) {
  const Palette palette(style.color);
  const auto width = static_cast<std::size_t>(std::max(style.width, 60));
  std::string out = palette.bold(fmt::format("  {}{}  {}\n", pad_right("", 9 + kTitleColumns),
                                             pad_right("BEFORE", kSideColumns), "AFTER"));
  fmt::format_to(std::back_inserter(out), "  {}{}  {}\n", pad_right("", 9 + kTitleColumns),
                 pad_right(verdict_headline(before.verdict), kSideColumns),
                 verdict_headline(after.verdict));
  out += rows(before, after, palette) + "\n";
  fmt::format_to(std::back_inserter(out), "{}  {}\n", palette.bold("Turned green"),
                 turned_green(before, after));
  fmt::format_to(std::back_inserter(out), "{}      {} before, {} after\n", palette.bold("Findings"),
                 grouped(before.findings.size()), grouped(after.findings.size()));
  fmt::format_to(std::back_inserter(out), "{}      {} before, {} after\n", palette.bold("Coverage"),
                 coverage_line(tally(before)), coverage_line(tally(after)));
  return out + open_lines(after, palette, width);
}

}  // namespace lr::report
