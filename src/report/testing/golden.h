// Compares text with a file under tests/golden/. UPDATE_GOLDEN=1 in the environment rewrites the
// files instead; review the difference before committing it. Header only, so that the tests of
// other rooms can use it.
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace lr::report::testing {

inline std::string first_difference(const std::string& expected, const std::string& actual) {
  std::istringstream left(expected);
  std::istringstream right(actual);
  for (int line = 1;; ++line) {
    std::string a;
    std::string b;
    const bool more_left = static_cast<bool>(std::getline(left, a));
    const bool more_right = static_cast<bool>(std::getline(right, b));
    if (!more_left && !more_right) return "the files differ in their last newline";
    if (a != b || more_left != more_right) {
      return fmt::format("line {}\n  expected: {}\n  actual:   {}", line, a, b);
    }
  }
}

/// "" when equal to SOURCE/tests/golden/NAME, else a message with the first differing line.
inline std::string golden_difference(std::string_view name, std::string_view actual,
                                     std::string_view source = LR_SOURCE_DIR) {
  const auto path = std::filesystem::path(source) / "tests/golden" / name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << actual;
    return "";
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return fmt::format("no golden file {}; run with UPDATE_GOLDEN=1", path.string());
  std::ostringstream expected;
  expected << file.rdbuf();
  if (expected.str() == actual) return "";
  return fmt::format("{}: {}", path.string(),
                     first_difference(expected.str(), std::string(actual)));
}

}  // namespace lr::report::testing
