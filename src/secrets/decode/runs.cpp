// One pass over a text that finds where encoded text may stand. Sixty-four bytes at a time:
// ordinary text is passed over at many gigabytes a second.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "secrets/decode/append_utf8.h"
#include "secrets/decode/blocks.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {
namespace {

/// Blocks that are read at once; their masks stay in the cache.
constexpr std::size_t kBatch = 64;
/// Escapes this close belong together, and this much text around them is decoded with them.
constexpr std::size_t kNear = 256;

constexpr auto kBase64 = [] {
  std::array<bool, 256> table{};
  constexpr std::string_view kMembers =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  for (char c : kMembers) table[static_cast<std::uint8_t>(c)] = true;
  return table;
}();

/// Places at which kLeastRun bits in a row end.
std::uint64_t long_runs(std::uint64_t bits) {
  static_assert(kLeastRun == 24);
  for (const unsigned by : {1u, 2u, 4u, 8u, 8u}) bits &= bits << by;
  return bits;
}

class Finder {
 public:
  /// `cut`: the text goes on before its begin.
  Finder(std::string_view text, bool cut) : text_(text), cut_(cut) {}

  Spots find() {
    const BlockReader read = block_reader();
    // A block is read with the byte behind it.
    const std::size_t whole = text_.empty() ? 0 : (text_.size() - 1) / kBlock;
    std::array<BlockMasks, kBatch> masks;
    for (std::size_t first = 0; first < whole; first += kBatch) {
      const std::size_t count = std::min(kBatch, whole - first);
      read(text_.data() + first * kBlock, std::span(masks).first(count));
      for (std::size_t i = 0; i < count; ++i) take((first + i) * kBlock, masks[i]);
    }
    if (!text_.empty()) take(whole * kBlock, rest(whole * kBlock));
    join_wrapped(text_, cut_, spots_);
    return std::move(spots_);
  }

 private:
  /// The last block, filled up.
  BlockMasks rest(std::size_t at) const {
    const std::string_view tail = text_.substr(at);
    char padded[kBlock + 1];
    std::memset(padded, ' ', sizeof padded);
    std::memcpy(padded, tail.data(), tail.size());
    BlockMasks masks;
    block_reader()(padded, std::span(&masks, 1));
    return masks;
  }

  void take(std::size_t at, const BlockMasks& masks) {
    // Within the block, or from the half in front of it into its first half.
    const std::uint64_t across = last_base64_ >> kBlock / 2 | masks.base64 << kBlock / 2;
    const std::uint64_t runs = long_runs(masks.base64) | long_runs(across) >> kBlock / 2;
    last_base64_ = masks.base64;
    const std::uint64_t zeros = may_alternate(masks.zeros) ? masks.zeros : 0;
    if ((runs | masks.escapes | zeros) != 0)
      take_spots(at, runs, {masks.base64, masks.escapes, zeros});
  }

  /// Not part of the loop over blocks, most of which have nothing for it.
  [[gnu::noinline]] void take_spots(std::size_t at, std::uint64_t runs, const BlockMasks& masks) {
    if (runs != 0) take_runs(at, runs, masks.base64);
    for (std::uint64_t left = masks.escapes; left != 0; left &= left - 1) {
      take_mark(at + static_cast<std::size_t>(std::countr_zero(left)));
    }
    if (masks.zeros != 0) take_zeros(at, masks.zeros);
  }

  bool is_base64(std::size_t at) const { return kBase64[static_cast<std::uint8_t>(text_[at])]; }

