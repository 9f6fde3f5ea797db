#include "domain/inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crypto/digest.h"

namespace lr::domain {
namespace {

using report::Status;

/// What stands in the record, with the wrong bytes underlined.
/// Longer lines are folded on screens, where a mark below them would point at nothing.
constexpr std::size_t kLineBytes = 76;
constexpr std::size_t kWrongBytes = 200;

std::string quote(const QuotedRecord& record) {
  const std::string_view mark = record.type == RecordType::kTxt ? "\"" : "";
  std::string out = fmt::format("{} {} {}{}{}", record.name, record_type_name(record.type), mark,
                                record.text, mark);
  if (record.end <= record.begin || record.end > record.text.size()) return out;
  const std::size_t size = record.end - record.begin;
  if (out.size() > kLineBytes) {
    if (size == record.text.size()) return out;
    return out + fmt::format("\n\nwrong in it: {}{}",
                             record.text.substr(record.begin, std::min(size, kWrongBytes)),
                             size > kWrongBytes ? "…" : "");
  }
  const std::size_t indent = out.size() - mark.size() - record.text.size();
  return out +
         fmt::format("\n{}{}", std::string(indent + record.begin, ' '), std::string(size, '^'));
}

std::string dig(const QuotedRecord& record) {
  return fmt::format("dig +short {} {}", record.name, record_type_name(record.type));
}

std::string zone_line_of(const QuotedRecord& record) {
  const std::string_view mark = record.type == RecordType::kTxt ? "\"" : "";
  return fmt::format("{}. {} {}{}{}", record.name, record_type_name(record.type), mark, record.text,
                     mark);
}

/// The lines that a fix ends with: what to publish, or what to take out.
void append_lines(std::string& fix, const CheckDef& check, const Found& found) {
  std::string lines = found.corrected;
  if (lines.empty() && found.record && check.instead == kTakeOut) {
    fix += " Take out:\n" + zone_line_of(*found.record);
    return;
  }
  if (lines.empty() && found.record && !check.instead.empty()) {
    lines = fmt::format(fmt::runtime(check.instead), fmt::arg("name", found.record->name),
                        fmt::arg("record", found.record->text));
  }
  if (lines.empty()) return;
  const bool in_parts = lines.contains("\" \"");
  fix += in_parts ? " Publish (as one text where a form asks for it):\n" : " Publish:\n";
  fix += lines;
}

std::string or_else(const std::string& text, std::string_view fallback) {
  return text.empty() ? std::string(fallback) : text;
}

}  // namespace

Inspection::Inspection(const Area& area, const Subject& subject, const Network& network)
    : area_(area), subject_(subject), network_(network) {
  for (const CheckDef& check : area.checks) cells_[check.id];
}

Inspection::Cells& Inspection::cells(std::string_view check) { return cells_.at(def(check).id); }

const CheckDef& Inspection::def(std::string_view check) const {
  const auto is_named = [&](const CheckDef& one) {
    if (one.id == check) return true;
    return one.id.size() == area_.name.size() + 1 + check.size() &&
           one.id.starts_with(area_.name) && one.id.ends_with(check);
  };
  const auto at = std::ranges::find_if(area_.checks, is_named);
  LR_CHECK(at != area_.checks.end());
  return *at;
}

void Inspection::proved(std::string_view check, std::string_view /*about*/) {
  const std::scoped_lock lock(mutex_);
  ++cells(check).proved;
}

void Inspection::found(std::string_view check, Found found) {
  const std::scoped_lock lock(mutex_);
  cells(check).found.push_back(std::move(found));
}

void Inspection::unproved(std::string_view check, std::string_view about, std::string reason) {
  const std::scoped_lock lock(mutex_);
  report::Location place;
  place.url = about;
  cells(check).unproved.push_back({std::string(def(check).id), std::move(reason), place});
}

void Inspection::not_applicable(std::string_view check, std::string reason) {
  const std::scoped_lock lock(mutex_);
  cells(check).not_applicable = std::move(reason);
}

void Inspection::rest_not_applicable(const std::string& reason) {
  for (const std::string_view id : silent_checks()) not_applicable(id, reason);
}

void Inspection::rest_unproved(std::string_view about, const std::string& reason) {
  for (const std::string_view id : silent_checks()) unproved(id, about, reason);
}

void Inspection::rest_proved(std::string_view about) {
  for (const std::string_view id : silent_checks()) proved(id, about);
}

void Inspection::judge(std::string_view check, std::string_view about, std::optional<Found> found) {
  if (found) {
    this->found(check, std::move(*found));
  } else {
    proved(check, about);
  }
}

void Inspection::count_requests(std::size_t count) {
  const std::scoped_lock lock(mutex_);
  requests_ += count;
}

std::vector<std::string_view> Inspection::silent_checks() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string_view> out;
  for (const CheckDef& check : area_.checks) {
    if (cells_.at(check.id).silent()) out.push_back(check.id);
  }
  return out;
}

