// Zip archives and whatever they hold: damaged, cut off, overlapping, inside each other.
#include <cstdint>
#include <string>

#include "fuzz/unpack_bounds.h"

namespace lr::secrets::sources {
namespace {

enum class State { kMembers, kNested, kGap, kPlain };
fuzz::Reach<4> reach({"archives with members", "archives in archives", "gaps", "no archives"});

void run(std::string_view text) {
  reach.run();
  fuzz::CountingVisitor visitor;
  Coverage coverage;
  fuzz::unpack(text, visitor, coverage);
  if (visitor.deepest > 0) reach.mark(State::kMembers);
  if (visitor.deepest > 1) reach.mark(State::kNested);
  if (coverage.skipped > 0) reach.mark(State::kGap);
  if (recognise(text) == Format::kPlain) reach.mark(State::kPlain);
}

}  // namespace
}  // namespace lr::secrets::sources

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::secrets::sources::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
