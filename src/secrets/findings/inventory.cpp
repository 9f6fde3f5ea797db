#include "secrets/findings/inventory.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/rng.h"
#include "crypto/digest.h"
#include "secrets/findings/browser_variable.h"
#include "secrets/findings/fingerprint.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kPlacesCounted = 1'000'000;  ///< Of one secret.

struct Spot {
  Place place;
  const Rule* rule = nullptr;  ///< Null for a find by value.
  bool located = false;
};

struct Record {
  Secret value;
  std::string live_as;
  const Rule* rule = nullptr;  ///< The best that matched.
  Confidence confidence = Confidence::kLow;
  bool proved = false;
  std::string note;
  std::vector<std::string_view> families;
  std::vector<Spot> spots;
  std::unordered_set<std::string> seen;  ///< Digests of the places.
  std::uint64_t dropped = 0;
};

/// A rule that knows the provider says more than one that knows passwords in general.
bool is_generic(const Rule* rule) {
  return rule == nullptr || rule->family == "generic" || rule->provider.empty();
}

/// Higher speaks for the secret. Equal ones are told apart by their texts, so that the order in
/// which places were met decides nothing.
bool speaks_louder(const Candidate& candidate, const Record& record) {
  const auto rank = [](const Rule* rule, Confidence confidence, bool proved) {
    return std::tuple(rule != nullptr, proved, !is_generic(rule), confidence);
  };
  const auto own = rank(candidate.rule, candidate.confidence, candidate.proved);
  const auto other = rank(record.rule, record.confidence, record.proved);
  if (own != other || record.rule == nullptr) return own > other;
  return std::tie(candidate.rule->id, candidate.note) < std::tie(record.rule->id, record.note);
}

std::string place_text(const Place& place) {
  return fmt::format("{}\n{}\n{}\n{}\n{}", static_cast<int>(place.surface), place.path,
                     fmt::join(place.via, "\n"), place.object, place.line);
}

auto place_order(const Place& place) {
  return std::tie(place.surface, place.path, place.line, place.column, place.object, place.via);
}

/// Places that are located come first: they are not given up.
bool spot_before(const Spot& a, const Spot& b) {
  if (a.located != b.located) return a.located;
  return place_order(a.place) < place_order(b.place);
}

}  // namespace

struct Inventory::Impl {
  /// The values are told apart by a digest under a key that dies with the process.
  Impl() { key = SystemRng().hex(32); }

  std::string digest_of(std::string_view value) const {
    const Secret same = normalised(value);
    const crypto::Sha256 digest = crypto::hmac_sha256(key, same.expose());
    return {digest.begin(), digest.end()};
  }

  Record& record_of(std::string_view value) {
    const auto [at, fresh] = records.try_emplace(digest_of(value));
    Record& record = at->second;
    if (!fresh) return record;
    masking.reset();
    record.value = normalised(value);
    if (const auto same = live.find(at->first); same != live.end()) {
      record.live_as = same->second;
    }
    return record;
  }

  void add(Record& record, const Rule* rule, Place place) {
    holds_git_objects = holds_git_objects || !place.object.empty();
    if (record.seen.size() >= kPlacesCounted) return;
    if (!record.seen.insert(place_text(place)).second) return;
    Spot spot{std::move(place), rule, false};
    if (record.spots.size() < SecretFinding::kPlacesKept) {
      record.spots.push_back(std::move(spot));
      return;
    }
    // The first in order are kept, besides those of sources that were read before.
    const auto last = std::ranges::max_element(record.spots, spot_before);
    if (!last->located && spot_before(spot, *last)) *last = std::move(spot);
  }

  SecretFinding finding_of(const Record& record, std::string_view fingerprint_key) const;
  static std::string_view family_of(const Record& record) {
    return record.rule == nullptr ? kExactRule : std::string_view(record.rule->family);
  }

  std::mutex mutex;  ///< Held by found() and found_value() for what they change.
  std::string key;
  std::unordered_map<std::string, Record> records;
  std::unordered_map<std::string, std::string> live;  ///< Digest to name.
  std::vector<NamedSecret> known;
  std::uint64_t allowed_inline = 0;
  bool holds_git_objects = false;    ///< Said once: places may be dropped or not be kept.
  std::unique_ptr<Masking> masking;  ///< Of all records; null until asked for.
};

Inventory::Inventory() : impl_(std::make_unique<Impl>()) {}
Inventory::~Inventory() = default;

void Inventory::know(std::span<const NamedSecret> secrets) {
  for (const NamedSecret& secret : secrets) {
    impl_->live.emplace(impl_->digest_of(secret.value.expose()), secret.name);
    impl_->known.push_back({secret.name, secret.value.duplicate()});
  }
  impl_->masking.reset();
}

void Inventory::found(const Candidate& candidate) {
  const std::lock_guard lock(impl_->mutex);
  if (candidate.allowed_inline) {
    ++impl_->allowed_inline;
    return;
  }
  Record& record = impl_->record_of(candidate.secret);
  if (speaks_louder(candidate, record)) {
    record.rule = candidate.rule;
    impl_->masking.reset();  // Values are replaced by the names of their rules.
    record.confidence = candidate.confidence;
    record.proved = candidate.proved;
    record.note = candidate.note;
  }
  if (std::ranges::find(record.families, candidate.rule->family) == record.families.end()) {
    record.families.emplace_back(candidate.rule->family);
  }
  Place place = candidate.place;
  std::string variable =
      browser_variable(candidate.line.substr(0, candidate.line.find(candidate.secret)));
  if (!variable.empty()) place.via.push_back(std::move(variable));
  impl_->add(record, candidate.rule, std::move(place));
}

