#include "secrets/decode/spot_finder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "secrets/decode/append_utf8.h"

namespace lr::secrets {
namespace {

constexpr auto kBase64 = [] {
  std::array<bool, 256> table{};
  constexpr std::string_view kMembers =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  for (char c : kMembers) table[static_cast<std::uint8_t>(c)] = true;
  return table;
}();
bool is_base64(char c) { return kBase64[static_cast<std::uint8_t>(c)]; }

/// Of a byte that text is made of, or that parts it. Those that no text holds are what formats of
/// printf look like: "%08x".
bool is_percent_escape(char high, char low) {
  const int byte = hex_digit(high) * 16 + hex_digit(low);
  if (hex_digit(high) < 0 || hex_digit(low) < 0) return false;
  return byte >= ' ' || byte == '\0' || byte == '\t' || byte == '\n' || byte == '\r';
}

constexpr std::uint64_t kLast = 1ull << (kBlock - 1);

/// Bits at which half a run begins.
std::uint64_t half_runs(std::uint64_t bits) {
  static_assert(kLeastRun / 2 == 12);
  for (const unsigned by : {1u, 2u, 4u, 4u}) bits &= bits >> by;
  return bits;
}

}  // namespace

Spots SpotFinder::finish() {
  join_wrapped(text_, cut_, spots_);
  return std::move(spots_);
}

void SpotFinder::take_block(const BlockBatch& batch, std::size_t block) {
  const std::size_t at = batch.begin + block * kBlock;
  if (batch.runs[block] != 0) take_runs(batch, block);
  for (std::uint64_t left = batch.escapes[block]; left != 0; left &= left - 1) {
    take_mark(at + static_cast<std::size_t>(std::countr_zero(left)));
  }
  if (batch.zeros[block] != 0) take_zeros(at, batch.zeros[block]);
}

/// Where the run ends that goes on at `place` of the block.
std::size_t SpotFinder::run_end(const BlockBatch& batch, std::size_t block,
                                std::size_t place) const {
  const std::size_t front = batch.begin + block * kBlock;
  std::size_t end =
      place + static_cast<std::size_t>(std::countr_one(batch.base64[block] >> (place - front)));
  while (end == batch.begin + (block + 1) * kBlock) {
    if (++block == batch.blocks) {
      while (end < text_.size() && is_base64(text_[end])) ++end;
      return end;
    }
    end += static_cast<std::size_t>(std::countr_one(batch.base64[block]));
  }
  return end;
}

void SpotFinder::take_runs(const BlockBatch& batch, std::size_t block) {
  const std::size_t at = batch.begin + block * kBlock;
  // Places of runs behind their first kLeastRun - 1.
  for (std::uint64_t inside = batch.runs[block]; inside != 0;) {
    const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(inside));
    if (place >= run_end_) {
      std::size_t begin = place + 1 - kLeastRun;
      while (begin > run_end_ && is_base64(text_[begin - 1])) --begin;
      run_end_ = run_end(batch, block, place);
      spots_.base64.push_back({begin, run_end_});
    }
    if (run_end_ >= at + kBlock) return;
    inside &= ~0ull << (run_end_ - at);
  }
}

void SpotFinder::take_mark(std::size_t at) {
  const char next = byte(at + 1);
  switch (text_[at]) {
    case '%':
      if (is_percent_escape(next, byte(at + 2))) group(spots_.percent, at);
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
void SpotFinder::group(std::vector<Range>& spots, std::size_t at) {
  const auto same_line = [&](std::size_t begin) {
    return text_.substr(begin, at - begin).find('\n') == std::string_view::npos;
  };
  if (!spots.empty() && at < spots.back().end) {
    spots.back().end = line_end(at);
    return;
  }
  const bool follows = !spots.empty() && at - spots.back().end < kEscapesNear;
  if (follows && same_line(spots.back().end)) {
    spots.back().end = line_end(at);
    return;
  }
  std::size_t begin = at > kEscapesNear ? at - kEscapesNear : 0;
  if (!spots.empty()) begin = std::max(begin, std::min(spots.back().end, at));
  const void* line = ::memrchr(text_.data() + begin, '\n', at - begin);
  if (line != nullptr) {
    begin = static_cast<std::size_t>(static_cast<const char*>(line) - text_.data()) + 1;
  }
  spots.push_back({begin, line_end(at)});
}

std::size_t SpotFinder::line_end(std::size_t at) const {
  const std::string_view rest = text_.substr(at, kEscapesNear);
  return at + std::min(rest.find('\n'), rest.size());
}

/// Printable bytes and zeros in turn: UTF-16 of ASCII. A run of kLeastRun has at least half of
/// that in one block.
void SpotFinder::take_zeros(std::size_t at, std::uint64_t zeros) {
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

/// Places at which bytes begin to alternate that go on for half a run within this block.
std::uint64_t SpotFinder::turns_in(std::size_t at, std::uint64_t zeros) const {
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

bool SpotFinder::alternates(std::size_t at) const {
  if (at + 1 >= text_.size()) return false;
  const char a = text_[at];
  const char b = text_[at + 1];
  return (a == '\0' && b != '\0' && is_printable(b)) || (b == '\0' && a != '\0' && is_printable(a));
}

void SpotFinder::add_utf16(Range range) {
  const bool big_endian = text_[range.begin] == '\0';
  (big_endian ? spots_.utf16be : spots_.utf16le).push_back(range);
}

}  // namespace lr::secrets
