#include "cli/secrets_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "cli/site_fetcher.h"
#include "crypto/digest.h"
#include "secrets/findings/imported_suppressions.h"
#include "secrets/sources/tree.h"
#include "secrets/sources/web.h"

namespace lr::cli {
namespace {

using secrets::Catalogue;
using secrets::git::GitOptions;
using secrets::git::GitSource;

constexpr std::size_t kPathDigits = 8;

/// A checkout whose repository is elsewhere: `.git` is a file that names it, or a link to it.
bool is_linked_checkout(const std::string& folder) {
  std::error_code unknown;
  const auto status = std::filesystem::symlink_status(folder + "/.git", unknown);
  return std::filesystem::is_regular_file(status) || std::filesystem::is_symlink(status);
}

Result<std::unique_ptr<Catalogue>> catalogue_of(const ScanRequest& request) {
  LR_TRY(auto built_in, Catalogue::built_in());
  if (request.rules.empty()) return built_in;
  return Catalogue::compile_beside(*built_in, request.rules);
}

}  // namespace

Result<std::unique_ptr<SecretsScan>> SecretsScan::create(const ScanRequest& request) {
  LR_TRY(auto catalogue, catalogue_of(request));
  return std::unique_ptr<SecretsScan>(new SecretsScan(request, std::move(catalogue)));
}

SecretsScan::SecretsScan(const ScanRequest& request, std::unique_ptr<Catalogue> catalogue)
    : request_(request),
      catalogue_(std::move(catalogue)),
      values_(secrets::ExactValues::build(request.known.values)) {
  inventory_.know(request.known.values);
  visitor_ = std::make_unique<secrets::ParallelVisitor>(
      secrets::ParallelVisitor::workers_of_machine(), [this] { return make_visitor(); });
}

std::unique_ptr<secrets::DocumentVisitor> SecretsScan::make_visitor() {
  secrets::ScannerOptions options;
  options.least = request_.least;
  scanners_.push_back(std::make_unique<secrets::Scanner>(*catalogue_, inventory_, options));
  auto search = std::make_unique<secrets::ValueSearch>(values_, request_.known.values, inventory_,
                                                       *scanners_.back());
  scanners_.back()->show_layers(search.get());
  searches_.push_back(std::move(search));
  auto archives = std::make_unique<secrets::sources::ArchiveVisitor>(*searches_.back());
  archives_.push_back(archives.get());
  return archives;
}

Result<> SecretsScan::read_source(secrets::Source& source) {
  // A source that fails has read nothing: its error says so, and its gaps say no more.
  secrets::Coverage seen;
  const auto read = source.read(*visitor_, seen);
  visitor_->finish();
  LR_TRY_VOID(read);
  coverage_.add(seen);
  inventory_.locate(source);
  return {};
}

Result<> SecretsScan::read_repository(const std::string& path) {
  GitOptions options = request_.git;
  if (!request_.seen_file.empty()) {
    // Repositories below the first one have lists of their own.
    const std::string digest = crypto::hex(crypto::sha256(path)).substr(0, kPathDigits);
    options.seen_file = request_.seen_file + (listed_.empty() ? "" : "-" + digest);
    options.catalogue = request_.seen_under;
  }
  LR_TRY(auto source, GitSource::open(path, options));
  const bool whole = options.scope == GitOptions::Scope::kEverything;
  if (whole && !repositories_.insert(source->common_dir()).second) return {};
  LR_TRY_VOID(read_source(*source));
  if (!request_.seen_file.empty()) listed_.push_back(std::move(source));
  return {};
}

Result<> SecretsScan::save_seen() const {
  const auto is_whole = [](const auto& looked) { return looked->coverage().complete(); };
  if (inventory_.holds_git_objects() || !std::ranges::all_of(scanners_, is_whole) ||
      !std::ranges::all_of(archives_, is_whole)) {
    return {};
  }
  for (const auto& source : listed_) LR_TRY_VOID(source->save_seen());
  return {};
}

Result<> SecretsScan::read_folder(const std::string& path) {
  secrets::TreeSource tree(path);
  LR_TRY_VOID(read_source(tree));
  std::vector<std::string> repositories(tree.repositories().begin(), tree.repositories().end());
  // Further below, links lead to what is met there or is no part of the folder.
  if (is_linked_checkout(path)) repositories.emplace_back("");
  for (const std::string& inside : repositories) {
    const bool own = inside == "." || inside.empty();
    if (auto done = read_repository(own ? path : path + "/" + inside); !done) {
      coverage_.skip(inside.empty() ? ".git" : inside,
                     "repository not read: " + done.error().detail());
    }
  }
  return {};
}

Result<> SecretsScan::read_site(const std::string& url) {
  LR_TRY(const text::Url start, text::parse_url(url));
  LR_TRY(const auto fetcher, SiteFetcher::create(request_.ca_file, request_.max_rps));
  secrets::WebOptions options;
  options.start.push_back(start);
  secrets::WebSource site(*fetcher, std::move(options));
  const auto done = read_source(site);
  requests_ += site.requests();
  if (!done) return done;
  for (const secrets::Observation& seen : site.observations()) {
    notices_.push_back({std::string(secrets::observation_name(seen.kind)), seen.url, seen.detail});
  }
  return {};
}

Result<> SecretsScan::read(const std::string& target) {
  LR_TRY_VOID(read_any(target));
  searched_.push_back(target);
  return {};
}

Result<> SecretsScan::check_exists(const std::string& target) {
  if (target.contains("://")) return {};
  std::error_code failed;
  const bool exists = std::filesystem::exists(target, failed);
  if (failed) {
    return fail(Code::kInvalidArgument,
                fmt::format("cannot read {}: {}; check the path and its permissions", target,
                            failed.message()));
  }
  if (!exists) {
    return fail(Code::kNotFound,
                fmt::format("there is no {}; give a folder, a file, an archive or a URL", target));
  }
  return {};
}

void SecretsScan::skip(const std::string& target, std::string_view reason) {
  if (reason.starts_with(target + ": ")) reason.remove_prefix(target.size() + 2);
  coverage_.skip(target, std::string(reason));
  skipped_.push_back(target);
}

Result<> SecretsScan::read_any(const std::string& target) {
  if (target.contains("://")) return read_site(target);
  LR_TRY_VOID(check_exists(target));
  if (request_.git.scope != GitOptions::Scope::kEverything) return read_repository(target);
  return read_folder(target);
}

std::string SecretsScan::masked(const std::string& text) {
  visitor_->visit({.surface = secrets::Surface::kTree,
                   .path = "message",
                   .object = {},
                   .bytes = text,
                   .via = {}});
  visitor_->finish();
  return inventory_.masking().apply(text);
}

/// An address may hold a token, and stands in front of everything that is found there.
void SecretsScan::read_names() {
  const std::vector<std::string> via = {"name"};
  for (const auto* targets : {&searched_, &skipped_}) {
    for (const std::string& target : *targets) {
      if (!secrets::sources::may_hold_secret(target)) continue;
      visitor_->visit(
          {.surface = target.contains("://") ? secrets::Surface::kPage : secrets::Surface::kTree,
           .path = target,
           .object = {},
           .bytes = target,
           .via = via});
    }
  }
  visitor_->finish();
}

secrets::ScanSummary SecretsScan::summary(std::chrono::sys_days today) {
  // A name alone does not mean that anything was read.
  const bool read_something = std::ranges::any_of(
      scanners_, [](const auto& scanner) { return scanner->coverage().documents > 0; });
  if (read_something) read_names();
  const std::size_t imported = drop_imported(inventory_, request_.imported);
  secrets::ScanSummary out =
      secrets::summarise(inventory_, request_.known.terms, request_.suppressions, today);
  const secrets::Masking& masks = inventory_.masking();
  out.imported = imported;
  out.searched = masks.apply(fmt::format("{}", fmt::join(searched_, " and ")));
  out.coverage = coverage_;
  for (const auto& scanner : scanners_) out.coverage.add(scanner->coverage());
  for (const auto* archives : archives_) out.coverage.add(archives->coverage());
  secrets::GapOutcome gaps = accept_gaps(out.coverage, request_.suppressions, today);
  out.accepted_gaps = gaps.accepted;
  std::ranges::move(gaps.expired, std::back_inserter(out.expired));
  std::ranges::move(gaps.stale, std::back_inserter(out.stale));
  for (secrets::Coverage::Gap& gap : out.coverage.gaps) {
    gap.path = masks.apply(gap.path);
    gap.reason = masks.apply(gap.reason);
  }
  for (auto* entries : {&out.expired, &out.stale}) {
    for (secrets::Suppression& entry : *entries) {
      entry.owner = masks.apply(entry.owner);
      entry.reason = masks.apply(entry.reason);
      entry.path = masks.apply(entry.path);
    }
  }
  for (const secrets::Notice& notice : notices_) {
    out.notices.push_back({notice.id, masks.apply(notice.url), masks.apply(notice.detail)});
  }
  // A part of a repository says nothing about what is elsewhere.
  out.changes_only = request_.git.scope != GitOptions::Scope::kEverything;
  if (out.changes_only) out.stale.clear();
  std::vector<bool> refused(values_.names().size());
  for (const secrets::ExactValues::Refused& one : values_.refused()) {
    refused[one.value] = true;
    out.not_exact.push_back(fmt::format("{}: {}", values_.names()[one.value], one.reason));
  }
  for (std::size_t i = 0; i < refused.size(); ++i) {
    if (!refused[i]) out.exact.push_back(values_.names()[i]);
  }
  out.not_exact.insert(out.not_exact.end(), request_.known.missing.begin(),
                       request_.known.missing.end());
  return out;
}

}  // namespace lr::cli
