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

/// RFC 9989 section 3.2.13 and appendix A.4: a name with any record exists, and so does an alias
/// of a name that does not. (RFC 9091 asked for A, AAAA or MX.)
Existence existence_of(Resolver& resolver, string_view domain) {
  const Answer answer = resolver.query(domain, RecordType::kA);
  if (answer.failed()) return Existence::kUnknown;
  const bool gone = answer.outcome == Outcome::kNxDomain && answer.aliases.empty();
  return gone ? Existence::kDoesNotExist : Existence::kExists;
}

/// np= of an inherited record, for a domain that does not exist. False: nobody could say.
bool apply_missing(Resolver& resolver, DmarcDiscovery& found, string_view domain) {
  if (!found.record->missing || *found.record->missing == found.published) return true;
  const Existence existence = existence_of(resolver, domain);
  if (existence == Existence::kDoesNotExist) {
    found.published = *found.record->missing;
    found.tag = "np";
  }
  return existence != Existence::kUnknown;
}

/// Fills in the record of `step` and what it asks for mail of `domain`.
void apply(Resolver& resolver, DmarcDiscovery& found, const DmarcWalkStep& step, string_view domain,
           DmarcEdition edition) {
  const DmarcRecord& record = *step.record;
  found.where = step.domain;
  found.text = step.text;
  found.record = record;
  const bool newer = edition == DmarcEdition::kRfc9989;
  // RFC 9989 section 4.10.1, RFC 7489 section 6.6.3: a record without a p= that can be understood
  // is p=none when somebody asks for reports, and nothing at all otherwise.
  const bool broken = record.invalid_policy || !record.policy || (newer && record.invalid_missing);
  if (broken && record.aggregate.empty()) return;
  found.outcome = DmarcDiscovery::Outcome::kFound;
  if (broken) return;
  found.published = *record.policy;
  found.tag = "p";
  if (step.domain != domain) {
    if (record.subdomains) {
      found.published = *record.subdomains;
      found.tag = "sp";
    }
    if (newer && !apply_missing(resolver, found, domain)) {
      found.outcome = DmarcDiscovery::Outcome::kUnknown;
    }
  }
  found.effective = newer && record.testing ? softened(found.published) : found.published;
}

DmarcDiscovery discover_by_walk(Resolver& resolver, const std::string& domain) {
  DmarcDiscovery found;
  const std::vector<DmarcWalkStep> walk = walk_dmarc_tree(resolver, domain);
  found.organization = organizational_domain(walk);
  found.organization_known = !std::ranges::any_of(walk, &DmarcWalkStep::failed);
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
  // A name that could not be asked may have a record that comes first or ends the walk.
  const bool own = step != walk.end() && step->domain == domain;
  if (!own && !found.organization_known) {
    found.outcome = DmarcDiscovery::Outcome::kUnknown;
    return found;
  }
  if (step != walk.end()) apply(resolver, found, *step, domain, DmarcEdition::kRfc9989);
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
    // Several records end the search here (section 6.6.3 step 5), and do not count as none.
    if (step.several || where == found.organization) break;
  }
  return found;
}

enum class Aligned : std::uint8_t { kNo, kYes, kUnknown };

/// Compares identifiers with the From domain of one message (RFC 9989 section 4.10.2).
class Alignment {
 public:
  Alignment(Resolver& resolver, DmarcEdition edition, const RegistrableDomain& registrable,
            const DmarcDiscovery& policy, std::string from)
      : resolver_(resolver),
        edition_(edition),
        registrable_(registrable),
        policy_(policy),
        from_(std::move(from)) {}

  Aligned of(string_view domain, bool strict) const {
    const std::string name = canonical_name(domain);
    if (name.empty()) return Aligned::kNo;
    if (name == from_) return Aligned::kYes;
    if (strict) return Aligned::kNo;
    if (edition_ == DmarcEdition::kRfc7489) {
      const std::string known = registrable_(name);
      return says((known.empty() ? name : known) == policy_.organization);
    }
    if (!policy_.organization_known) return Aligned::kUnknown;
    // An organization is the name itself or above it: others need no walk.
    if (!is_same_or_below(name, policy_.organization)) return Aligned::kNo;
    const std::vector<DmarcWalkStep> walk = walk_dmarc_tree(resolver_, name);
    if (std::ranges::any_of(walk, &DmarcWalkStep::failed)) return Aligned::kUnknown;
    return says(organizational_domain(walk) == policy_.organization);
  }

 private:
  static Aligned says(bool yes) { return yes ? Aligned::kYes : Aligned::kNo; }

  Resolver& resolver_;
  DmarcEdition edition_;
  const RegistrableDomain& registrable_;
  const DmarcDiscovery& policy_;
  std::string from_;
};

/// The record of `report_domain` may name another mailbox, but only one of its own host.
bool agrees(string_view text, string_view report_domain) {
  const Result<DmarcRecord> record = parse_dmarc(text);
  if (!record) return false;
  return std::ranges::all_of(record->aggregate, [&](const DmarcReportUri& uri) {
    return uri.domain.empty() || uri.domain == canonical_name(report_domain);
  });
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
  const bool unknown = verdict.policy.outcome == DmarcDiscovery::Outcome::kUnknown;
  if (unknown && !verdict.policy.record) {
    verdict.result = DmarcVerdict::Result::kTempError;
    return verdict;
  }
  if (verdict.policy.outcome == DmarcDiscovery::Outcome::kNoRecord) return verdict;
  const Alignment alignment(resolver, edition, registrable, verdict.policy, from);
  const Aligned spf = alignment.of(message.spf_domain, verdict.policy.record->strict_spf);
  bool doubtful = spf == Aligned::kUnknown;
  verdict.spf_aligned = spf == Aligned::kYes;
  for (const std::string& domain : message.dkim_domains) {
    const Aligned one = alignment.of(domain, verdict.policy.record->strict_dkim);
    verdict.dkim_aligned = verdict.dkim_aligned || one == Aligned::kYes;
    doubtful = doubtful || one == Aligned::kUnknown;
  }
  const bool pass = verdict.spf_aligned || verdict.dkim_aligned;
  // What is asked for matters to mail that fails only.
  verdict.result = pass                  ? DmarcVerdict::Result::kPass
                   : unknown || doubtful ? DmarcVerdict::Result::kTempError
                                         : DmarcVerdict::Result::kFail;
  return verdict;
}

std::optional<bool> may_report_to(Resolver& resolver, std::string_view domain,
                                  std::string_view report_domain) {
  if (canonical_name(domain) == canonical_name(report_domain)) return true;
  const std::vector<DmarcWalkStep> ours = walk_dmarc_tree(resolver, domain);
  const std::vector<DmarcWalkStep> theirs = walk_dmarc_tree(resolver, report_domain);
  const bool known = std::ranges::none_of(ours, &DmarcWalkStep::failed) &&
                     std::ranges::none_of(theirs, &DmarcWalkStep::failed);
  if (known && organizational_domain(ours) == organizational_domain(theirs)) return true;
  const std::string name =
      canonical_name(domain) + "._report._dmarc." + canonical_name(report_domain);
  const Answer answer = resolver.query(name, RecordType::kTxt);
  if (answer.failed()) return std::nullopt;
  const bool agreed = std::ranges::any_of(
      answer.all<Text>(), [&](const Text& text) { return agrees(text.joined(), report_domain); });
  if (!agreed && !known) return std::nullopt;
  return agreed;
}

}  // namespace lr::domain
