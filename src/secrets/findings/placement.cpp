#include "secrets/findings/placement.h"

#include <algorithm>

#include "secrets/findings/browser_variable.h"
#include "secrets/findings/glob.h"

namespace lr::secrets {
namespace {

using report::Severity;

/// Places of a folder are relative to it. In a repository the value has no business, even there.
bool is_holder(const SecretTerms& terms, const Place& place) {
  if (terms.holder.empty() || place.surface == Surface::kGit || !place.via.empty()) return false;
  return terms.holder == place.path || terms.holder.ends_with("/" + place.path);
}

/// Builds carry it to every browser from wherever it stands.
bool goes_to_browsers(const Place& place) {
  return std::ranges::any_of(
      place.via, [](const std::string& step) { return step.starts_with(kBrowserVariable); });
}

bool allows(const SecretTerms& terms, const Place& place) {
  if (goes_to_browsers(place)) return false;
  if (is_holder(terms, place)) return true;
  return std::ranges::any_of(terms.allowed_in, [&](const std::string& pattern) {
    return matches_glob(pattern, place.path);
  });
}

void apply(const SecretTerms& terms, SecretFinding& finding) {
  if (terms.publishable) finding.kind = Kind::kPublishable;
  if (!terms.owner.empty()) finding.owner = terms.owner;
  if (!terms.rotate.empty()) finding.rotate = terms.rotate;
  finding.places_seen -=
      std::erase_if(finding.places, [&](const Place& place) { return allows(terms, place); });
}

/// Samples and keys that have run out open nothing.
bool is_harmless(const SecretFinding& finding) {
  return finding.note.contains("test fixture") || finding.note.contains("expired");
}

}  // namespace

std::size_t apply_terms(std::vector<SecretFinding>& findings, std::span<const SecretTerms> terms) {
  for (SecretFinding& finding : findings) {
    const auto one = std::ranges::find(terms, finding.live_as, &SecretTerms::name);
    if (!finding.live_as.empty() && one != terms.end()) apply(*one, finding);
  }
  return std::erase_if(findings,
                       [](const SecretFinding& finding) { return finding.places.empty(); });
}

bool is_exposed(const Place& place) {
  if (goes_to_browsers(place)) return true;
  switch (place.surface) {
    case Surface::kPage:
    case Surface::kBundle:
    case Surface::kSourceMap:
      return true;
    default:
      return place.reachability == "published";
  }
}

Severity severity_of(const SecretFinding& finding) {
  if (finding.kind != Kind::kSecret) return Severity::kInfo;
  if (!finding.live_as.empty()) return Severity::kCritical;
  if (is_harmless(finding)) return Severity::kLow;
  const bool exposed = std::ranges::any_of(finding.places, is_exposed);
  if (finding.proved || finding.confidence == Confidence::kHigh) {
    return exposed ? Severity::kCritical : Severity::kHigh;
  }
  if (finding.confidence == Confidence::kMedium) {
    return exposed ? Severity::kHigh : Severity::kMedium;
  }
  return Severity::kLow;
}

}  // namespace lr::secrets