  /// `inside` are places of runs behind their first kLeastRun - 1.
  void take_runs(std::size_t at, std::uint64_t inside, std::uint64_t base64) {
    while (inside != 0) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(inside));
      if (place >= run_end_) {
        std::size_t begin = place + 1 - kLeastRun;
        while (begin > run_end_ && is_base64(begin - 1)) --begin;
        const std::uint64_t from_place = base64 >> (place - at);
        run_end_ = place + static_cast<std::size_t>(std::countr_one(from_place));
        const bool goes_on = run_end_ == at + kBlock;
        while (goes_on && run_end_ < text_.size() && is_base64(run_end_)) ++run_end_;
        spots_.base64.push_back({begin, run_end_});
      }
      if (run_end_ >= at + kBlock) return;
      inside &= ~0ull << (run_end_ - at);
    }
  }

  char byte(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  void take_mark(std::size_t at) {
    const char next = byte(at + 1);
    switch (text_[at]) {
      case '%':
        if (hex_digit(next) >= 0 && hex_digit(byte(at + 2)) >= 0) group(spots_.percent, at);
        return;
      case '\\': {
        const bool hex = next == 'x' || next == 'u' || next == 'U';
        const bool octal = next >= '0' && next <= '3' && byte(at + 2) >= '0' && byte(at + 2) <= '7';
        if (hex || octal) group(spots_.escapes, at);
        return;
      }
      default:
        if (next == '#' || text_.substr(at).starts_with("&quot;")) group(spots_.entities, at);
    }
  }

  /// Escapes of one line that are near each other make one spot.
  void group(std::vector<Range>& spots, std::size_t at) {
    const auto same_line = [&](std::size_t begin) {
      return text_.substr(begin, at - begin).find('\n') == std::string_view::npos;
    };
    if (!spots.empty() && at < spots.back().end) {
      spots.back().end = line_end(at);
      return;
    }
    const bool follows = !spots.empty() && at - spots.back().end < kNear;
    if (follows && same_line(spots.back().end)) {
      spots.back().end = line_end(at);
      return;
    }
    std::size_t begin = at > kNear ? at - kNear : 0;
    if (!spots.empty()) begin = std::max(begin, std::min(spots.back().end, at));
    const void* line = ::memrchr(text_.data() + begin, '\n', at - begin);
    if (line != nullptr) {
      begin = static_cast<std::size_t>(static_cast<const char*>(line) - text_.data()) + 1;
    }
    spots.push_back({begin, line_end(at)});
  }

  std::size_t line_end(std::size_t at) const {
    const std::string_view rest = text_.substr(at, kNear);
    return at + std::min(rest.find('\n'), rest.size());
  }

  /// Printable bytes and zeros in turn: UTF-16 of ASCII. A run of kLeastRun has at least half of
  /// that in one block.
  void take_zeros(std::size_t at, std::uint64_t zeros) {
    if (at + kBlock <= utf16_end_) return;
    for (std::uint64_t turns = turns_in(at, zeros); turns != 0;) {
      const std::size_t inside = at + static_cast<std::size_t>(std::countr_zero(turns));
      if (inside >= utf16_end_) {
        std::size_t begin = inside;
        while (begin > 0 && alternates(begin - 1)) --begin;
        utf16_end_ = inside;
        while (alternates(utf16_end_)) ++utf16_end_;
        ++utf16_end_;
        if (utf16_end_ > begin + kLeastRun) add_utf16({begin, utf16_end_});
      }
      if (utf16_end_ >= at + kBlock) return;
      turns &= ~0ull << (utf16_end_ - at);
    }
  }

  /// Bits at which half a run begins.
  static std::uint64_t half_runs(std::uint64_t bits) {
    static_assert(kLeastRun / 2 == 12);
    for (const unsigned by : {1u, 2u, 4u, 4u}) bits &= bits >> by;
    return bits;
  }

  static constexpr std::uint64_t kLast = 1ull << (kBlock - 1);

  /// False: zeros do not stand as in UTF-16, which is so for most blocks of binary files.
  static bool may_alternate(std::uint64_t zeros) {
    return zeros != 0 && half_runs((zeros ^ zeros >> 1) | kLast) != 0;
  }

  /// Places at which bytes begin to alternate that go on for half a run within this block.
  std::uint64_t turns_in(std::size_t at, std::uint64_t zeros) const {
    std::uint64_t printable = 0;
    if (at + kBlock <= text_.size()) {
      printable = printable_mask(text_.data() + at);
    } else {
      for (std::size_t i = at; i < text_.size(); ++i) {
        printable |= static_cast<std::uint64_t>(is_printable(text_[i])) << (i - at);
      }
    }
    std::uint64_t turns = (zeros & printable >> 1) | (printable & zeros >> 1);
    if (alternates(at + kBlock - 1)) turns |= kLast;
    return half_runs(turns);
  }

  bool alternates(std::size_t at) const {
    if (at + 1 >= text_.size()) return false;
    const char a = text_[at];
    const char b = text_[at + 1];
    return (a == '\0' && b != '\0' && is_printable(b)) ||
           (b == '\0' && a != '\0' && is_printable(a));
  }

  void add_utf16(Range range) {
    const bool big_endian = text_[range.begin] == '\0';
    (big_endian ? spots_.utf16be : spots_.utf16le).push_back(range);
  }

  std::string_view text_;
  bool cut_;
  Spots spots_;
  std::size_t run_end_ = 0;        ///< Of the last run of base64.
  std::uint64_t last_base64_ = 0;  ///< Of the block before.
  std::size_t utf16_end_ = 0;
};

constexpr auto kKinds = {&Spots::base64,   &Spots::wrapped, &Spots::percent, &Spots::escapes,
                         &Spots::entities, &Spots::utf16le, &Spots::utf16be};

bool touch(const Range& a, const Range& b) { return a.begin <= b.end && b.begin <= a.end; }

/// How far away a change may decide which runs are lines of one piece: it may stand in the line in
/// front, in the one behind, or in the one behind that (see wrapped.cpp).
constexpr std::size_t kJoinReach = 1024;

