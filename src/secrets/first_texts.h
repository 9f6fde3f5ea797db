// What matches of a pattern begin with: "sk_live_", "sk_test_". Found by it, a rule is not asked
// about words that only share a letter or two with its tokens.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "secrets/pattern.h"

namespace lr::secrets {

inline constexpr std::size_t kFirstTextMin = 3;
inline constexpr std::size_t kFirstTextMax = 8;

/// Texts of kFirstTextMin to kFirstTextMax bytes: every match begins with one of them, and none of
/// them with another. Empty: they would be too many, or too short.
std::vector<std::string> first_texts(const PatternNode& tree);

}  // namespace lr::secrets
