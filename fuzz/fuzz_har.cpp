// HAR files: every part has a name and bytes, and no part is longer than what it was read from.
#include <cstdint>
#include <string>

#include "fuzz/reach.h"
#include "secrets/sources/har.h"

namespace lr::secrets::sources {
namespace {

using fuzz::require;

enum class State { kAccepted, kEntries, kBodies, kRefused };
fuzz::Reach<4> reach({"files accepted", "with entries", "with bodies", "refused"});

void run(std::string_view text) {
  reach.run();
  bool entries = false;
  bool bodies = false;
  const auto read = read_har(text, [&](std::string_view name, std::string_view part) {
    require(!name.empty() && !part.empty(), "a part has a name and bytes");
    entries = entries || name.starts_with("entry ");
    bodies = bodies || name.ends_with(" body");
    require(!name.ends_with(" body") || part.size() <= text.size(), "bodies do not grow");
  });
  reach.mark(read ? State::kAccepted : State::kRefused);
  if (entries) reach.mark(State::kEntries);
  if (bodies) reach.mark(State::kBodies);
}

}  // namespace
}  // namespace lr::secrets::sources

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::secrets::sources::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
