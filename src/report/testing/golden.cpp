#include "report/testing/golden.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace lr::report::testing {
namespace {

std::string first_difference(const std::string& expected, const std::string& actual) {
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

}  // namespace

std::string golden_difference(std::string_view name, std::string_view actual) {
  const auto path = std::filesystem::path(LR_SOURCE_DIR) / "tests/golden/report" / name;
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
