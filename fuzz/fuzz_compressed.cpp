// Files of one compressed stream and what stands in it (bzip2, xz, lzma, zstd), and ar archives.
#include <cstdint>
#include <string>

#include "fuzz/unpack_bounds.h"
#include "secrets/sources/decompress.h"

namespace lr::secrets::sources {
namespace {

enum class State { kBzip2, kXz, kLzma, kZstd, kAr, kGap };
fuzz::Reach<6> reach({"bzip2 read", "xz read", "lzma read", "zstd read", "ar members", "gaps"});

std::optional<State> state_of(Format format) {
  switch (format) {
    case Format::kBzip2:
      return State::kBzip2;
    case Format::kXz:
      return State::kXz;
    case Format::kLzma:
      return State::kLzma;
    case Format::kZstd:
      return State::kZstd;
    default:
      return std::nullopt;
  }
}

/// What a smaller bound lets out is the begin of what a larger one does.
void check_bounds(Format format, std::string_view text) {
  const Inflated all = decompress(format, text, 1 << 20);
  fuzz::require(all.size <= 1 << 20, "no more comes out than allowed");
  fuzz::require(all.consumed <= text.size(), "no more goes in than there is");
  if (all.problem.empty()) reach.mark(*state_of(format));
  if (all.size < 2) return;
  const Inflated half = decompress(format, text, all.size / 2);
  fuzz::require(half.view() == all.view().substr(0, all.size / 2), "a bound only cuts");
  fuzz::require(!half.problem.empty(), "a cut has a reason");
}

void run(std::string_view text) {
  reach.run();
  fuzz::CountingVisitor visitor;
  Coverage coverage;
  fuzz::unpack(text, visitor, coverage);
  const Format format = recognise(text);
  if (state_of(format)) check_bounds(format, text);
  if (format == Format::kAr && visitor.deepest > 0) reach.mark(State::kAr);
  if (coverage.skipped > 0) reach.mark(State::kGap);
}

}  // namespace
}  // namespace lr::secrets::sources

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::secrets::sources::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
