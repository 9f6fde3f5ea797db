#include "cli/domain_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/rng.h"
#include "cli/domain_subject.h"
#include "domain/bounded_resolver.h"
#include "domain/caching_resolver.h"
#include "domain/overlay_resolver.h"
#include "domain/recording.h"

namespace lr::cli {

struct ResolverLayers::Impl {
  std::unique_ptr<domain::ValidatingResolver> network;
  std::unique_ptr<domain::ReplayResolver> replay;
  std::unique_ptr<domain::BoundedResolver> bounded;
  std::unique_ptr<domain::CachingResolver> cache;
  std::unique_ptr<domain::RecordingResolver> recording;
  std::unique_ptr<domain::OverlayResolver> overlay;
  domain::Resolver* top = nullptr;
};

ResolverLayers::ResolverLayers(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ResolverLayers::~ResolverLayers() = default;

Result<std::unique_ptr<ResolverLayers>> ResolverLayers::open(const DomainRequest& request) {
  auto impl = std::make_unique<Impl>();
  if (request.replay) {
    auto replay = domain::ReplayResolver::parse(*request.replay);
    if (!replay) {
      return fail(replay.error().code(), request.replay_path + ": " + replay.error().detail(),
                  Origin::kClient);
    }
    impl->replay = std::move(*replay);
    impl->top = impl->replay.get();
  } else {
    LR_TRY(impl->network, domain::ValidatingResolver::make(request.resolver));
    impl->bounded = std::make_unique<domain::BoundedResolver>(*impl->network,
                                                              Deadline::after(request.deadline));
    impl->cache = std::make_unique<domain::CachingResolver>(*impl->bounded);
    impl->top = impl->cache.get();
  }
  if (!request.record_path.empty()) {
    impl->recording = std::make_unique<domain::RecordingResolver>(*impl->top);
    impl->top = impl->recording.get();
  }
  if (request.zone) {
    impl->overlay = std::make_unique<domain::OverlayResolver>(*request.zone, *impl->top);
    impl->top = impl->overlay.get();
  }
  return std::unique_ptr<ResolverLayers>(new ResolverLayers(std::move(impl)));
}

domain::Resolver& ResolverLayers::top() const { return *impl_->top; }

std::size_t ResolverLayers::questions() const {
  return impl_->network == nullptr ? 0 : impl_->network->questions();
}

std::string ResolverLayers::recording() const {
  return impl_->recording == nullptr ? "" : impl_->recording->recording();
}

Result<domain::Subject> read_subject(const DomainRequest& request, domain::Resolver& resolver) {
  domain::Subject out;
  if (request.contract != nullptr) {
    LR_TRY(out, subject_of(*request.contract, request.name));
  } else {
    LR_TRY(out, subject_of(request.name, resolver));
  }
  if (!request.zone) return out;
  out.file = request.zone_path;
  out.at = {};
  for (const domain::ZoneFileRecord& one : request.zone->records) {
    out.record_lines.try_emplace({domain::canonical_name(one.record.name), one.record.type},
                                 static_cast<std::uint32_t>(one.line));
  }
  return out;
}

void add_inspection(const DomainRequest& request, const domain::Subject& subject,
                    const ResolverLayers& layers, const domain::InspectOptions& options,
                    report::Report& report) {
  const domain::Network network{.resolver = layers.top(),
                                .now = request.now,
                                .live = !request.zone && !request.replay,
                                .deadline = Deadline::after(request.deadline),
                                .ports = request.ports,
                                .ca_file = request.ca_file};
  domain::inspect(domain::all_areas(), subject, network, options, report);
  report.requests += static_cast<std::uint32_t>(layers.questions());
}

report::Report inspect_domain(const DomainRequest& request, const domain::Subject& subject,
                              const ResolverLayers& layers, const domain::InspectOptions& options) {
  report::Report out;
  out.product = request.contract == nullptr || request.contract->product_name.empty()
                    ? subject.domain
                    : request.contract->product_name;
  out.target = subject.domain;
  out.profile = "domain";
  if (request.contract != nullptr) {
    out.contract_file = request.contract->file;
    out.contract_digest = request.contract->digest;
  }
  out.run_id = "domain-" + SystemRng().hex(8);
  out.started = request.now;
  add_inspection(request, subject, layers, options, out);
  out.took = std::chrono::duration_cast<milliseconds>(SystemClock().mono() - request.begun);
  report::conclude(out);
  const bool live = !request.zone && !request.replay;
  for (report::ControlRow& row : out.controls) {
    // Untested is never green: CAA records alone say nothing of handshakes and certificates.
    if (live || row.control != report::Control::kTls || row.status != report::Status::kPass) {
      continue;
    }
    row.status = report::Status::kNotApplicable;
    row.reason = "certificates and protocols need the network; the CAA records are in order";
  }
  // What other verbs judge has no rows here.
  for (report::ControlRow& row : out.controls) {
    const bool judged = std::ranges::any_of(
        out.checks, [&](const report::CheckRow& check) { return check.control == row.control; });
    if (!judged) row.reason = "not part of judging a domain";
  }
  return out;
}

}  // namespace lr::cli
