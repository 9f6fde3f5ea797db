// Compares text with a file under tests/golden/. UPDATE_GOLDEN=1 in the environment rewrites the
// files instead; review the difference before committing it.
#pragma once

#include <string>
#include <string_view>

namespace lr::report::testing {

/// "" when equal, else a message with the first differing line.
std::string golden_difference(std::string_view name, std::string_view actual);

}  // namespace lr::report::testing
