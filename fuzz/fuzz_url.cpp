// Request targets and URLs: what is accepted has one form and adds no structure when decoded.
#include <algorithm>
#include <cstdint>
#include <string>

#include "fuzz/reach.h"
#include "text/url.h"

namespace lr::text {
namespace {

using fuzz::require;

enum class State { kCanonical, kEscaped, kRefused, kUrl };
fuzz::Reach<4> reach({"targets accepted", "with escapes", "targets refused", "URLs accepted"});

void check_canonical(const CanonicalTarget& target) {
  std::string joined;
  for (std::string_view segment : target.segments) {
    require(!segment.empty() && segment != "." && segment != "..", "segments are names");
    joined.append("/").append(segment);
  }
  require(target.path == (joined.empty() ? "/" : joined), "the segments spell the path");
  CanonicalTarget again;
  require(canonicalize_target(target.str(), again).has_value(), "the form is accepted");
  require(again.str() == target.str(), "the form is final");
  const std::string decoded = percent_decode(target.path);
  require(std::ranges::count(decoded, '/') == std::ranges::count(target.path, '/') &&
              decoded.find_first_of(std::string_view("\\%;\0", 4)) == std::string::npos,
          "decoding once more adds no structure");
  if (decoded != target.path) reach.mark(State::kEscaped);
}

void check_url(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return;
  reach.mark(State::kUrl);
  const auto again = parse_url(url->str());
  require(again.has_value() && again->str() == url->str(), "a URL reads back the same");
}

void run(std::string_view text) {
  reach.run();
  check_url(text);
  CanonicalTarget target;
  if (!canonicalize_target(text, target)) return reach.mark(State::kRefused);
  reach.mark(State::kCanonical);
  check_canonical(target);
}

}  // namespace
}  // namespace lr::text

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::text::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
