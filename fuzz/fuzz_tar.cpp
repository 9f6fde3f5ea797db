// Tar archives. Half of the inputs get right checksums first: otherwise every change of a header
// ends at the first check.
#include <cstdint>
#include <cstdio>
#include <string>

#include "fuzz/unpack_bounds.h"

namespace lr::secrets::sources {
namespace {

constexpr std::size_t kBlock = 512;

enum class State { kMembers, kNested, kGap, kPlain };
fuzz::Reach<4> reach({"archives with members", "archives in archives", "gaps", "no archives"});

void mend_checksums(std::string& text) {
  for (std::size_t at = 0; at + kBlock <= text.size(); at += kBlock) {
    if (text[at + 257] != 'u') continue;  // "ustar": a header, not data.
    text.replace(at + 148, 8, 8, ' ');
    unsigned sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) sum += static_cast<std::uint8_t>(text[at + i]);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06o", sum);
    text.replace(at + 148, 7, digits, 7);
  }
}

void run(std::string text) {
  reach.run();
  if (text.size() % 2 == 0) mend_checksums(text);
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
  lr::secrets::sources::run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
