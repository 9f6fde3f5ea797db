// Literals that look alike share a bucket, so that a look at a few bytes of a text can tell that
// none of a bucket stands there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "secrets/pattern.h"

namespace lr::secrets {

/// Bytes of a literal by which it is looked for.
inline constexpr std::size_t kWindowMax = 4;
inline constexpr std::size_t kBuckets = 24;
/// The last of them are for literals that are shorter than a window.
inline constexpr std::size_t kShortBuckets = 3;
/// Bytes are told apart by their lower seven bits.
inline constexpr std::size_t kByteKinds = 128;

/// How a literal is looked for.
struct Placement {
  std::uint8_t window = 0;  ///< Where the bytes begin by which it is known.
  std::uint8_t bucket = 0;
};
/// Bytes of the window: kWindowMax, or all that the literal has.
std::size_t window_size(const Literal& literal);

/// Chooses what lets the least of ordinary text through, one for each literal; nothing that means
/// anything for empty ones. Takes milliseconds: it is done when a catalogue is compiled.
std::vector<Placement> place_literals(std::span<const Literal> literals);

struct PlacedLiteral {
  Literal literal;
  Placement place;
  std::uint32_t id = 0;  ///< What hits call it.
};

/// For each eight buckets, each place of a window and each kind of byte, which of the eight hold a
/// literal that has such a byte there. Places behind a short window may have any.
struct BucketTables {
  using Kinds = std::array<std::uint8_t, kByteKinds>;
  alignas(64) std::array<std::array<Kinds, kWindowMax>, kBuckets / 8> of{};
};
BucketTables bucket_tables(std::span<const PlacedLiteral> literals);

}  // namespace lr::secrets
