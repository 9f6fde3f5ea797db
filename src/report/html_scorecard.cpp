#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/html_sections.h"
#include "report/palette.h"
#include "report/printable.h"
#include "report/wording.h"

namespace lr::report {
namespace {

std::string number_item(std::size_t count, std::string_view label, std::string_view style) {
  return fmt::format("<li class=\"{}\"><b>{}</b><span>{}</span></li>\n", style, grouped(count),
                     label);
}

std::string numbers(const Tally& counts) {
  std::string out = "<ul class=\"numbers\">\n";
  for (Severity severity :
       {Severity::kCritical, Severity::kHigh, Severity::kMedium, Severity::kLow}) {
    const std::size_t count = counts.findings(severity);
    const std::string_view name = severity_name(severity);
    out += number_item(count, name, count > 0 ? name : "zero");
  }
  out += number_item(counts.controls(Status::kPass), "controls pass", "gap");
  out += number_item(counts.controls(Status::kFail), "controls fail", "");
  out += number_item(counts.controls(Status::kInconclusive), "controls not proved", "");
  return out + "</ul>\n";
}

std::string coverage(const Tally& counts) {
  const std::uint64_t planned = std::max<std::uint64_t>(counts.planned, 1);
  const std::uint64_t tenths = std::min<std::uint64_t>(1'000, counts.proved * 1'000ULL / planned);
  const bool whole = counts.planned > 0 && counts.proved >= counts.planned;
  return fmt::format(
      "<div class=\"coverage\"><b>{}</b> <span class=\"soft\">A cell is one promise tried in one "
      "way.</span><div class=\"bar{}\" aria-hidden=\"true\"><i style=\"width:{}.{}%\"></i></div>"
      "</div>\n",
      coverage_line(counts), whole ? "" : " partial", tenths / 10, tenths % 10);
}

Status icon_of(Verdict verdict) {
  if (verdict == Verdict::kReady) return Status::kPass;
  return verdict == Verdict::kNotReady ? Status::kFail : Status::kInconclusive;
}

std::string tile_note(const ControlRow& row) {
  if (row.findings > 0) {
    return fmt::format("<div class=\"more\"><a href=\"#{}\">{}</a></div>",
                       html_anchor("control-", control_id(row.control)),
                       counted(row.findings, "finding", "findings"));
  }
  return "";
}

/// What is wrong when something is, else the promise that holds.
std::string tile_text(const Report& report, const ControlRow& row) {
  if (row.status == Status::kInconclusive) return html_line(row.reason);
  if (row.status == Status::kFail) {
    for (const Finding& finding : report.findings) {
      if (finding.control == row.control) return html_line(finding.title);
    }
  }
  return html_line(control_passes_when(row.control));
}

std::string tile(const Report& report, const ControlRow& row) {
  const std::string_view status = status_name(row.status);
  const std::string text = tile_text(report, row);
  const std::string cells =
      row.cells_planned == 0
          ? ""
          : fmt::format("{}/{} cells", grouped(row.cells_proved), grouped(row.cells_planned));
  return fmt::format(
      "<li class=\"tile {0}\"><div class=\"state\"><span class=\"word {0}\">{1} {2}</span>"
      "<span class=\"cells\">{3}</span></div><h3>{4} <span class=\"id\">{5}</span></h3>"
      "<p>{6}</p>{7}</li>\n",
      status, html_icon(row.status), status_word(row.status), cells,
      html_line(control_title(row.control)), control_id(row.control), text, tile_note(row));
}

std::string outside_list(const Report& report) {
  std::vector<std::pair<std::string, std::string>> reasons;
  for (const ControlRow& row : report.controls) {
    if (row.status != Status::kNotApplicable) continue;
    auto same = std::find_if(reasons.begin(), reasons.end(),
                             [&](const auto& entry) { return entry.first == row.reason; });
    if (same == reasons.end()) same = reasons.insert(reasons.end(), {row.reason, ""});
    same->second += fmt::format("<li>{} {}</li>", control_id(row.control),
                                html_line(control_title(row.control)));
  }
  std::string out;
  for (const auto& [reason, items] : reasons) {
    fmt::format_to(std::back_inserter(out),
                   "<div class=\"outside\"><span class=\"word not_applicable\">{} NOT APPLICABLE"
                   "</span> {}<ul>{}</ul></div>\n",
                   html_icon(Status::kNotApplicable), html_line(reason), items);
  }
  return out;
}

/// The one finding that a reader with ten seconds should take away.
std::string worst_line(const Report& report) {
  if (report.findings.empty() || report.findings.front().severity < Severity::kHigh) return "";
  const Finding& worst = report.findings.front();
  return fmt::format("<p class=\"worst\">The worst one: <a href=\"#{}\">{}</a>.</p>\n",
                     html_anchor("finding-", worst.check), html_line(worst.title));
}

}  // namespace

std::string html_verdict(const Report& report) {
  const Tally counts = tally(report);
  const Status icon = icon_of(report.verdict);
  return fmt::format(
      "<div class=\"verdict {}\">\n<h1>{} {}</h1>\n<p class=\"sentence\">{}</p>\n{}{}{}"
      "<p class=\"next\"><b>Next step.</b> {}</p>\n</div>\n",
      verdict_name(report.verdict), html_icon(icon), verdict_headline(report.verdict),
      html_line(verdict_sentence(report)), worst_line(report), numbers(counts), coverage(counts),
      html_line(next_step(report)));
}

std::string html_scorecard(const Report& report) {
  std::string out =
      "<section id=\"scorecard\"><h2>Scorecard</h2>\n<p class=\"lead\">Each control is one promise "
      "to the people who will use the product. Untested is never green.</p>\n<ul class=\"grid\">\n";
  for (const ControlRow& row : report.controls) {
    if (row.status != Status::kNotApplicable) out += tile(report, row);
  }
  return out + "</ul>\n" + outside_list(report) + "</section>\n";
}

std::string html_top_risks(const Report& report) {
  const std::vector<const Finding*> risks = top_risks(report);
  if (risks.empty()) return "";
  std::string out = fmt::format(
      "<section id=\"risks\"><h2>{}</h2>\n<p class=\"lead\">Ranked by what an attacker gains. "
      "Close "
      "them from the top.</p>\n<ol class=\"risks\">\n",
      risks.size() == 1 ? "Top risk" : fmt::format("Top {} risks", risks.size()));
  for (const Finding* finding : risks) {
    const std::size_t places = places_of(report, *finding);
    const RuleText* rule = find_rule(report, finding->check);
    const std::string where = where_of(finding->location);
    fmt::format_to(std::back_inserter(out),
                   "<li>{}<div><a href=\"#{}\">{}</a>{} <span class=\"where\">{}{}{}</span></div>"
                   "<p class=\"soft\">{}</p></li>\n",
                   html_severity(finding->severity), html_anchor("finding-", finding->check),
                   html_line(finding->title),
                   places > 1 ? fmt::format(" <span class=\"where\">and {}</span>",
                                            counted(places - 1, "more place", "more places"))
                              : "",
                   control_id(finding->control), where.empty() ? "" : " · ", html_line(where),
                   html_line(rule == nullptr ? finding->why : rule->why));
  }
  return out + "</ol>\n</section>\n";
}

}  // namespace lr::report
