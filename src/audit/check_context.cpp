#include "audit/check_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.h"

namespace lr::audit {
namespace {

constexpr std::size_t kWidth = 8;
constexpr std::size_t kEvidenceMax = 4;
constexpr std::size_t kPlacesShown = 40;

void add_once(std::vector<std::string>& list, std::string text) {
  if (text.empty() || std::ranges::find(list, text) != list.end()) return;
  list.push_back(std::move(text));
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (std::size_t i = 0; i < list.size() && i < kPlacesShown; ++i) {
    out += (i == 0 ? "" : ", ") + list[i];
  }
  if (list.size() > kPlacesShown) out += fmt::format(" and {} more", list.size() - kPlacesShown);
  return out;
}

}  // namespace

Cell cell_of(const RouteCase& route_case, std::string form) {
  return {route_case.route, std::string(contract::method_name(route_case.method)),
          route_case.route->path, std::move(form)};
}

Cell cell_of(std::string method, std::string url, std::string form) {
  return {nullptr, std::move(method), std::move(url), std::move(form)};
}

CheckContext::CheckContext(const CheckDef& def, Session& session) : def_(def), session_(session) {}

report::Location CheckContext::locate(const Cell& cell) const {
  report::Location out;
  out.method = cell.method;
  out.url = cell.url;
  if (has_contract()) out.file = file_name(contract().file);
  if (cell.route != nullptr) {
    out.at = cell.route->at;
    out.route = cell.route->path;
  }
  return out;
}

void CheckContext::inconclusive(const Cell& cell, std::string reason) {
  const auto same = [&](const report::Inconclusive& other) {
    return other.reason == reason && other.location.method == cell.method &&
           other.location.url == cell.url;
  };
  if (std::ranges::any_of(inconclusive_, same)) return;
  inconclusive_.push_back({std::string(def_.id), std::move(reason), locate(cell)});
}

void CheckContext::found(const Cell& cell, Found found) {
  ++proved_;
  const std::string key =
      found.group.empty() ? fmt::format("{} {}", cell.method, cell.url) : found.group;
  const auto [at, fresh] = groups_.try_emplace(key);
  Group& group = at->second;
  report::Finding& finding = group.finding;
  const report::Severity severity = found.severity.value_or(def_.worst);
  add_once(group.places, fmt::format("{} {}", cell.method, cell.url));
  add_once(group.forms, cell.form);
  if (!fresh) {
    finding.severity = std::max(finding.severity, severity);
    for (report::Evidence& evidence : found.evidence) {
      if (finding.evidence.size() < kEvidenceMax) finding.evidence.push_back(std::move(evidence));
    }
    return;
  }
  const auto text = [](std::string own, std::string_view fallback) {
    return own.empty() ? std::string(fallback) : std::move(own);
  };
  finding.check = def_.id;
  finding.control = def_.control;
  finding.severity = severity;
  finding.title = text(std::move(found.title), def_.title);
  finding.why = text(std::move(found.why), def_.why);
  finding.fix = text(std::move(found.fix), def_.fix);
  finding.guard = std::move(found.guard);
  if (finding.guard.empty() && cell.route != nullptr) {
    finding.guard = guard_lines(contract(), *cell.route);
  }
  finding.reproduce = std::move(found.reproduce);
  finding.location = locate(cell);
  finding.evidence = std::move(found.evidence);
  finding.fingerprint = crypto::hex(crypto::sha256(fmt::format("{}|{}", def_.id, key)));
}

report::Evidence CheckContext::evidence(std::string what, const probe::Exchange& exchange) const {
  return probe::make_evidence(std::move(what), exchange, session_.redactor());
}

std::string CheckContext::curl(const probe::Request& request) const {
  return probe::render_curl(session_.prober().target().origin(), request, session_.redactor());
}

Found CheckContext::finding(const probe::Exchange& attack, std::string what) const {
  Found out;
  out.evidence.push_back(evidence(std::move(what), attack));
  out.reproduce = curl(attack.request);
  return out;
}

net::Task<> CheckContext::settle_case(RouteCase route_case, net::Task<> body) {
  auto done = co_await std::move(body);
  // The run itself stopping is said once, by the runner.
  if (!done && !session_.prober().stopped()) {
    ++planned_;
    inconclusive(cell_of(route_case), done.error().detail());
  } else if (!done) {
    ++planned_;
  }
  co_return Result<>();
}

net::Task<> CheckContext::each_case(std::function<bool(const RouteCase&)> wanted, CaseBody body) {
  std::vector<net::Task<>> tasks;
  for (const RouteCase& route_case : session_.cases()) {
    if (wanted(route_case)) tasks.push_back(settle_case(route_case, body(route_case)));
  }
  co_return co_await net::run_all(std::move(tasks), kWidth);
}

report::CheckRow CheckContext::conclude(report::Report& report) {
  report::CheckRow row;
  row.id = def_.id;
  row.control = def_.control;
  row.title = def_.title;
  for (auto& [key, group] : groups_) {
    report::Finding& finding = group.finding;
    if (group.places.size() > 1) {
      finding.title += fmt::format(" ({} places)", group.places.size());
      finding.why += "\nAffected: " + joined(group.places) + ".";
    }
    if (!group.forms.empty()) finding.why += "\nAttacks that worked: " + joined(group.forms) + ".";
    report.findings.push_back(std::move(finding));
  }
  row.cells_planned = std::max(planned_, proved_);
  row.cells_proved = proved_;
  row.status = report::Status::kPass;
  if (!groups_.empty()) {
    row.status = report::Status::kFail;
  } else if (!inconclusive_.empty() || row.cells_proved < row.cells_planned) {
    row.status = report::Status::kInconclusive;
    row.reason =
        inconclusive_.empty() ? session_.prober().stop_reason() : inconclusive_.front().reason;
  } else if (row.cells_planned == 0) {
    row.status = report::Status::kNotApplicable;
    row.reason =
        not_applicable_.empty() ? "the contract promises nothing of the kind" : not_applicable_;
  }
  if (groups_.empty() && row.cells_proved < row.cells_planned && inconclusive_.empty()) {
    if (row.reason.empty()) row.reason = "some requests got no answer";
    inconclusive_.push_back({row.id, row.reason, {}});
  }
  report.inconclusive.insert(report.inconclusive.end(), inconclusive_.begin(), inconclusive_.end());
  groups_.clear();
  return row;
}

}  // namespace lr::audit
