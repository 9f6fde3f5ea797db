// The formats that compress one stream of bytes: bzip2, xz, lzma and zstd.
#pragma once

#include <cstdint>
#include <string_view>

#include "secrets/sources/container.h"
#include "secrets/sources/inflate.h"

namespace lr::secrets::sources {

/// Memory that one decoder may ask for: enough for `xz -9` (65 MiB) and `zstd --long=27`, and
/// little beside what comes out. More is refused by name.
inline constexpr std::uint64_t kDecoderBytes = 160ull << 20;

/// Decodes everything that stands in `compressed`, streams behind each other joined. `format` is
/// kBzip2, kXz, kLzma or kZstd. At most `max` bytes come out; beyond, and when the input is
/// damaged, cut off or followed by something else, `problem` says so and what had come out is in
/// view().
Inflated decompress(Format format, std::string_view compressed, std::uint64_t max);

/// A zip member of method 14 as a file of the lzma format, which says the same in another header;
/// empty when it is too short. `size`: what the archive says, 0 when it does not.
std::string lzma_of_zip(std::string_view member, std::uint64_t size);

}  // namespace lr::secrets::sources
