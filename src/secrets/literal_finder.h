// Stage one on processors with AVX-512 VBMI2: where many literals stand in a text. It finds what
// Vectorscan finds, faster for as many literals as ours.
//
// Sixty-four places of a text are looked up in the tables of all buckets at once, which leaves one
// in twenty. The window of a literal stands at one in eight of those, by a hash, and only there
// literals are compared. The idea is that of Teddy in Hyperscan ("Hyperscan: A Fast Multi-pattern
// Regex Matcher for Modern CPUs", NSDI 2019), with tables of whole bytes in place of half ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "secrets/literal_buckets.h"
#include "secrets/pattern.h"

namespace lr::secrets {

class LiteralFinder {
 public:
  struct Hit {
    std::size_t to = 0;         ///< Behind the last byte of the literal.
    std::uint32_t literal = 0;  ///< Its id.
    friend auto operator<=>(const Hit&, const Hit&) = default;
  };

  /// Whether this processor can run it.
  static bool is_supported();
  /// Whether it can look for a literal: it has two bytes or more.
  static bool takes(std::string_view literal) { return literal.size() >= 2; }
  /// Precondition: takes() each.
  explicit LiteralFinder(std::vector<PlacedLiteral> literals);

  /// Adds every place where a literal stands in `bytes` and ends behind `after`, in the order of
  /// Hit. Precondition: is_supported().
  void find(std::string_view bytes, std::size_t after, std::vector<Hit>& hits) const;

 private:
  static constexpr unsigned kHashBits = 16;
  static constexpr unsigned kSlotBits = 12;
  static constexpr std::size_t kFront = 4;
  /// Some bytes of a literal, and which of their bits matter: not the case of letters, when that
  /// is how it is looked for.
  struct Part {
    std::uint64_t bytes = 0;
    std::uint64_t mask = 0;
    bool stands_at(const char* data) const;
  };
  /// A literal that may stand where its window does.
  struct Entry {
    std::uint32_t key = 0;      ///< Of the window.
    std::uint32_t literal = 0;  ///< Its index.
    std::uint32_t window = 0;   ///< Where it begins in the literal.
    bool whole = false;         ///< There is nothing but the two parts.
    Part front;                 ///< From kFront bytes in front of the window on.
    Part back;                  ///< From the window on.
  };
  struct Batch;
  struct Text;

  /// Of a key: a window with the bit of the case set in all bytes, or three bytes of a short one.
  static std::uint32_t hash(std::uint32_t key) { return key * 0x9E37'79B1u >> (32 - kHashBits); }
  std::uint32_t is_key(std::uint32_t key) const {
    const std::uint32_t bit = hash(key);
    return static_cast<std::uint32_t>(seen_[bit / 64] >> bit % 64 & 1);
  }
  void index(const std::vector<Entry>& entries);
  void take(const Batch& batch, const Text& text, std::vector<Hit>& hits) const;
  std::span<const std::uint16_t> likely_of(std::span<std::uint16_t> places, const char* data,
                                           std::uint32_t mask) const;
  void take_copy(const Text& text, std::size_t begin, std::vector<Hit>& hits) const;
  std::size_t may_stand(std::uint32_t key, const char* data) const;
  static Part part_of(const Literal& literal, std::ptrdiff_t begin);
  static Entry entry_of(const Literal& literal, std::size_t window);
  void add(const Entry& known, std::vector<Entry>& entries) const;
  void compare(std::uint32_t key, const char* data, std::size_t at, const Text& text,
               std::vector<Hit>& hits) const;

  std::vector<PlacedLiteral> literals_;
  BucketTables tables_;
  std::array<std::uint64_t, (1u << kHashBits) / 64> seen_{};  ///< Hashes of all keys.
  std::vector<Entry> entries_;                                ///< Those of a slot side by side.
  std::array<std::uint32_t, (1u << kSlotBits) + 1> slots_{};  ///< Where those of each begin.
};

}  // namespace lr::secrets
