#include "domain/mail/dmarc.h"

#include <algorithm>
#include <array>

#include "domain/mail/spf_macro.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using std::string_view;

/// Longer names go straight from themselves to their last seven labels.
constexpr std::size_t kWalkLabels = kDmarcWalkSteps - 1;

std::size_t label_count(string_view name) {
  return name.empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(name, '.'));
}

string_view without_first_label(string_view name) {
  const std::size_t dot = name.find('.');
  return dot == string_view::npos ? string_view() : name.substr(dot + 1);
}

/// The one DMARC record at a name.
DmarcWalkStep ask(Resolver& resolver, string_view domain) {
  DmarcWalkStep step{.domain = std::string(domain), .text = {}, .record = {}};
  const Answer answer = resolver.query("_dmarc." + step.domain, RecordType::kTxt);
  step.failed = answer.failed();
  for (const Text& text : answer.all<Text>()) {
    std::string joined = text.joined();
    if (!is_dmarc_record(joined)) continue;
    step.several = step.several || !step.text.empty();
    step.text = std::move(joined);
  }
  if (step.several) step.text.clear();
  if (!step.text.empty()) {
    if (auto record = parse_dmarc(step.text)) step.record = std::move(*record);
  }
  return step;
}

DmarcPolicy softened(DmarcPolicy policy) {
  return policy == DmarcPolicy::kReject ? DmarcPolicy::kQuarantine : DmarcPolicy::kNone;
}

enum class Existence : std::uint8_t { kExists, kDoesNotExist, kUnknown };

/// RFC 9989 section 3.2.16: neither A nor AAAA nor MX.
Existence existence_of(Resolver& resolver, string_view domain) {
  bool unknown = false;
  for (const RecordType type : {RecordType::kA, RecordType::kAaaa, RecordType::kMx}) {
    const Answer answer = resolver.query(domain, type);
    if (answer.outcome == Outcome::kAnswer) return Existence::kExists;
    unknown = unknown || answer.failed();
  }
  return unknown ? Existence::kUnknown : Existence::kDoesNotExist;
}

/// Fills in the record of `step` and what it asks for mail of `domain`.
void apply(Resolver& resolver, DmarcDiscovery& found, const DmarcWalkStep& step, string_view domain,
           DmarcEdition edition) {
  const DmarcRecord& record = *step.record;
  found.where = step.domain;
  found.text = step.text;
  found.record = record;
  const bool newer = edition == DmarcEdition::kRfc9989;
  // RFC 9989 section 4.10.1, RFC 7489 section 6.6.3: what cannot be understood is p=none when
  // somebody asks for reports, and nothing at all otherwise. Only the newer one lets p= be left
  // out.
  const bool broken =
      record.invalid_policy || (newer ? record.invalid_missing : !record.policy.has_value());
  if (broken && record.aggregate.empty()) return;
  found.outcome = DmarcDiscovery::Outcome::kFound;
  if (broken) return;
  found.effective = record.policy.value_or(DmarcPolicy::kNone);
  found.tag = record.policy ? "p" : "";
  if (step.domain != domain) {
    if (record.subdomains) {
      found.effective = *record.subdomains;
      found.tag = "sp";
    }
    if (newer && record.missing && existence_of(resolver, domain) == Existence::kDoesNotExist) {
      found.effective = *record.missing;
      found.tag = "np";
    }
  }
  if (newer && record.testing) found.effective = softened(found.effective);
}

DmarcDiscovery discover_by_walk(Resolver& resolver, const std::string& domain) {
  DmarcDiscovery found;
  const std::vector<DmarcWalkStep> walk = walk_dmarc_tree(resolver, domain);
  found.organization = organizational_domain(walk);
  const bool unknown = std::ranges::any_of(walk, &DmarcWalkStep::failed);
  found.several = std::ranges::any_of(walk, &DmarcWalkStep::several);
  const auto at = [&](string_view name) {
    return std::ranges::find_if(
        walk, [&](const DmarcWalkStep& step) { return step.record && step.domain == name; });
  };
  // Its own record, that of its organization, that of the public suffix above it.
  auto step = at(domain);
  if (step == walk.end()) step = at(found.organization);
  if (step == walk.end()) {
    step = std::ranges::find_if(walk, [](const DmarcWalkStep& one) {
      return one.record && one.record->kind == DmarcDomainKind::kPublicSuffix;
    });
  }
  if (step == walk.end()) {
    if (unknown) found.outcome = DmarcDiscovery::Outcome::kUnknown;
    return found;
  }
  // A longer name that could not be asked might have had a record that comes first.
  const bool hidden = std::any_of(walk.begin(), step, [&](const DmarcWalkStep& earlier) {
    return earlier.failed && (earlier.domain == domain || earlier.domain == found.organization);
  });
  apply(resolver, found, *step, domain, DmarcEdition::kRfc9989);
  if (hidden) found.outcome = DmarcDiscovery::Outcome::kUnknown;
  return found;
}

