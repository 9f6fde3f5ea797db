#include "secrets/literal_finder.h"

#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "text/ascii.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kLanes = 64;       ///< Places that are looked up at once.
constexpr std::size_t kBatchLanes = 64;  ///< Of these, so many make a batch.
constexpr std::size_t kReadBehind = sizeof(std::uint64_t);
constexpr std::uint32_t kCaseBits = 0x2020'2020;
constexpr std::uint32_t kWholeKey = 0xFFFF'FFFF;
constexpr std::uint32_t kShortKey = 0xFF'FFFF;
constexpr std::size_t kShortSize = 3;

template <class Number>
Number bytes_at(const char* data) {
  Number bytes = 0;
  std::memcpy(&bytes, data, sizeof bytes);
  return bytes;
}

std::uint32_t key_at(const char* data) { return bytes_at<std::uint32_t>(data) | kCaseBits; }

bool is_equal(const Literal& literal, std::string_view here) {
  if (!literal.caseless) return literal.text == here;
  for (std::size_t i = 0; i < here.size(); ++i) {
    if (text::to_lower(here[i]) != literal.text[i]) return false;
  }
  return true;
}

/// Hits come in the order of windows, from where they end less than a literal's length away.
void put_in_order(std::span<LiteralFinder::Hit> hits) {
  for (std::size_t i = 1; i < hits.size(); ++i) {
    const LiteralFinder::Hit hit = hits[i];
    std::size_t to = i;
    for (; to > 0 && hit < hits[to - 1]; --to) hits[to] = hits[to - 1];
    hits[to] = hit;
  }
}

/// The places of the windows of eight buckets, in registers.
struct Group {
  __m512i low[kWindowMax], high[kWindowMax];
};

[[gnu::target("avx512f,avx512bw,avx512vbmi"), gnu::always_inline]] inline Group group_of(
    const std::array<BucketTables::Kinds, kWindowMax>& places) {
  Group group;
  for (std::size_t i = 0; i < kWindowMax; ++i) {
    group.low[i] = _mm512_load_si512(places[i].data());
    group.high[i] = _mm512_load_si512(places[i].data() + kLanes);
  }
  return group;
}

/// One bit for each of kLanes places: whether a whole window may begin there, or a short one.
struct Passing {
  std::uint64_t whole = 0;
  std::uint64_t part = 0;
};

/// Writes to `passing` the places at which a window of any bucket may begin. The tables of
/// twenty-four buckets fit into the registers.
[[gnu::target("avx512f,avx512bw,avx512vbmi")]] void look_up(const BucketTables& tables,
                                                            const char* data,
                                                            std::span<Passing> passing) {
  static_assert(kBuckets == 24);
  const Group a = group_of(tables.of[0]);
  const Group b = group_of(tables.of[1]);
  const Group c = group_of(tables.of[2]);
  const __m512i short_ones = _mm512_set1_epi8(static_cast<char>(0xFF << (8 - kShortBuckets)));
  for (Passing& places : passing) {
    __m512i in_a = _mm512_set1_epi8(-1);
    __m512i in_b = in_a;
    __m512i in_c = in_a;
    for (std::size_t i = 0; i < kWindowMax; ++i) {
      const __m512i bytes = _mm512_loadu_si512(data + i);
      in_a = _mm512_and_si512(in_a, _mm512_permutex2var_epi8(a.low[i], bytes, a.high[i]));
      in_b = _mm512_and_si512(in_b, _mm512_permutex2var_epi8(b.low[i], bytes, b.high[i]));
      in_c = _mm512_and_si512(in_c, _mm512_permutex2var_epi8(c.low[i], bytes, c.high[i]));
    }
    const __m512i in_long = _mm512_andnot_si512(short_ones, in_c);
    const __m512i any = _mm512_or_si512(_mm512_or_si512(in_a, in_b), in_long);
    places.whole = _cvtmask64_u64(_mm512_test_epi8_mask(any, any));
    places.part = _cvtmask64_u64(_mm512_test_epi8_mask(in_c, short_ones));
    data += kLanes;
  }
}

/// Every place of a batch may pass; up to kLanes more are written at once than there are.
using Places = std::array<std::uint16_t, (kBatchLanes + 1) * kLanes>;

