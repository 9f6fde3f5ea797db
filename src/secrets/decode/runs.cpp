// One pass over a text that finds where encoded text may stand. Sixteen bytes at a time: ordinary
// text is passed over at several gigabytes a second.
#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "secrets/decode/append_utf8.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kBlock = 64;
/// Escapes this close belong together, and this much text around them is decoded with them.
constexpr std::size_t kNear = 256;

/// One bit for each byte of a block.
struct Masks {
  std::uint64_t base64 = 0;
  std::uint64_t marks = 0;  ///< '%', '\\', '&'
  std::uint64_t zeros = 0;
};

__m128i in_range(__m128i bytes, char first, char last) {
  const __m128i moved = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
  const __m128i most = _mm_set1_epi8(static_cast<char>(last - first));
  return _mm_cmpeq_epi8(_mm_min_epu8(moved, most), moved);
}

__m128i equal(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }

Masks read_block(const char* data) {
  Masks masks;
  for (unsigned i = 0; i < kBlock; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + i));
    const __m128i letters = in_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i digits = in_range(bytes, '/', '9');
    const __m128i signs =
        _mm_or_si128(_mm_or_si128(equal(bytes, '+'), equal(bytes, '-')), equal(bytes, '_'));
    const __m128i base64 = _mm_or_si128(_mm_or_si128(letters, digits), signs);
    const __m128i marks =
        _mm_or_si128(_mm_or_si128(equal(bytes, '%'), equal(bytes, '\\')), equal(bytes, '&'));
    const auto bits = [&](__m128i mask) {
      return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(mask))) << i;
    };
    masks.base64 |= bits(base64);
    masks.marks |= bits(marks);
    masks.zeros |= bits(equal(bytes, 0));
  }
  return masks;
}

bool is_printable(char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; }

class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text) {}

  Spots find() {
    std::size_t at = 0;
    for (; at + kBlock <= text_.size(); at += kBlock) take(at, read_block(text_.data() + at));
    if (at < text_.size()) {
      char rest[kBlock];
      std::memset(rest, ' ', kBlock);
      std::memcpy(rest, text_.data() + at, text_.size() - at);
      take(at, read_block(rest));
    }
    end_run(text_.size());
    return std::move(spots_);
  }

 private:
  void take(std::size_t at, const Masks& masks) {
    take_runs(at, masks.base64);
    for (std::uint64_t left = masks.marks; left != 0; left &= left - 1) {
      take_mark(at + static_cast<std::size_t>(std::countr_zero(left)));
    }
    if (masks.zeros != 0) take_zeros(at);
  }

  void end_run(std::size_t end) {
    if (in_run_ && end - run_begin_ >= kLeastRun) spots_.base64.push_back({run_begin_, end});
    in_run_ = false;
  }

  void take_runs(std::size_t at, std::uint64_t mask) {
    if (in_run_) {
      if (mask == ~0ull) return;
      const auto ones = static_cast<std::size_t>(std::countr_one(mask));
      end_run(at + ones);
      mask &= ~0ull << ones;
    }
    const auto tail = static_cast<std::size_t>(std::countl_one(mask));
    if (tail > 0) {
      in_run_ = true;
      run_begin_ = at + kBlock - tail;
      if (tail == kBlock) return;
      mask &= ~0ull >> tail;
    }
    static_assert(kLeastRun == 24);
    std::uint64_t long_runs = mask & mask >> 1;
    long_runs &= long_runs >> 2;
    long_runs &= long_runs >> 4;
    long_runs &= long_runs >> 8;
    long_runs &= long_runs >> 8;  // Starts of 24 in a row.
    while (long_runs != 0) {
      const auto begin = static_cast<std::size_t>(std::countr_zero(long_runs));
      const auto size = static_cast<std::size_t>(std::countr_one(mask >> begin));
      spots_.base64.push_back({at + begin, at + begin + size});
      long_runs &= begin + size >= kBlock ? 0 : ~0ull << (begin + size);
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
    const std::size_t line = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
    if (line != std::string_view::npos) begin = std::max(begin, line + 1);
    spots.push_back({begin, line_end(at)});
  }

  std::size_t line_end(std::size_t at) const {
    const std::string_view rest = text_.substr(at, kNear);
    return at + std::min(rest.find('\n'), rest.size());
  }

  /// Printable bytes and zeros in turn: UTF-16 of ASCII.
  void take_zeros(std::size_t at) {
    if (at < utf16_end_) return;
    const std::size_t last = std::min(at + kBlock, text_.size());
    for (std::size_t i = std::max(at, utf16_end_); i + 1 < last; ++i) {
      if (text_[i] != '\0' && text_[i + 1] != '\0') continue;
      std::size_t begin = i;
      while (begin > utf16_end_ && alternates(begin - 1)) --begin;
      std::size_t end = i;
      while (alternates(end)) ++end;
      if (end > i) ++end;
      utf16_end_ = std::max(utf16_end_, std::max(end, i + 1));
      if (end > begin + kLeastRun) add_utf16({begin, end});
      i = utf16_end_ - 1;
    }
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
  Spots spots_;
  bool in_run_ = false;
  std::size_t run_begin_ = 0;
  std::size_t utf16_end_ = 0;
};

constexpr auto kKinds = {&Spots::base64,   &Spots::percent, &Spots::escapes,
                         &Spots::entities, &Spots::utf16le, &Spots::utf16be};

bool touch(const Range& a, const Range& b) { return a.begin <= b.end && b.begin <= a.end; }

/// Spots that touch `wanted`, from a window around it; false when one may be cut by the window.
bool add_from_window(std::string_view bytes, Range wanted, std::size_t margin, Spots& out) {
  const Range window{wanted.begin > margin ? wanted.begin - margin : 0,
                     std::min(bytes.size(), wanted.end + margin)};
  Spots found = Finder(bytes.substr(window.begin, window.end - window.begin)).find();
  bool whole = true;
  for (const auto kind : kKinds) {
    for (Range& spot : found.*kind) {
      spot = {spot.begin + window.begin, spot.end + window.begin};
      const bool cut_front = window.begin > 0 && spot.begin < window.begin + 2 * kNear;
      const bool cut_back = window.end < bytes.size() && spot.end + 2 * kNear > window.end;
      whole = whole && !(touch(spot, wanted) && (cut_front || cut_back));
    }
  }
  if (!whole) return false;
  for (const auto kind : kKinds) {
    for (const Range& spot : found.*kind) {
      if (touch(spot, wanted)) (out.*kind).push_back(spot);
    }
  }
  return true;
}

}  // namespace

Spots find_spots(std::string_view bytes) { return Finder(bytes).find(); }

Spots find_spots_near(std::string_view bytes, std::span<const Range> ranges) {
  Spots spots;
  for (const Range& range : ranges) {
    for (std::size_t margin = 4 * kNear; !add_from_window(bytes, range, margin, spots);) {
      margin *= 4;
    }
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
  constexpr int kReadable = 16;
  int run = 0;
  char previous = '\0';
  for (char c : bytes) {
    const bool between = c == '\0' && previous != '\0' && run > 0;
    run = is_printable(c) ? run + 1 : between ? run : 0;
    if (run >= kReadable) return true;
    previous = c;
  }
  return false;
}

}  // namespace lr::secrets
