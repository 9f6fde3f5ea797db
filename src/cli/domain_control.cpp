#include "cli/domain_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/domain_scan.h"
#include "domain/check.h"
#include "domain/idn.h"

namespace lr::cli {
namespace {

using report::Control;
using report::Report;

constexpr std::array kControls = {Control::kDns, Control::kMail, Control::kTls, Control::kEdge};

/// Names that no public DNS knows (RFC 6761, RFC 9476, RFC 8375) and plain addresses.
bool is_public_name(const std::string& host) {
  if (text::parse_ip(host) || !host.contains('.')) return false;
  constexpr std::array<std::string_view, 6> kPrivate = {".localhost", ".test",     ".invalid",
                                                        ".local",     ".internal", ".home.arpa"};
  return std::ranges::none_of(kPrivate,
                              [&](std::string_view suffix) { return host.ends_with(suffix); });
}

/// A row for each control, so that the scorecard says why there is no verdict.
void add_rows(Report& report, report::Status status, const std::string& reason) {
  for (const Control control : kControls) {
    report::CheckRow row;
    row.id = fmt::format("domain.{}", report::control_id(control));
    std::ranges::transform(row.id, row.id.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    row.control = control;
    row.title = "the domain was judged";
    row.status = status;
    row.reason = reason;
    if (status == report::Status::kInconclusive) {
      report.inconclusive.push_back({row.id, reason, {}});
    }
    report.checks.push_back(std::move(row));
  }
}

/// The contract's promises when it has any, else what the target's zone should have.
Result<domain::Subject> subject_for(const audit::AuditOptions& options,
                                    const DomainRequest& request, domain::Resolver& resolver) {
  if (request.contract != nullptr) return read_subject(request, resolver);
  DomainRequest bare;
  bare.name = domain::zone_apex(resolver, options.target.host);
  if (bare.name.empty()) {
    return fail(Code::kUnavailable,
                fmt::format("the zone of {} could not be found", options.target.host));
  }
  LR_TRY(domain::Subject subject, read_subject(bare, resolver));
  if (std::ranges::find(subject.web_hosts, options.target.host) == subject.web_hosts.end()) {
    subject.web_hosts.push_back(options.target.host);
  }
  return subject;
}

void contribute(const audit::AuditOptions& options, Report& report) {
  DomainRequest request;
  const bool promised =
      options.contract != nullptr && (options.contract->domains || options.contract->mail);
  if (!promised && !is_public_name(options.target.host)) {
    return add_rows(report, report::Status::kNotApplicable,
                    fmt::format("{} is no public name, and the contract has no section domains",
                                options.target.host));
  }
  if (promised) request.contract = std::make_unique<contract::Contract>(*options.contract);
  request.resolver = default_resolver();
  request.now = SystemClock().wall();
  request.ca_file = options.ca_file;
  request.only = options.only;
  request.deadline = std::min(request.deadline, options.deadline.value_or(request.deadline));
  auto layers = ResolverLayers::open(request);
  if (!layers) return add_rows(report, report::Status::kInconclusive, layers.error().detail());
  const auto subject = subject_for(options, request, (*layers)->top());
  if (!subject) return add_rows(report, report::Status::kInconclusive, subject.error().detail());
  add_inspection(request, *subject, **layers, {.only = options.only}, report);
}

std::vector<std::string_view> check_ids() {
  std::vector<std::string_view> out;
  for (const domain::Area* area : domain::all_areas()) {
    for (const domain::CheckDef& check : area->checks) out.push_back(check.id);
  }
  return out;
}

}  // namespace

audit::AuditOptions::Contributor domain_control(const audit::AuditOptions& options) {
  std::vector<Control> controls(kControls.begin(), kControls.end());
  controls.push_back(Control::kHeaders);  // HSTS and what pages load without TLS.
  return {std::move(controls), check_ids(),
          [&options](Report& report) { contribute(options, report); }};
}

}  // namespace lr::cli