/// Where bits stand, rising, in the front of `places`.
[[gnu::target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,popcnt")]] std::span<std::uint16_t>
list_places(std::span<const Passing> passing, std::uint64_t Passing::* kind, Places& places) {
  alignas(kLanes) static constexpr auto kEach = [] {
    std::array<std::uint8_t, kLanes> each{};
    for (std::size_t i = 0; i < kLanes; ++i) each[i] = static_cast<std::uint8_t>(i);
    return each;
  }();
  const __m512i each = _mm512_load_si512(kEach.data());
  std::uint16_t* next = places.data();
  for (std::size_t lane = 0; lane < passing.size(); ++lane) {
    const __m512i begin = _mm512_set1_epi16(static_cast<short>(lane * kLanes));
    const __m512i listed = _mm512_maskz_compress_epi8(passing[lane].*kind, each);
    const int count = std::popcount(passing[lane].*kind);
    const __m512i front = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(listed));
    _mm512_storeu_si512(next, _mm512_add_epi16(begin, front));
    if (count > 32) {
      const __m512i back = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(listed, 1));
      _mm512_storeu_si512(next + 32, _mm512_add_epi16(begin, back));
    }
    next += count;
  }
  return {places.data(), next};
}

}  // namespace

/// Of a text, or of a copy of its end with zeros behind it.
struct LiteralFinder::Batch {
  std::size_t begin = 0;  ///< Of `data` in the text.
  const char* data = nullptr;
  std::size_t lanes = 0;  ///< Times kLanes bytes; kReadBehind more can be read.
};

struct LiteralFinder::Text {
  std::string_view bytes;
  std::size_t after = 0;
};

bool LiteralFinder::is_supported() {
  static const bool supported =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0 &&
      __builtin_cpu_supports("popcnt") != 0;
  return supported;
}

LiteralFinder::LiteralFinder(std::vector<PlacedLiteral> literals)
    : literals_(std::move(literals)), tables_(bucket_tables(literals_)) {
  std::vector<Entry> entries;
  entries.reserve(2 * literals_.size());
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    Entry entry = entry_of(literals_[i].literal, literals_[i].place.window);
    entry.literal = i;
    add(entry, entries);
  }
  index(entries);
}

bool LiteralFinder::Part::stands_at(const char* data) const {
  return (bytes_at<std::uint64_t>(data) & mask) == bytes;
}

/// Eight bytes from `begin` on, as far as the literal has them.
LiteralFinder::Part LiteralFinder::part_of(const Literal& literal, std::ptrdiff_t begin) {
  Part part;
  for (std::size_t i = 0; i < sizeof part.bytes; ++i) {
    const auto at = static_cast<std::size_t>(begin + static_cast<std::ptrdiff_t>(i));
    if (at >= literal.text.size()) continue;
    const char c = literal.text[at];
    const bool letter = literal.caseless && c >= 'a' && c <= 'z';
    const std::uint64_t mask = letter ? 0xDF : 0xFF;
    part.mask |= mask << 8 * i;
    part.bytes |= (static_cast<std::uint8_t>(c) & mask) << 8 * i;
  }
  return part;
}

LiteralFinder::Entry LiteralFinder::entry_of(const Literal& literal, std::size_t window) {
  const auto begin = static_cast<std::ptrdiff_t>(window);
  Entry entry;
  entry.window = static_cast<std::uint32_t>(window);
  entry.front = part_of(literal, begin - static_cast<std::ptrdiff_t>(kFront));
  entry.back = part_of(literal, begin);
  entry.whole = window <= kFront && literal.text.size() <= window + sizeof entry.back.bytes;
  entry.key = static_cast<std::uint32_t>(entry.back.bytes) | kCaseBits;
  return entry;
}

/// Adds a literal by the key of its window.
void LiteralFinder::add(const Entry& known, std::vector<Entry>& entries) const {
  const std::size_t size = window_size(literals_[known.literal].literal);
  Entry entry = known;
  if (size == kWindowMax) return entries.push_back(entry);
  entry.key &= kShortKey;
  if (size == kShortSize) return entries.push_back(entry);
  // Known by three bytes, of which the last may be any.
  for (std::uint32_t last = 0; last < 256; ++last) {
    entry.key = (entry.key & 0xFFFF) | last << 16;
    if ((last & 0x20) != 0) entries.push_back(entry);
  }
}

/// Puts those of a slot side by side.
void LiteralFinder::index(const std::vector<Entry>& entries) {
  const auto slot_of = [](const Entry& entry) {
    return hash(entry.key) >> (kHashBits - kSlotBits);
  };
  for (const Entry& entry : entries) {
    const std::uint32_t bit = hash(entry.key);
    seen_[bit / 64] |= 1ull << bit % 64;
    ++slots_[slot_of(entry) + 1];
  }
  for (std::size_t i = 1; i < slots_.size(); ++i) slots_[i] += slots_[i - 1];
  std::array<std::uint32_t, 1u << kSlotBits> next;
  std::ranges::copy(std::span(slots_).first(next.size()), next.begin());
  // Two are looked at, also behind those of the last slot.
  Entry none;
  none.back.bytes = 1;
  entries_.resize(entries.size() + 2, none);
  for (const Entry& entry : entries) entries_[next[slot_of(entry)]++] = entry;
}

