// One judgement of a domain: the resolvers in their layers, the areas, and the report.
#pragma once

#include <memory>
#include <string>

#include "cli/domain_request.h"
#include "domain/inspect/inspect.h"
#include "domain/subject.h"
#include "report/report.h"

namespace lr::cli {

/// Answers from the network or a recording, below a proposed zone if there is one, each question
/// asked once.
class ResolverLayers {
 public:
  /// Errors: settings that the resolver refuses, a recording that cannot be read.
  static Result<std::unique_ptr<ResolverLayers>> open(const DomainRequest& request);
  ~ResolverLayers();
  domain::Resolver& top() const;
  /// Of the network; 0 for a recording.
  std::size_t questions() const;
  /// Everything that was answered, for --replay.
  std::string recording() const;

 private:
  struct Impl;
  explicit ResolverLayers(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What is promised, by the contract or by the name alone.
Result<domain::Subject> read_subject(const DomainRequest& request, domain::Resolver& resolver);

/// Judges it all into a report that has begun.
void add_inspection(const DomainRequest& request, const domain::Subject& subject,
                    const ResolverLayers& layers, const domain::InspectOptions& options,
                    report::Report& report);
/// The same as a report of its own, concluded.
report::Report inspect_domain(const DomainRequest& request, const domain::Subject& subject,
                              const ResolverLayers& layers, const domain::InspectOptions& options);

}  // namespace lr::cli
