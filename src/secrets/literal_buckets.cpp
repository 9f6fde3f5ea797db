#include "secrets/literal_buckets.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <limits>
#include <utility>

#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

/// How rare a byte is in source code, in bits; read off 85 MB of sixteen Debian source packages.
constexpr std::array<std::uint8_t, kByteKinds> kBits = {
    8,  9,  9,  9,  10, 10, 10, 10, 10, 6,  5,  10, 10, 10, 11, 11,  // controls
    10, 11, 11, 11, 11, 10, 11, 11, 11, 10, 11, 11, 11, 11, 11, 10,
    3,  10, 6,  9,  8,  8,  9,  7,  7,  7,  8,  10, 6,  6,  6,  7,   // ' ' to '/'
    7,  7,  7,  8,  8,  8,  9,  9,  8,  9,  7,  8,  9,  7,  8,  10,  // '0' to '?'
    10, 8,  9,  8,  8,  8,  9,  9,  9,  8,  11, 10, 8,  9,  8,  9,   // '@' to 'O'
    7,  8,  8,  8,  8,  9,  10, 9,  8,  8,  10, 8,  9,  9,  11, 7,   // 'P' to '_'
    7,  5,  7,  6,  6,  4,  6,  6,  6,  5,  9,  7,  5,  6,  5,  5,   // '`' to 'o'
    6,  9,  5,  5,  4,  6,  7,  7,  8,  7,  9,  8,  9,  8,  11, 10,  // 'p' to DEL
};

using Set = std::bitset<kByteKinds>;

const std::array<float, kByteKinds> kShares = [] {
  std::array<float, kByteKinds> shares{};
  for (std::size_t i = 0; i < kByteKinds; ++i) shares[i] = std::exp2(-static_cast<float>(kBits[i]));
  return shares;
}();

std::size_t kind_of(char c) { return static_cast<std::uint8_t>(c) & (kByteKinds - 1); }

bool is_lower_case(char c) { return c >= 'a' && c <= 'z'; }

/// Of a place of a literal: one kind, or those of a letter's two cases.
struct Kinds {
  Kinds(const Literal& literal, std::size_t at)
      : first(kind_of(literal.text[at])),
        second(literal.caseless && is_lower_case(literal.text[at])
                   ? kind_of(static_cast<char>(literal.text[at] ^ 0x20))
                   : first) {}
  float share() const { return kShares[first] + (second == first ? 0 : kShares[second]); }
  std::size_t first, second;
};

/// What the literals of one bucket have at each place, and which part of ordinary text that is.
class Bucket {
 public:
  /// Of ordinary text, what passes when a literal with this window comes in.
  float passing_with(const Literal& literal, std::size_t window) const {
    const std::size_t size = window_size(literal);
    float passing = 1;
    for (std::size_t i = 0; i < size; ++i) {
      const Kinds kinds(literal, window + i);
      float share = shares_[i] + (sets_[i][kinds.first] ? 0 : kShares[kinds.first]);
      if (kinds.second != kinds.first && !sets_[i][kinds.second]) share += kShares[kinds.second];
      passing *= share;
    }
    return passing;
  }
  float passing() const { return passing_; }

  void add(const Literal& literal, std::size_t window) {
    const std::size_t size = window_size(literal);
    for (std::size_t i = 0; i < size; ++i) {
      const Kinds kinds(literal, window + i);
      sets_[i].set(kinds.first);
      sets_[i].set(kinds.second);
    }
    for (std::size_t i = size; i < kWindowMax; ++i) sets_[i].set();
    passing_ = 1;
    for (std::size_t i = 0; i < kWindowMax; ++i) passing_ *= shares_[i] = share_of(sets_[i]);
  }

 private:
  static float share_of(const Set& set) {
    if (set.all()) return 1;
    float share = 0;
    for (std::size_t kind = 0; kind < kByteKinds; ++kind) share += set[kind] ? kShares[kind] : 0;
    return share;
  }

  std::array<Set, kWindowMax> sets_{};
  std::array<float, kWindowMax> shares_{};
  float passing_ = 0;
};

bool is_alphanumeric(char c) {
  return is_lower_case(static_cast<char>(c | 0x20)) || (c >= '0' && c <= '9');
}

/// Of ordinary text, what looks like the literal in this window. Words are made of few of all
/// possible letters in a row.
float share_of(const Literal& literal, std::size_t window) {
  float share = 1;
  for (std::size_t i = window; i < window + window_size(literal); ++i) {
    const char* const c = literal.text.data() + i;
    const bool in_word = i >= window + 2 && is_alphanumeric(*c);
    share *= in_word ? std::exp2(-static_cast<float>(surprise_behind(c[-2], c[-1], *c)))
                     : Kinds(literal, i).share();
  }
  return share;
}

float least_share(const Literal& literal) {
  float least = 1;
  for (std::size_t window = 0; window + window_size(literal) <= literal.text.size(); ++window) {
    least = std::min(least, share_of(literal, window));
  }
  return least;
}

/// Comparing a literal costs more than a place that passes.
constexpr float kOwnWeight = 2;

/// The window and the bucket that add the least: what passes, and what looks like the literal.
Placement best_place(const Literal& literal, std::span<const Bucket> buckets) {
  Placement best;
  float least = std::numeric_limits<float>::max();
  const std::size_t last = std::min<std::size_t>(literal.text.size() - window_size(literal), 255);
  const bool is_short = literal.text.size() < kWindowMax;
  const std::size_t first = is_short ? kBuckets - kShortBuckets : 0;
  const std::size_t end = is_short ? kBuckets : kBuckets - kShortBuckets;
  for (std::size_t window = 0; window <= last; ++window) {
    const float own = kOwnWeight * share_of(literal, window);
    for (std::size_t bucket = first; bucket < end; ++bucket) {
      const Bucket& one = buckets[bucket];
      const float cost = own + one.passing_with(literal, window) - one.passing();
      if (cost >= least) continue;
      least = cost;
      best = {static_cast<std::uint8_t>(window), static_cast<std::uint8_t>(bucket)};
    }
  }
  return best;
}

}  // namespace

std::size_t window_size(const Literal& literal) {
  return std::min(literal.text.size(), kWindowMax);
}

std::vector<Placement> place_literals(std::span<const Literal> literals) {
  // The most frequent first: they say what the buckets are about.
  std::vector<std::pair<float, std::size_t>> order;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    if (!literals[i].text.empty()) order.emplace_back(-least_share(literals[i]), i);
  }
  std::ranges::sort(order);
  std::array<Bucket, kBuckets> buckets;
  std::vector<Placement> places(literals.size());
  for (const auto& [share, i] : order) {
    places[i] = best_place(literals[i], buckets);
    buckets[places[i].bucket].add(literals[i], places[i].window);
  }
  return places;
}

BucketTables bucket_tables(std::span<const PlacedLiteral> literals) {
  BucketTables tables;
  for (const auto& [literal, place, id] : literals) {
    const auto bit = static_cast<std::uint8_t>(1u << place.bucket % 8);
    auto& places = tables.of[place.bucket / 8];
    const std::size_t size = window_size(literal);
    for (std::size_t i = 0; i < size; ++i) {
      const Kinds kinds(literal, place.window + i);
      places[i][kinds.first] |= bit;
      places[i][kinds.second] |= bit;
    }
    for (std::size_t i = size; i < kWindowMax; ++i) {
      for (std::uint8_t& any : places[i]) any |= bit;
    }
  }
  return tables;
}

}  // namespace lr::secrets