void LiteralFinder::find(std::string_view bytes, std::size_t after, std::vector<Hit>& hits) const {
  const Text text{bytes, after};
  const std::size_t known = hits.size();
  // A batch is read with some bytes in front of it and behind it.
  const std::size_t whole = bytes.size() > kReadBehind ? (bytes.size() - kReadBehind) / kLanes : 0;
  take_copy(text, 0, hits);
  for (std::size_t lane = 1; lane < whole; lane += kBatchLanes) {
    const std::size_t begin = lane * kLanes;
    take({begin, bytes.data() + begin, std::min(kBatchLanes, whole - lane)}, text, hits);
  }
  for (std::size_t lane = std::max<std::size_t>(whole, 1); lane * kLanes < bytes.size(); ++lane) {
    take_copy(text, lane * kLanes, hits);
  }
  put_in_order(std::span(hits).subspan(known));
}

/// Of one times kLanes places, with zeros where the text has ended or not begun.
void LiteralFinder::take_copy(const Text& text, std::size_t begin, std::vector<Hit>& hits) const {
  char copy[3 * kLanes]{};
  const std::size_t front = std::min(begin, kLanes);
  text.bytes.copy(copy + kLanes - front, front + kLanes + kReadBehind, begin - front);
  take({begin, copy + kLanes, 1}, text, hits);
}

/// Whether a literal may stand where its window does: bytes of it do, or more than two literals
/// have such a window.
std::size_t LiteralFinder::may_stand(std::uint32_t key, const char* data) const {
  const auto stands = [&](const Entry& entry) {
    return static_cast<std::size_t>(entry.front.stands_at(data - kFront)) &
           static_cast<std::size_t>(entry.back.stands_at(data));
  };
  const std::uint32_t slot = hash(key) >> (kHashBits - kSlotBits);
  const std::uint32_t first = slots_[slot];
  const bool more = slots_[slot + 1] - first > 2;
  return stands(entries_[first]) | stands(entries_[first + 1]) | static_cast<std::size_t>(more);
}

/// Thins out a list of places to those where a literal is likely. Without a branch: which of them
/// stay cannot be foretold.
std::span<const std::uint16_t> LiteralFinder::likely_of(std::span<std::uint16_t> places,
                                                        const char* data,
                                                        std::uint32_t mask) const {
  std::size_t known = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::uint16_t place = places[i];
    places[known] = place;
    known += is_key(key_at(data + place) & mask);
  }
  std::size_t likely = 0;
  for (std::size_t i = 0; i < known; ++i) {
    const std::uint16_t place = places[i];
    places[likely] = place;
    likely += may_stand(key_at(data + place) & mask, data + place);
  }
  return places.first(likely);
}

void LiteralFinder::take(const Batch& batch, const Text& text, std::vector<Hit>& hits) const {
  std::array<Passing, kBatchLanes> all;
  const std::span passing = std::span(all).first(batch.lanes);
  look_up(tables_, batch.data, passing);
  Places whole_places;
  Places part_places;
  const auto wholes =
      likely_of(list_places(passing, &Passing::whole, whole_places), batch.data, kWholeKey);
  const auto parts =
      likely_of(list_places(passing, &Passing::part, part_places), batch.data, kShortKey);
  const auto compare_at = [&](std::uint16_t place, std::uint32_t mask) {
    const char* const data = batch.data + place;
    compare(key_at(data) & mask, data, batch.begin + place, text, hits);
  };
  auto part = parts.begin();
  for (const std::uint16_t place : wholes) {
    for (; part != parts.end() && *part < place; ++part) compare_at(*part, kShortKey);
    compare_at(place, kWholeKey);
  }
  for (; part != parts.end(); ++part) compare_at(*part, kShortKey);
}

/// `data`: of the window that may begin at `at`.
void LiteralFinder::compare(std::uint32_t key, const char* data, std::size_t at, const Text& text,
                            std::vector<Hit>& hits) const {
  const std::uint32_t slot = hash(key) >> (kHashBits - kSlotBits);
  for (std::uint32_t i = slots_[slot]; i < slots_[slot + 1]; ++i) {
    const Entry& entry = entries_[i];
    if (entry.key != key || at < entry.window) continue;
    if (!entry.front.stands_at(data - kFront) || !entry.back.stands_at(data)) continue;
    const Literal& literal = literals_[entry.literal].literal;
    const std::size_t begin = at - entry.window;
    const std::size_t end = begin + literal.text.size();
    if (end <= text.after || end > text.bytes.size()) continue;
    if (!entry.whole && !is_equal(literal, text.bytes.substr(begin, end - begin))) continue;
    hits.push_back({end, literals_[entry.literal].id});
  }
}

}  // namespace lr::secrets
