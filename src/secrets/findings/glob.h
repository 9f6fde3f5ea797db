#pragma once

#include <string_view>

namespace lr::secrets {

/// Whether `path` matches `pattern` as .gitignore files spell it: `*` and `?` within one segment,
/// `**` across segments, everything else literally; a pattern without '/' matches the last segment.
bool matches_glob(std::string_view pattern, std::string_view path);

}  // namespace lr::secrets