report::Finding Inspection::finding_of(const CheckDef& check, const Found& found) const {
  report::Finding out;
  out.check = check.id;
  out.control = check.control;
  out.severity = found.severity.value_or(check.worst);
  out.title = or_else(found.title, check.title);
  out.why = or_else(found.why, check.why);
  out.fix = or_else(found.fix, check.fix);
  append_lines(out.fix, check, found);
  out.location.file = subject_.file;
  out.location.at = subject_.at;
  out.location.url = found.about;
  out.reproduce = found.reproduce;
  if (found.record) {
    const auto line = subject_.record_lines.find({found.record->name, found.record->type});
    if (line != subject_.record_lines.end()) out.location.at = {line->second, 1};
    out.evidence.push_back({"the record as published", dig(*found.record), quote(*found.record)});
    if (out.reproduce.empty()) out.reproduce = dig(*found.record);
  }
  if (!found.observed.empty() || !found.expected.empty()) {
    std::string seen = found.observed;
    if (!found.expected.empty()) {
      seen += fmt::format("{}expected: {}", seen.empty() ? "" : "\n", found.expected);
    }
    out.evidence.push_back({"what was seen", found.reproduce, seen});
  }
  const std::string key = fmt::format("{}|{}|{}", check.id, found.about, found.title);
  out.fingerprint = crypto::hex(crypto::sha256(key));
  return out;
}

report::CheckRow Inspection::row_of(const CheckDef& check, const Cells& cells) const {
  report::CheckRow row;
  row.id = check.id;
  row.control = check.control;
  row.title = check.title;
  row.cells_proved = static_cast<std::uint32_t>(cells.proved + cells.found.size());
  row.cells_planned = row.cells_proved + static_cast<std::uint32_t>(cells.unproved.size());
  if (!cells.found.empty()) {
    row.status = Status::kFail;
  } else if (!cells.unproved.empty()) {
    row.status = Status::kInconclusive;
    row.reason = cells.unproved.front().reason;
  } else if (cells.proved > 0) {
    row.status = Status::kPass;
  } else {
    row.status = Status::kNotApplicable;
    row.reason = cells.not_applicable;
  }
  return row;
}

void Inspection::report_to(report::Report& report) const {
  const std::scoped_lock lock(mutex_);
  for (const CheckDef& check : area_.checks) {
    Cells cells = cells_.at(check.id);
    if (cells.silent()) cells.unproved.push_back({std::string(check.id), "was not judged", {}});
    report.checks.push_back(row_of(check, cells));
    for (const Found& found : cells.found) report.findings.push_back(finding_of(check, found));
    for (const report::Inconclusive& one : cells.unproved) report.inconclusive.push_back(one);
    report.rules.push_back({std::string(check.id),
                            std::string(check.title),
                            std::string(check.why),
                            std::string(check.fix),
                            check.control,
                            check.worst,
                            {std::string(check.reference)}});
  }
  report.requests += static_cast<std::uint32_t>(requests_);
}

}  // namespace lr::domain
