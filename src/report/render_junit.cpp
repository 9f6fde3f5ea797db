#include <fmt/format.h>

#include <iterator>

#include "report/printable.h"
#include "report/render.h"
#include "report/wording.h"

namespace lr::report {
namespace {

std::string seconds_text(std::chrono::milliseconds duration) {
  return fmt::format("{}.{:03}", duration.count() / 1'000, duration.count() % 1'000);
}

std::string finding_text(const Finding& finding) {
  std::string out = fmt::format("{}: {}\n", severity_name(finding.severity), finding.title);
  if (const std::string place = place_of(finding.location); !place.empty()) out += place + "\n";
  if (const std::string source = source_of(finding.location); !source.empty()) {
    out += "at: " + source + "\n";
  }
  if (!finding.fix.empty()) out += "fix: " + finding.fix + "\n";
  if (!finding.reproduce.empty()) out += "reproduce: " + finding.reproduce + "\n";
  return out + "\n";
}

std::string findings_text(const Report& report, const CheckRow& row) {
  std::string out;
  for (const Finding& finding : report.findings) {
    if (finding.check == row.id) out += finding_text(finding);
  }
  return out;
}

std::string failure_message(const Report& report, const CheckRow& row) {
  std::size_t count = 0;
  const Finding* worst = nullptr;
  for (const Finding& finding : report.findings) {
    if (finding.check != row.id) continue;
    if (worst == nullptr) worst = &finding;
    ++count;
  }
  if (worst == nullptr) return row.title;
  return count == 1 ? worst->title : fmt::format("{} (and {} more)", worst->title, count - 1);
}

std::string outcome(const Report& report, const CheckRow& row) {
  const std::string text = xml_text(findings_text(report, row));
  switch (row.status) {
    case Status::kFail:
      return fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                         control_id(row.control), xml_attribute(failure_message(report, row)),
                         text);
    case Status::kInconclusive:
      return fmt::format("      <skipped message=\"inconclusive: {}\"/>\n",
                         xml_attribute(row.reason));
    case Status::kNotApplicable:
      return fmt::format("      <skipped message=\"not applicable: {}\"/>\n",
                         xml_attribute(row.reason));
    case Status::kPass:
      break;
  }
  return text.empty() ? "" : fmt::format("      <system-out>{}</system-out>\n", text);
}

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::chrono::milliseconds took{0};
};

void count(Counts& counts, const CheckRow& row) {
  ++counts.tests;
  if (row.status == Status::kFail) ++counts.failures;
  if (row.status == Status::kInconclusive || row.status == Status::kNotApplicable) {
    ++counts.skipped;
  }
  counts.took += row.took;
}

std::string attributes(const Counts& counts) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{}\"",
                     counts.tests, counts.failures, counts.skipped, seconds_text(counts.took));
}

std::string suite(const Report& report, Control control, Counts& total) {
  Counts counts;
  std::string cases;
  for (const CheckRow& row : report.checks) {
    if (row.control != control) continue;
    count(counts, row);
    count(total, row);
    const std::string inside = outcome(report, row);
    fmt::format_to(std::back_inserter(cases),
                   "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"{}", control_id(control),
                   xml_attribute(row.id), seconds_text(row.took), inside.empty() ? "/>\n" : ">\n");
    if (!inside.empty()) cases += inside + "    </testcase>\n";
  }
  if (counts.tests == 0) return "";
  return fmt::format("  <testsuite name=\"{} {}\" {}>\n{}  </testsuite>\n", control_id(control),
                     xml_attribute(control_title(control)), attributes(counts), cases);
}

}  // namespace

std::string render_junit(const Report& report) {
  Counts total;
  std::string suites;
  for (int i = 0; i < kControlCount; ++i) {
    suites += suite(report, static_cast<Control>(i), total);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"Launch Ready: {}\" {}>\n{}"
      "</testsuites>\n",
      xml_attribute(report.product), attributes(total), suites);
}

}  // namespace lr::report
