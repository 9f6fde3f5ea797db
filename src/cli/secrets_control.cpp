#include "cli/secrets_control.h"

#include <filesystem>
#include <iterator>
#include <utility>

#include "cli/secrets_request.h"
#include "cli/secrets_scan.h"
#include "secrets/findings/summary.h"

namespace lr::cli {
namespace {

using report::Report;

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

Result<ScanRequest> request_for(const audit::AuditOptions& options) {
  ScanRequest out;
  out.ca_file = options.ca_file;
  const contract::AuditSettings defaults;
  const auto& settings = options.contract == nullptr ? defaults : options.contract->audit;
  out.max_rps = options.max_rps.value_or(settings.max_rps);
  if (options.contract == nullptr) return out;
  out.targets = options.contract->secrets.scan;
  out.known = read_contract_secrets(*options.contract);
  const auto folder = std::filesystem::path(options.contract->file).parent_path();
  LR_TRY(out.suppressions,
         secrets::Suppressions::load(folder / std::string(secrets::Suppressions::kFileName)));
  return out;
}

report::CheckRow empty_row(report::Status status, std::string reason) {
  report::CheckRow row;
  row.id = secrets::kSecretsCheck;
  row.control = report::Control::kSecrets;
  row.title = "everything was searched for secrets";
  row.status = status;
  row.reason = std::move(reason);
  return row;
}

void unproved(Report& report, const std::string& reason) {
  report.inconclusive.push_back({std::string(secrets::kSecretsCheck), reason, {}});
}

/// An error when there was nothing to search. A product without a web page is no gap; a folder that
/// the contract names and that cannot be read is one.
Result<> read_all(SecretsScan& scan, const ScanRequest& request, const std::string& site,
                  Report& report) {
  bool any = false;
  for (const std::string& target : request.targets) {
    if (auto done = scan.read(target); done) {
      any = true;
    } else {
      unproved(report, target + ": " + done.error().detail());
    }
  }
  auto page = scan.read(site);
  if (!page && !any) return std::unexpected(std::move(page).error());
  return {};
}

void contribute(const audit::AuditOptions& options, Report& report) {
  auto request = request_for(options);
  if (!request) {
    unproved(report, request.error().detail());
    report.checks.push_back(empty_row(report::Status::kInconclusive, request.error().detail()));
    return;
  }
  auto scan = SecretsScan::create(*request);
  if (!scan) {
    unproved(report, scan.error().detail());
    report.checks.push_back(empty_row(report::Status::kInconclusive, scan.error().detail()));
    return;
  }
  const std::string site = options.target.origin() + "/";
  const auto read = read_all(**scan, *request, site, report);
  report.requests += static_cast<std::uint32_t>((*scan)->requests());
  if (!read) {
    const auto status =
        request->targets.empty() ? report::Status::kNotApplicable : report::Status::kInconclusive;
    report.checks.push_back(empty_row(status, "nothing to search: " + read.error().detail()));
    return;
  }
  secrets::ReportPart part = report_part((*scan)->summary(today()));
  append(report.checks, std::move(part.checks));
  append(report.findings, std::move(part.findings));
  append(report.inconclusive, std::move(part.inconclusive));
  append(report.rules, std::move(part.rules));
}

}  // namespace

audit::AuditOptions::Contributor secrets_control(const audit::AuditOptions& options) {
  return {{report::Control::kSecrets}, {secrets::kSecretsCheck}, [&options](Report& report) {
            contribute(options, report);
          }};
}

}  // namespace lr::cli
