#include <fmt/format.h>

#include <iterator>

#include "report/palette.h"
#include "report/printable.h"
#include "report/render.h"
#include "report/wording.h"

namespace lr::report {
namespace {

// GitHub refuses comments over 65,536 characters; details stop well before.
constexpr std::size_t kBytesMax = 60'000;
constexpr std::size_t kDetailsMax = 30;

std::string status_cell(Status status) {
  switch (status) {
    case Status::kPass:
      return "✅ pass";
    case Status::kFail:
      return "❌ **fail**";
    case Status::kInconclusive:
      return "❔ inconclusive";
    case Status::kNotApplicable:
      return "➖ not applicable";
  }
  return "❔ inconclusive";
}

std::string_view verdict_mark(Verdict verdict) {
  switch (verdict) {
    case Verdict::kReady:
      return "✅";
    case Verdict::kNotReady:
      return "⛔";
    case Verdict::kIncomplete:
      return "❔";
  }
  return "❔";
}

std::string control_table(const Report& report) {
  std::string out = "| control | status | cells proved | findings or reason |\n|---|---|--:|---|\n";
  std::string outside;
  for (const ControlRow& row : report.controls) {
    if (row.status == Status::kNotApplicable) {
      fmt::format_to(std::back_inserter(outside), "{}{}", outside.empty() ? "" : ", ",
                     control_id(row.control));
      continue;
    }
    const std::string note =
        row.findings > 0 ? counted(row.findings, "finding", "findings") : markdown_line(row.reason);
    fmt::format_to(std::back_inserter(out), "| **{}** {} | {} | {}/{} | {} |\n",
                   control_id(row.control), control_title(row.control), status_cell(row.status),
                   grouped(row.cells_proved), grouped(row.cells_planned), note);
  }
  if (!outside.empty()) out += "\nNot applicable in this run: " + outside + "\n";
  return out;
}

std::string risk_list(const Report& report) {
  std::string out;
  std::size_t number = 0;
  for (const Finding* finding : top_risks(report)) {
    const std::size_t places = places_of(report, *finding);
    fmt::format_to(std::back_inserter(out), "{}. **{}** · {} · {}", ++number,
                   upper(severity_name(finding->severity)), control_id(finding->control),
                   markdown_line(finding->title));
    const std::string place = markdown_code(place_of(finding->location));
    const std::string source = markdown_code(source_of(finding->location));
    if (!place.empty()) out += " · " + place;
    if (!source.empty()) out += " · " + source;
    if (places > 1) out += fmt::format(" · {} places", grouped(places));
    out += "\n";
  }
  return out.empty() ? "" : "### Top risks\n\n" + out + "\n";
}

std::string detail(const Report& report, const Finding& finding) {
  const std::size_t places = places_of(report, finding);
  std::string out = fmt::format("<details><summary><b>{}</b> · {} · {}{}</summary>\n\n",
                                upper(severity_name(finding.severity)), control_id(finding.control),
                                html_line(finding.title),
                                places > 1 ? fmt::format(" · {} places", grouped(places)) : "");
  if (!finding.why.empty()) out += "**Why it matters.** " + markdown_line(finding.why) + "\n\n";
  if (!finding.fix.empty()) out += "**Fix.** " + markdown_line(finding.fix) + "\n\n";
  if (guard_closes(finding)) {
    out += "**Contract lines that close it:**\n\n" + markdown_block(finding.guard, "yaml") + "\n";
  }
  if (!finding.reproduce.empty()) {
    out += "**Reproduce:**\n\n" + markdown_block(finding.reproduce, "sh") + "\n";
  }
  return out + "</details>\n\n";
}

std::string details(const Report& report, std::size_t room) {
  std::string out;
  const std::vector<const Finding*> shown = top_risks(report, kDetailsMax);
  for (const Finding* finding : shown) {
    const std::string next = detail(report, *finding);
    if (out.size() + next.size() > room) break;
    out += next;
  }
  return out.empty() ? "" : "### How to close them\n\n" + out;
}

std::string unproved(const Report& report) {
  constexpr std::size_t kMost = 10;
  if (report.inconclusive.empty()) return "";
  std::string out = "### Not proved\n\n";
  for (std::size_t i = 0; i < report.inconclusive.size() && i < kMost; ++i) {
    const Inconclusive& item = report.inconclusive[i];
    const std::string place = markdown_code(place_of(item.location));
    fmt::format_to(std::back_inserter(out), "- {}{}{}: {}\n", markdown_code(item.check),
                   place.empty() ? "" : " · ", place, markdown_line(item.reason));
  }
  if (report.inconclusive.size() > kMost) {
    out +=
        fmt::format("- and {} more in report.json\n", grouped(report.inconclusive.size() - kMost));
  }
  return out + "\n";
}

}  // namespace

std::string render_markdown(const Report& report) {
  const Tally counts = tally(report);
  std::string out =
      fmt::format("## {} Launch Ready: {}\n\n{} **{}** · {}\n\n", verdict_mark(report.verdict),
                  verdict_headline(report.verdict), verdict_sentence(report), coverage_line(counts),
                  markdown_code(report.target));
  out += control_table(report) + "\n" + risk_list(report) + unproved(report);
  const std::string foot =
      fmt::format("<sub>Profile {} · {} in {} · {}</sub>\n", html_line(report.profile),
                  counted(report.requests, "request", "requests"), duration_text(report.took),
                  minute_text(report.started));
  const std::size_t used = out.size() + foot.size();
  return out + details(report, used < kBytesMax ? kBytesMax - used : 0) + foot;
}

}  // namespace lr::report
