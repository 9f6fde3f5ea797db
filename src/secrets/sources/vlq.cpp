#include "secrets/sources/vlq.h"

#include <array>
#include <limits>

namespace lr::secrets::sources {
namespace {

constexpr std::array<std::int8_t, 256> make_digits() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return digits;
}
constexpr auto kDigits = make_digits();

constexpr unsigned kContinues = 32;
constexpr unsigned kValueBits = 5;

/// A running value of the format: deltas may be negative, sums must not be.
struct Running {
  std::int64_t value = 0;
  bool add(std::int64_t delta) {
    value += delta;
    return value >= 0 && value <= std::numeric_limits<std::uint32_t>::max();
  }
  std::uint32_t get() const { return static_cast<std::uint32_t>(value); }
};

class MappingReader {
 public:
  explicit MappingReader(std::string_view text) : text_(text) {}

  std::optional<MapSegment> find(std::uint32_t line, std::uint32_t column) {
    std::optional<MapSegment> best;
    for (std::uint32_t current = 0; at_ < text_.size() && current <= line;) {
      const char c = text_[at_];
      if (c == ';') {
        ++at_;
        ++current;
        generated_ = {};
      } else if (c == ',') {
        ++at_;
      } else {
        const auto segment = read_segment();
        if (!valid_) return std::nullopt;
        if (current == line && generated_.get() <= column) best = segment;
      }
    }
    return best;
  }

 private:
  /// One, four or five fields; nullopt for those that name no source.
  std::optional<MapSegment> read_segment() {
    std::array<std::int64_t, 5> fields{};
    std::size_t count = 0;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ';') {
      const auto value = read_value();
      if (!value || count == fields.size()) return invalid();
      fields[count++] = *value;
    }
    if (!generated_.add(fields[0])) return invalid();
    if (count < 4) return std::nullopt;
    if (!source_.add(fields[1]) || !line_.add(fields[2]) || !column_.add(fields[3])) {
      return invalid();
    }
    return MapSegment{generated_.get(), source_.get(), line_.get(), column_.get()};
  }

  std::nullopt_t invalid() {
    valid_ = false;
    return std::nullopt;
  }

  std::optional<std::int64_t> read_value() {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; at_ < text_.size() && shift < 40; shift += kValueBits) {
      const int digit = kDigits[static_cast<std::uint8_t>(text_[at_])];
      if (digit < 0) return std::nullopt;
      ++at_;
      bits |= static_cast<std::uint64_t>(static_cast<unsigned>(digit) & (kContinues - 1)) << shift;
      if ((static_cast<unsigned>(digit) & kContinues) == 0) {
        const auto magnitude = static_cast<std::int64_t>(bits >> 1);
        return (bits & 1) != 0 ? -magnitude : magnitude;
      }
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool valid_ = true;
  Running generated_, source_, line_, column_;
};

}  // namespace

std::optional<MapSegment> find_segment(std::string_view mappings, std::uint32_t generated_line,
                                       std::uint32_t generated_column) {
  return MappingReader(mappings).find(generated_line, generated_column);
}

}  // namespace lr::secrets::sources
