#include <fmt/format.h>

#include "report/html_sections.h"
#include "report/printable.h"
#include "report/render.h"
#include "report/wording.h"

namespace lr::report {
namespace {

// Nothing may be loaded or run, even if an escape were ever forgotten.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

std::string head(const Report& report) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" "
      "content=\"noindex\">\n<title>{}: {} · Launch Ready</title>\n<style>{}</style>\n</head>\n",
      kPolicy, verdict_headline(report.verdict), html_line(report.product), html_style());
}

std::string banner(const Report& report) {
  return fmt::format(
      "<header class=\"top\"><div class=\"wrap\"><span class=\"brand\">Launch Ready · {}</span>"
      "<span class=\"facts\">{} · {} · profile {}{}</span></div></header>\n",
      html_line(report.product), html_line(report.target), minute_text(report.started),
      html_line(report.profile), report.contract_file.empty() ? " · no contract" : "");
}

std::string jump_links(const Report& report) {
  std::string out =
      "<nav class=\"jump\" aria-label=\"Sections\"><a href=\"#scorecard\">Scorecard</a>";
  if (!report.findings.empty()) {
    out += fmt::format("<a href=\"#risks\">Top risks</a><a href=\"#findings\">Findings ({})</a>",
                       grouped(report.findings.size()));
  }
  if (!report.inconclusive.empty()) {
    out += fmt::format("<a href=\"#unproved\">Not proved ({})</a>",
                       grouped(report.inconclusive.size()));
  }
  if (!report.checks.empty()) out += "<a href=\"#checks\">All checks</a>";
  return out + "<a href=\"#reading\">How to read this</a></nav>\n";
}

}  // namespace

std::string render_html(const Report& report) {
  std::string out = head(report);
  out += "<body>\n<a class=\"skip\" href=\"#scorecard\">Skip to the scorecard</a>\n";
  out += html_icons();
  out += banner(report);
  out += "<main class=\"wrap\">\n";
  out += html_verdict(report) + jump_links(report);
  out += html_scorecard(report) + html_top_risks(report) + html_findings(report);
  out += html_unproved(report) + html_checks(report) + html_reading_guide(report);
  out +=
      "</main>\n<footer class=\"wrap\">Written by Launch Ready. The same results stand in "
      "report.json, report.sarif, report.junit.xml and report.md.</footer>\n</body>\n</html>\n";
  return out;
}

}  // namespace lr::report
