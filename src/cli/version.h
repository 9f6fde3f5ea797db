#pragma once

#include <string_view>

namespace lr::cli {

/// Follows CMakeLists.txt; version_test.cpp compares the two.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace lr::cli