void Inventory::found_value(const NamedSecret& secret, Encoding encoding, Place place) {
  const std::lock_guard lock(impl_->mutex);
  Record& record = impl_->record_of(secret.value.expose());
  record.live_as = secret.name;
  if (encoding != Encoding::kPlain) place.via.emplace_back(encoding_name(encoding));
  impl_->add(record, nullptr, std::move(place));
}

void Inventory::locate(Source& source) {
  std::vector<Place*> places;
  for (auto& [digest, record] : impl_->records) {
    for (Spot& spot : record.spots) {
      if (!spot.located) places.push_back(&spot.place);
      spot.located = true;
    }
  }
  source.locate(places);
}

std::size_t Inventory::drop_places(const std::function<bool(const Occurrence&)>& covers) {
  std::size_t dropped = 0;
  for (auto& [digest, record] : impl_->records) {
    const std::size_t gone = std::erase_if(record.spots, [&](const Spot& spot) {
      return spot.rule != nullptr && covers({*spot.rule, spot.place, record.value.expose()});
    });
    record.dropped += gone;
    dropped += gone;
  }
  return dropped;
}

std::string Inventory::rekeyed(std::string_view fingerprint, std::string_view old_key,
                               std::string_view new_key) const {
  for (const auto& [digest, record] : impl_->records) {
    const std::string_view family = Impl::family_of(record);
    const std::string_view value = record.value.expose();
    if (fingerprint_of(old_key, family, value) == fingerprint) {
      return fingerprint_of(new_key, family, value);
    }
  }
  return "";
}

bool Inventory::holds_git_objects() const { return impl_->holds_git_objects; }

std::uint64_t Inventory::allowed_inline() const { return impl_->allowed_inline; }

const Masking& Inventory::masking() const {
  if (impl_->masking != nullptr) return *impl_->masking;
  std::vector<NamedSecret> secrets;
  for (const NamedSecret& secret : impl_->known) {
    secrets.push_back({secret.name, secret.value.duplicate()});
  }
  for (const auto& [digest, record] : impl_->records) {
    const std::string name = record.rule == nullptr ? "secret" : record.rule->id;
    secrets.push_back({name, record.value.duplicate()});
  }
  impl_->masking = std::make_unique<Masking>(secrets);
  return *impl_->masking;
}

SecretFinding Inventory::Impl::finding_of(const Record& record,
                                          std::string_view fingerprint_key) const {
  SecretFinding out;
  const Rule* rule = record.rule;
  const std::string_view value = record.value.expose();
  const std::string_view family = family_of(record);
  out.fingerprint = fingerprint_of(fingerprint_key, family, value);
  for (const std::string_view other : record.families) {
    if (other != family) out.aliases.push_back(fingerprint_of(fingerprint_key, other, value));
  }
  if (rule != nullptr) {
    if (!record.live_as.empty()) {
      out.aliases.push_back(fingerprint_of(fingerprint_key, kExactRule, value));
    }
    out.provider = rule->provider;
    out.title = rule->title.empty() ? rule->id : rule->title;
    out.rotate = rule->rotate;
    out.dashboard = rule->dashboard;
    out.kind = rule->kind;
  } else {
    out.title = "Value of " + record.live_as;
  }
  out.rule = rule == nullptr ? kExactRule : std::string_view(rule->id);
  std::ranges::sort(out.aliases);
  out.masked = masked(value, rule);
  // A value of the contract is what it is: nothing was guessed.
  out.confidence = record.live_as.empty() ? record.confidence : Confidence::kHigh;
  out.proved = record.proved || !record.live_as.empty();
  out.live_as = record.live_as;
  out.note = record.note;
  for (const Spot& spot : record.spots) out.places.push_back(spot.place);
  std::ranges::sort(out.places, {}, place_order);
  out.places_seen = record.seen.size() - record.dropped;
  return out;
}

namespace {

/// Takes values out of texts, of which most are told again and again: each is searched once.
class MaskedTexts {
 public:
  explicit MaskedTexts(const Masking& masking) : masking_(masking) {}
  void mask(std::string& text) {
    if (text.empty()) return;
    const auto [known, fresh] = known_.try_emplace(text);
    if (fresh) known->second = masking_.apply(text);
    text = known->second;
  }

 private:
  const Masking& masking_;
  std::unordered_map<std::string, std::string> known_;
};

void mask_texts(SecretFinding& finding, MaskedTexts& texts) {
  const auto mask = [&](std::string& text) { texts.mask(text); };
  mask(finding.note);
  for (Place& place : finding.places) {
    for (std::string* text : {&place.path, &place.original, &place.author, &place.ref}) mask(*text);
    for (std::string& step : place.via) mask(step);
  }
}

auto finding_order(const SecretFinding& finding) {
  const bool live = !finding.live_as.empty();
  return std::tuple(finding.kind, !live, !finding.proved, -static_cast<int>(finding.confidence),
                    std::string_view(finding.fingerprint));
}

}  // namespace

std::vector<SecretFinding> Inventory::findings(std::string_view key) const {
  std::vector<SecretFinding> out;
  MaskedTexts texts(masking());
  for (const auto& [digest, record] : impl_->records) {
    if (record.spots.empty()) continue;
    out.push_back(impl_->finding_of(record, key));
    mask_texts(out.back(), texts);
  }
  std::ranges::sort(out, {}, finding_order);
  return out;
}

}  // namespace lr::secrets