/// The run begins or ends a line, so that it may have been a line of a piece, or become one.
bool may_be_line(std::string_view text, const Range& run) {
  const std::string_view before = text.substr(0, run.begin);
  const std::size_t last = before.find_last_not_of(" \t");
  if (last == std::string_view::npos || before[last] == '\n') return true;
  const std::string_view behind = text.substr(run.end, 3);
  const std::size_t end = behind.find_first_not_of("=\r");
  return behind.size() < 3 || (end != std::string_view::npos && behind[end] == '\n');
}

/// What a change in `wanted` may have made of the spot: it touches it, or decides what it is.
bool is_concerned(std::string_view text, const Range& spot, const Range& wanted, bool line) {
  if (touch(spot, wanted)) return true;
  const Range near{spot.begin > kJoinReach ? spot.begin - kJoinReach : 0, spot.end + kJoinReach};
  return line && touch(near, wanted) && may_be_line(text, spot);
}

/// What a change in one of `wanted` may have made of the spot.
bool is_concerned(std::string_view text, const Range& spot, std::span<const Range> wanted,
                  bool line) {
  const std::size_t least = spot.begin > kJoinReach ? spot.begin - kJoinReach : 0;
  auto one = std::ranges::lower_bound(wanted, least, {}, &Range::end);
  for (; one != wanted.end() && one->begin <= spot.end + kJoinReach; ++one) {
    if (is_concerned(text, spot, *one, line)) return true;
  }
  return false;
}

/// Spots that `wanted` concerns, from a window around all of it; false when one may be cut by the
/// window.
bool add_from_window(std::string_view bytes, std::span<const Range> wanted, std::size_t margin,
                     Spots& out) {
  const std::size_t begin = wanted.front().begin;
  const Range window{begin > margin ? begin - margin : 0,
                     std::min(bytes.size(), wanted.back().end + margin)};
  Spots found =
      Finder(bytes.substr(window.begin, window.end - window.begin), window.begin > 0).find();
  bool whole = true;
  const auto concerned = [&](std::vector<Range> Spots::* kind, const Range& spot) {
    const bool line = kind == &Spots::base64 || kind == &Spots::wrapped;
    return is_concerned(bytes, spot, wanted, line);
  };
  for (const auto kind : kKinds) {
    for (Range& spot : found.*kind) {
      spot = {spot.begin + window.begin, spot.end + window.begin};
      const bool cut_front = window.begin > 0 && spot.begin < window.begin + 2 * kNear;
      const bool cut_back = window.end < bytes.size() && spot.end + 2 * kNear > window.end;
      whole = whole && !((cut_front || cut_back) && concerned(kind, spot));
    }
  }
  if (!whole) return false;
  for (const auto kind : kKinds) {
    for (const Range& spot : found.*kind) {
      if (concerned(kind, spot)) (out.*kind).push_back(spot);
    }
  }
  return true;
}

/// How many printable bytes in a row are worth a look.
constexpr std::size_t kReadable = 16;

/// Printable bytes in a row, or with zeros in turn, among nothing but printable bytes and zeros.
bool is_readable(std::string_view bytes) {
  std::size_t run = 0;
  char previous = '\0';
  for (char c : bytes) {
    const bool between = c == '\0' && previous != '\0' && run > 0;
    run = c != '\0' ? run + 1 : between ? run : 0;
    if (run >= kReadable) return true;
    previous = c;
  }
  return false;
}

}  // namespace

Spots find_spots(std::string_view bytes) { return Finder(bytes, false).find(); }

Spots find_spots_near(std::string_view bytes, std::span<const Range> ranges) {
  Spots spots;
  constexpr std::size_t kMargin = kJoinReach + 2 * kNear;
  while (!ranges.empty()) {
    // Ranges whose windows would overlap share one.
    std::size_t count = 1;
    while (count < ranges.size() && ranges[count].begin <= ranges[count - 1].end + kMargin) ++count;
    const std::span<const Range> wanted = ranges.first(count);
    for (std::size_t margin = kMargin; !add_from_window(bytes, wanted, margin, spots);) margin *= 4;
    ranges = ranges.subspan(count);
  }
  for (const auto kind : kKinds) {
    auto& list = spots.*kind;
    std::ranges::sort(list, {}, &Range::begin);
    const auto same = [](const Range& a, const Range& b) { return a.begin == b.begin; };
    list.erase(std::unique(list.begin(), list.end(), same), list.end());
  }
  return spots;
}

bool has_readable_run(std::string_view bytes) {
  const auto fits = [&](std::size_t at) { return may_be_readable(bytes[at]); };
  for (std::size_t begin = 0; begin + kReadable <= bytes.size();) {
    std::size_t end = begin + kReadable;
    while (end > begin && fits(end - 1)) --end;
    if (end > begin) {
      begin = end;
      continue;
    }
    for (end = begin + kReadable; end < bytes.size() && fits(end);) ++end;
    if (is_readable(bytes.substr(begin, end - begin))) return true;
    begin = end;
  }
  return false;
}

}  // namespace lr::secrets
