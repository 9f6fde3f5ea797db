// Deltas of pack files (gitformat-pack, "Deltified representation"): how one object is made of
// pieces of another and new bytes. What is new, and where pieces meet, is what has to be scanned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/document.h"

namespace lr::secrets::git {

struct DeltaHeader {
  std::uint64_t base_size = 0;
  std::uint64_t result_size = 0;
  std::string_view instructions;  ///< What follows the two sizes.
};

/// kInvalidArgument when the sizes are cut short or do not fit 64 bits.
Result<DeltaHeader> parse_delta_header(std::string_view delta);

/// Builds the object in `out` (result_size bytes; base has base_size bytes; neither overlaps).
/// `changed` becomes the bytes of `out` that were inserted, and empty ranges where two copied
/// pieces meet that do not meet in the base, or where the object begins or ends and the base does
/// not: sorted, disjoint, not touching. Every stretch of `out` outside stands in the base as it
/// is, with the same neighbours.
/// kInvalidArgument when an instruction is cut short, copies from outside the base, or the
/// instructions do not build exactly result_size bytes.
Result<> apply_delta(std::string_view base, const DeltaHeader& delta, std::span<char> out,
                     std::vector<Range>& changed);

}  // namespace lr::secrets::git
