#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/palette.h"
#include "report/printable.h"
#include "report/render.h"
#include "report/wording.h"

namespace lr::report {
namespace {

constexpr std::size_t kTitleColumns = 22;
constexpr std::size_t kStatusColumns = 14;
constexpr int kWidthMin = 60;

std::string heading(const Report& report, const Palette& palette) {
  const std::string product =
      report.product.empty() ? "Launch Ready" : "Launch Ready · " + printable_line(report.product);
  std::string contract = "no contract: what a stranger can see";
  if (!report.contract_file.empty()) {
    contract = fmt::format("contract {} ({})", printable_line(report.contract_file),
                           printable_line(report.contract_digest).substr(0, 12));
  }
  return fmt::format(
      "{}\n{}\n", palette.bold(product + " · " + printable_line(report.target)),
      palette.dim(fmt::format("{} · profile {} · {} · {} in {}", contract,
                              printable_line(report.profile), minute_text(report.started),
                              counted(report.requests, "request", "requests"),
                              duration_text(report.took))));
}

std::string cells_text(const ControlRow& row) {
  if (row.cells_planned == 0) return "–";
  return fmt::format("{}/{}", grouped(row.cells_proved), grouped(row.cells_planned));
}

std::string control_line(const ControlRow& row, const Palette& palette, std::size_t width) {
  const std::string note =
      row.findings > 0 ? counted(row.findings, "finding", "findings") : printable_line(row.reason);
  const std::size_t used = 2 + 9 + kTitleColumns + 1 + kStatusColumns + 2 + 11 + 2;
  const std::size_t left = width > used + 10 ? width - used : 10;
  const std::string status = pad_right(
      fmt::format("{} {}", status_mark(row.status), status_word(row.status)), kStatusColumns);
  return fmt::format("  {}{} {}  {}{}{}\n", pad_right(control_id(row.control), 9),
                     pad_right(control_title(row.control), kTitleColumns),
                     palette.status(row.status, status), pad_left(cells_text(row), 11),
                     note.empty() ? "" : "  ", shortened(note, left));
}

/// Controls that do not apply share one line per reason: they are named, and they take no room
/// from those that matter.
std::string not_applicable_lines(const Report& report, const Palette& palette, std::size_t width) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const ControlRow& row : report.controls) {
    if (row.status != Status::kNotApplicable) continue;
    const std::string reason = printable_line(row.reason);
    auto same = std::find_if(reasons.begin(), reasons.end(),
                             [&](const auto& entry) { return entry.first == reason; });
    if (same == reasons.end()) same = reasons.insert(reasons.end(), {reason, {}});
    same->second.emplace_back(control_id(row.control));
  }
  std::string out;
  for (const auto& [reason, ids] : reasons) {
    const std::string line =
        fmt::format("{} NOT APPLICABLE {}: {}", status_mark(Status::kNotApplicable),
                    fmt::join(ids, " "), reason);
    out += palette.dim(wrapped(line, width, 2, 4));
  }
  return out;
}

std::string scorecard(const Report& report, const Palette& palette, std::size_t width) {
  std::string out = palette.dim(fmt::format(
      "  {}{} {}  {}  {}\n", pad_right("CONTROL", 9), pad_right("", kTitleColumns),
      pad_right("STATUS", kStatusColumns), pad_left("CELLS", 11), "FINDINGS OR REASON"));
  for (const ControlRow& row : report.controls) {
    if (row.status == Status::kNotApplicable) continue;
    out += control_line(row, palette, width);
  }
  return out + not_applicable_lines(report, palette, width);
}

std::string risk_lines(const Report& report, const Palette& palette, std::size_t width) {
  const std::vector<const Finding*> risks = top_risks(report);
  if (risks.empty()) return "";
  std::string out = palette.bold("Top risks") + "\n";
  std::size_t number = 0;
  for (const Finding* finding : risks) {
    const std::string title = shortened(printable_line(finding->title), width - 28);
    const std::size_t places = places_of(report, *finding);
    std::string where = printable_line(place_of(finding->location));
    const std::string source = printable_line(source_of(finding->location));
    if (!source.empty()) where += " · " + source;
    where += " · " + printable_line(finding->check);
    if (places > 1) where += fmt::format(" · {} places", grouped(places));
    fmt::format_to(
        std::back_inserter(out), "  {:>2} {} {} {}\n", ++number,
        palette.severity(finding->severity, pad_right(upper(severity_name(finding->severity)), 9)),
        pad_right(control_id(finding->control), 8), palette.bold(title));
    out += "     " + palette.dim(shortened(where, width - 5)) + "\n";
  }
  return out + "\n";
}

std::string unproved_lines(const Report& report, const Palette& palette, std::size_t width) {
  constexpr std::size_t kMost = 5;
  if (report.inconclusive.empty()) return "";
  std::string out = palette.bold("Not proved") + "\n";
  std::size_t shown = 0;
  for (const Inconclusive& entry : report.inconclusive) {
    if (++shown > kMost) break;
    const std::string place = printable_line(place_of(entry.location));
    out += wrapped(fmt::format("{} {}{}{}: {}", status_mark(Status::kInconclusive),
                               printable_line(entry.check), place.empty() ? "" : " · ", place,
                               printable_line(entry.reason)),
                   width, 2, 4);
  }
  if (report.inconclusive.size() > kMost) {
    out += fmt::format("    and {} more in report.json\n",
                       grouped(report.inconclusive.size() - kMost));
  }
  return out + "\n";
}

}  // namespace

std::string render_terminal(const Report& report, const TerminalStyle& style) {
  const Palette palette(style.color);
  const auto width = static_cast<std::size_t>(std::max(style.width, kWidthMin));
  const std::string headline =
      fmt::format("  {}  ", palette.verdict(report.verdict, verdict_headline(report.verdict)));
  const std::size_t indent = verdict_headline(report.verdict).size() + (style.color ? 6 : 4);
  std::string out = heading(report, palette);
  out += "\n" + headline + wrapped(verdict_sentence(report), width, indent, indent).substr(indent);
  out += "\n";
  out += scorecard(report, palette, width) + "\n";
  out += risk_lines(report, palette, width);
  out += unproved_lines(report, palette, width);
  fmt::format_to(std::back_inserter(out), "{}  {}\n", palette.bold("Coverage"),
                 coverage_line(tally(report)));
  out += palette.bold("Next step") + "\n" + wrapped(printable_line(next_step(report)), width, 2, 2);
  return out;
}

}  // namespace lr::report
