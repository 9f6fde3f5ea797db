// Folders and lines: what every part of a repository's layout is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::secrets::git {

/// Names of what stands in a folder, sorted, without "." and "..". kNotFound, or kUnavailable with
/// the reason.
Result<std::vector<std::string>> list_folder(const std::string& folder);
/// The same; empty when the folder cannot be read.
std::vector<std::string> names_in(const std::string& folder);
/// Without symbolic links, "." and "..". kNotFound, or kUnavailable with the reason.
Result<std::string> real_path(const std::string& path);
bool is_folder(const std::string& path);
bool is_regular_file(const std::string& path);

/// Without line ends; a last line without one counts.
std::vector<std::string_view> lines_of(std::string_view text);
/// Without spaces, tabs and line ends at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace lr::secrets::git
