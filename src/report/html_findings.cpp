#include <fmt/format.h>

#include <iterator>

#include "report/html_sections.h"
#include "report/printable.h"
#include "report/wording.h"

namespace lr::report {
namespace {

// A page with thousands of places helps nobody; the rest stands in report.json.
constexpr std::size_t kPlacesMax = 50;

std::string titled(std::string_view title, std::string_view text) {
  if (text.empty()) return "";
  return fmt::format("<h4>{}</h4><p>{}</p>\n", title, html_text(text));
}

std::string code_block(std::string_view label, std::string_view text) {
  return fmt::format("<pre tabindex=\"0\" aria-label=\"{}\">{}</pre>", label, html_text(text));
}

std::string evidence_block(const Evidence& evidence) {
  std::string out;
  if (!evidence.what.empty()) {
    out += fmt::format("<h4>Evidence</h4><p>{}</p>\n", html_text(evidence.what));
  }
  out += "<div class=\"pair\">";
  if (!evidence.request.empty()) {
    out += "<div><span>Request</span>" + code_block("Request", evidence.request) + "</div>";
  }
  if (!evidence.response.empty()) {
    out += "<div><span>Answer</span>" + code_block("Answer", evidence.response) + "</div>";
  }
  return out + "</div>\n";
}

std::string spot_summary(const Finding& finding) {
  const std::string where = where_of(finding.location);
  std::string out = "<code>" + html_line(where) + "</code>";
  const std::string source = source_of(finding.location);
  if (!source.empty() && source != where) {
    out += fmt::format(" <span class=\"where\">{}</span>", html_line(source));
  }
  return out;
}

std::string spot_body(const Finding& finding) {
  std::string out;
  for (const Evidence& evidence : finding.evidence) out += evidence_block(evidence);
  if (!finding.reproduce.empty()) {
    out += "<h4>Reproduce</h4>" + code_block("Command that reproduces it", finding.reproduce);
  }
  return out;
}

std::string spots(const CheckGroup& group) {
  if (group.findings.size() == 1) {
    return fmt::format("<h4>Where</h4><p>{}</p>\n", spot_summary(group.worst())) +
           spot_body(group.worst());
  }
  std::string out = fmt::format("<h4>{} places</h4>\n", grouped(group.findings.size()));
  for (std::size_t i = 0; i < group.findings.size() && i < kPlacesMax; ++i) {
    const Finding& finding = *group.findings[i];
    fmt::format_to(std::back_inserter(out),
                   "<details class=\"spot\"><summary>{}<br>{}</summary>{}</details>\n",
                   spot_summary(finding), html_line(finding.title), spot_body(finding));
  }
  if (group.findings.size() > kPlacesMax) {
    out += fmt::format("<p class=\"soft\">and {} more in report.json</p>\n",
                       grouped(group.findings.size() - kPlacesMax));
  }
  return out;
}

/// Names, mail and certificates are nothing that a gateway for requests could put right.
bool is_beyond_the_guard(Control control) {
  return control == Control::kDns || control == Control::kMail || control == Control::kTls ||
         control == Control::kEdge;
}

/// The first line says what to do; further lines are to be copied as they are.
std::string fix_block(const Finding& finding) {
  const std::size_t end = finding.fix.find('\n');
  if (end == std::string::npos) return titled("Fix", finding.fix);
  return titled("Fix", finding.fix.substr(0, end)) +
         code_block("Lines to copy", finding.fix.substr(end + 1)) + "\n";
}

std::string guard_block(const Finding& finding) {
  if (!guard_closes(finding) && is_beyond_the_guard(finding.control)) return "";
  if (!guard_closes(finding)) {
    return "<h4>Contract lines</h4><p class=\"only-app\">The guard cannot close this one: the "
           "application itself must be changed.</p>\n";
  }
  return "<h4>Contract lines that close it through the guard</h4>" +
         code_block("Contract lines", finding.guard) + "\n";
}

std::string group_block(const CheckGroup& group, bool open) {
  const Finding& worst = group.worst();
  const bool many = group.findings.size() > 1;
  const std::string& title = many && group.rule != nullptr ? group.rule->title : worst.title;
  const std::string where =
      many ? counted(group.findings.size(), "place", "places") : where_of(worst.location);
  return fmt::format(
      "<details class=\"finding {}\"{}><summary>{}<span><b>{}</b><span class=\"where\">{}{}{}"
      "</span></span></summary>\n<div class=\"body\" id=\"{}\">{}{}{}{}</div></details>\n",
      severity_name(worst.severity), open ? " open" : "", html_severity(worst.severity),
      html_line(title), html_line(worst.check), where.empty() ? "" : " · ", html_line(where),
      html_anchor("finding-", worst.check), titled("Why it matters", worst.why), fix_block(worst),
      guard_block(worst), spots(group));
}

std::string status_cell(Status status) {
  return fmt::format("<span class=\"word {}\">{} {}</span>", status_name(status), html_icon(status),
                     status_word(status));
}

}  // namespace

std::string html_findings(const Report& report) {
  if (report.findings.empty()) return "";
  std::string out =
      "<section id=\"findings\"><h2>Findings and how to close them</h2>\n<p class=\"lead\">Every "
      "finding was shown to be real in this run: what shows it stands below. Secrets are "
      "masked.</p>\n";
  const std::string_view worst_check = report.findings.front().check;
  for (int i = 0; i < kControlCount; ++i) {
    const auto control = static_cast<Control>(i);
    const std::vector<CheckGroup> groups = groups_of(report, control);
    if (groups.empty()) continue;
    fmt::format_to(std::back_inserter(out),
                   "<div class=\"control\" id=\"{}\"><h3>{} <span class=\"id\">{}</span></h3>"
                   "<p class=\"soft\">Passes when {}.</p>\n",
                   html_anchor("control-", control_id(control)), html_line(control_title(control)),
                   control_id(control), html_line(control_passes_when(control)));
    for (const CheckGroup& group : groups) {
      out += group_block(group, group.worst().check == worst_check);
    }
    out += "</div>\n";
  }
  return out + "</section>\n";
}

std::string html_unproved(const Report& report) {
  if (report.inconclusive.empty()) return "";
  std::string out =
      "<section id=\"unproved\"><h2>Not proved</h2>\n<p class=\"lead\">Neither shown to be safe "
      "nor "
      "shown to be broken. Each line says what was missing.</p>\n<div class=\"table\"><table>"
      "<thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Where</th><th scope=\"col\">Why"
      "</th></tr></thead><tbody>\n";
  for (const Inconclusive& item : report.inconclusive) {
    fmt::format_to(std::back_inserter(out),
                   "<tr><th scope=\"row\"><code>{}</code></th><td><code>{}</code></td><td>{}</td>"
                   "</tr>\n",
                   html_line(item.check), html_line(where_of(item.location)),
                   html_line(item.reason));
  }
  return out + "</tbody></table></div></section>\n";
}

std::string html_checks(const Report& report) {
  if (report.checks.empty()) return "";
  std::string out =
      "<section id=\"checks\"><h2>All checks of this run</h2>\n<div class=\"table\" tabindex=\"0\" "
      "role=\"region\" aria-label=\"All checks\"><table><thead><tr><th scope=\"col\">Check</th>"
      "<th scope=\"col\">Result</th><th scope=\"col\">What it tries</th><th scope=\"col\" "
      "class=\"number\">Cells</th><th scope=\"col\" class=\"number\">Requests</th><th "
      "scope=\"col\" class=\"number\">Time</th></tr></thead><tbody>\n";
  for (const CheckRow& row : report.checks) {
    const std::string reason =
        row.reason.empty() ? "" : "<br><span class=\"soft\">" + html_line(row.reason) + "</span>";
    fmt::format_to(std::back_inserter(out),
                   "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}{}</td><td "
                   "class=\"number\">{}/{}</td><td class=\"number\">{}</td><td class=\"number\">{}"
                   "</td></tr>\n",
                   html_line(row.id), status_cell(row.status), html_line(row.title), reason,
                   grouped(row.cells_proved), grouped(row.cells_planned), grouped(row.requests),
                   duration_text(row.took));
  }
  return out + "</tbody></table></div></section>\n";
}

std::string html_reading_guide(const Report& report) {
  const std::string contract =
      report.contract_file.empty()
          ? (report.profile == "secrets" ? "none" : "none: only what a stranger can see")
          : fmt::format("{} <code>{}</code>", html_line(report.contract_file),
                        html_line(report.contract_digest));
  return fmt::format(
      "<section id=\"reading\"><h2>How to read this report</h2>\n<dl>"
      "<dt>{}</dt><dd>Every planned cell was tried and the promise held.</dd>"
      "<dt>{}</dt><dd>Broken, with a request and an answer that show it.</dd>"
      "<dt>{}</dt><dd>Could not be proved either way. It never counts as a pass.</dd>"
      "<dt>{}</dt><dd>{}</dd>"
      "<dt>Verdict</dt><dd>READY needs no open finding of severity high or critical, and no "
      "inconclusive control.</dd>"
      "<dt>Target</dt><dd>{}</dd><dt>Contract</dt><dd>{}</dd><dt>Profile</dt><dd>{}</dd>"
      "<dt>Run</dt><dd>{}, {} in {}, id {}</dd></dl></section>\n",
      status_cell(Status::kPass), status_cell(Status::kFail), status_cell(Status::kInconclusive),
      status_cell(Status::kNotApplicable),
      report.profile == "secrets"
          ? "Not part of a secrets scan."
          : "Nothing to test here, not part of this run, or no check in this version.",
      html_line(report.target), contract, html_line(report.profile), minute_text(report.started),
      counted(report.requests, "request", "requests"), duration_text(report.took),
      html_line(report.run_id));
}

}  // namespace lr::report