DmarcDiscovery discover_by_suffix_list(Resolver& resolver, const std::string& domain,
                                       const RegistrableDomain& registrable) {
  DmarcDiscovery found;
  found.organization = registrable(domain);
  if (found.organization.empty()) found.organization = domain;
  for (const std::string& where : {domain, found.organization}) {
    const DmarcWalkStep step = ask(resolver, where);
    found.several = found.several || step.several;
    if (step.failed) {
      found.outcome = DmarcDiscovery::Outcome::kUnknown;
      return found;
    }
    if (step.record) {
      apply(resolver, found, step, domain, DmarcEdition::kRfc7489);
      return found;
    }
    if (where == found.organization) break;
  }
  return found;
}

}  // namespace

std::vector<DmarcWalkStep> walk_dmarc_tree(Resolver& resolver, std::string_view domain) {
  const std::string start = canonical_name(domain);
  std::vector<DmarcWalkStep> walk;
  for (string_view name = start; !name.empty() && walk.size() < kDmarcWalkSteps;) {
    walk.push_back(ask(resolver, name));
    if (walk.back().record) {
      // Steps 2 and 6: psd=n and psd=y both end the walk, wherever they stand.
      if (walk.back().record->kind != DmarcDomainKind::kUnsaid) break;
    }
    name = without_first_label(name);
    while (label_count(name) > kWalkLabels) name = without_first_label(name);
  }
  return walk;
}

std::string organizational_domain(const std::vector<DmarcWalkStep>& walk) {
  if (walk.empty()) return {};
  const std::string& start = walk.front().domain;
  std::string found;
  for (std::size_t i = 0; i < walk.size(); ++i) {
    if (!walk[i].record) continue;
    const DmarcDomainKind kind = walk[i].record->kind;
    if (kind == DmarcDomainKind::kOrganization) return walk[i].domain;
    if (kind == DmarcDomainKind::kPublicSuffix && i > 0) {
      // One label below the suffix, on the way to the start.
      string_view below = start;
      while (label_count(below) > label_count(walk[i].domain) + 1) {
        below = without_first_label(below);
      }
      return std::string(below);
    }
    found = walk[i].domain;
  }
  return found.empty() ? start : found;
}

DmarcDiscovery discover_dmarc(Resolver& resolver, std::string_view domain, DmarcEdition edition,
                              const RegistrableDomain& registrable) {
  const std::string name = canonical_name(domain);
  return edition == DmarcEdition::kRfc9989 ? discover_by_walk(resolver, name)
                                           : discover_by_suffix_list(resolver, name, registrable);
}

DmarcVerdict evaluate_dmarc(Resolver& resolver, const DmarcMessage& message, DmarcEdition edition,
                            const RegistrableDomain& registrable) {
  DmarcVerdict verdict;
  const std::string from = canonical_name(message.from_domain);
  verdict.policy = discover_dmarc(resolver, from, edition, registrable);
  if (verdict.policy.outcome == DmarcDiscovery::Outcome::kUnknown) {
    verdict.result = DmarcVerdict::Result::kTempError;
    return verdict;
  }
  if (verdict.policy.outcome == DmarcDiscovery::Outcome::kNoRecord) return verdict;
  const auto organization_of = [&](const std::string& name) {
    if (edition == DmarcEdition::kRfc9989) {
      return organizational_domain(walk_dmarc_tree(resolver, name));
    }
    const std::string known = registrable(name);
    return known.empty() ? name : known;
  };
  const auto aligned = [&](string_view domain, bool strict) {
    const std::string name = canonical_name(domain);
    if (name.empty()) return false;
    if (name == from) return true;
    return !strict && organization_of(name) == verdict.policy.organization;
  };
  verdict.spf_aligned = aligned(message.spf_domain, verdict.policy.record->strict_spf);
  verdict.dkim_aligned = std::ranges::any_of(message.dkim_domains, [&](const std::string& domain) {
    return aligned(domain, verdict.policy.record->strict_dkim);
  });
  const bool pass = verdict.spf_aligned || verdict.dkim_aligned;
  verdict.result = pass ? DmarcVerdict::Result::kPass : DmarcVerdict::Result::kFail;
  return verdict;
}

std::optional<bool> may_report_to(Resolver& resolver, std::string_view domain,
                                  std::string_view report_domain) {
  if (is_same_or_below(report_domain, domain)) return true;
  const std::string name =
      canonical_name(domain) + "._report._dmarc." + canonical_name(report_domain);
  const Answer answer = resolver.query(name, RecordType::kTxt);
  if (answer.failed()) return std::nullopt;
  return std::ranges::any_of(answer.all<Text>(),
                             [](const Text& text) { return is_dmarc_record(text.joined()); });
}

}  // namespace lr::domain
