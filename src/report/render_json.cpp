#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "report/printable.h"
#include "report/render.h"
#include "report/wording.h"
#include "text/json.h"

namespace lr::report {
namespace {

namespace json = boost::json;

json::string plain(std::string_view text) { return json::string(printable(text)); }

json::object location_object(const Location& location) {
  json::object out;
  out["file"] = plain(location.file);
  out["line"] = location.file.empty() ? 0 : location.at.line;
  out["column"] = location.file.empty() ? 0 : location.at.column;
  out["method"] = plain(location.method);
  out["url"] = plain(location.url);
  out["route"] = plain(location.route);
  return out;
}

json::array evidence_array(const std::vector<Evidence>& evidence) {
  json::array out;
  for (const Evidence& item : evidence) {
    json::object entry;
    entry["what"] = plain(item.what);
    entry["request"] = plain(item.request);
    entry["response"] = plain(item.response);
    out.push_back(std::move(entry));
  }
  return out;
}

json::object finding_object(const Finding& finding) {
  json::object out;
  out["check"] = plain(finding.check);
  out["control"] = control_id(finding.control);
  out["severity"] = severity_name(finding.severity);
  out["title"] = plain(finding.title);
  out["why"] = plain(finding.why);
  out["location"] = location_object(finding.location);
  out["evidence"] = evidence_array(finding.evidence);
  out["reproduce"] = plain(finding.reproduce);
  out["fix"] = plain(finding.fix);
  out["guard"] = plain(finding.guard);
  out["fingerprint"] = plain(finding.fingerprint);
  return out;
}

json::array control_rows(const Report& report) {
  json::array out;
  for (const ControlRow& row : report.controls) {
    json::object entry;
    entry["id"] = control_id(row.control);
    entry["title"] = control_title(row.control);
    entry["passes_when"] = control_passes_when(row.control);
    entry["status"] = status_name(row.status);
    entry["reason"] = plain(row.reason);
    entry["cells_planned"] = row.cells_planned;
    entry["cells_proved"] = row.cells_proved;
    entry["findings"] = row.findings;
    out.push_back(std::move(entry));
  }
  return out;
}

json::array check_rows(const Report& report) {
  json::array out;
  for (const CheckRow& row : report.checks) {
    json::object entry;
    entry["id"] = plain(row.id);
    entry["control"] = control_id(row.control);
    entry["title"] = plain(row.title);
    entry["status"] = status_name(row.status);
    entry["reason"] = plain(row.reason);
    entry["cells_planned"] = row.cells_planned;
    entry["cells_proved"] = row.cells_proved;
    entry["requests"] = row.requests;
    entry["took_ms"] = row.took.count();
    out.push_back(std::move(entry));
  }
  return out;
}

json::array inconclusive_rows(const Report& report) {
  json::array out;
  for (const Inconclusive& item : report.inconclusive) {
    json::object entry;
    entry["check"] = plain(item.check);
    entry["reason"] = plain(item.reason);
    entry["location"] = location_object(item.location);
    out.push_back(std::move(entry));
  }
  return out;
}

json::value contract_value(const Report& report) {
  if (report.contract_file.empty()) return nullptr;
  json::object out;
  out["file"] = plain(report.contract_file);
  out["digest"] = plain(report.contract_digest);
  return out;
}

json::object coverage_object(const Report& report) {
  const Tally counts = tally(report);
  json::object out;
  out["planned"] = counts.planned;
  out["proved"] = counts.proved;
  return out;
}

json::array finding_array(const Report& report) {
  json::array out;
  for (const Finding& finding : report.findings) out.push_back(finding_object(finding));
  return out;
}

}  // namespace

std::string render_json(const Report& report) {
  json::object out;
  out["schema_version"] = "1";
  out["verdict"] = verdict_name(report.verdict);
  out["summary"] = verdict_sentence(report);
  out["product"] = plain(report.product);
  out["target"] = plain(report.target);
  out["contract"] = contract_value(report);
  out["profile"] = plain(report.profile);
  out["run_id"] = plain(report.run_id);
  out["started"] = format_rfc3339(report.started);
  out["took_ms"] = report.took.count();
  out["requests"] = report.requests;
  out["coverage"] = coverage_object(report);
  out["controls"] = control_rows(report);
  out["findings"] = finding_array(report);
  out["inconclusive"] = inconclusive_rows(report);
  out["checks"] = check_rows(report);
  return text::pretty_json(out);
}

}  // namespace lr::report
