// Every file below a folder, symbolic links followed, loops and depth bounded.
#pragma once

#include <functional>
#include <string>

namespace lr::secrets::git {

inline constexpr int kFolderDepth = 64;

/// Calls `file` with the path, relative to `folder`, of everything below that is not a folder, in
/// order of names, and of folders that cannot be read. A folder that was entered before, by
/// whatever name, is not entered again. `enter`, if given, says whether to go into a folder.
void walk_folder(const std::string& folder, const std::function<void(const std::string&)>& file,
                 const std::function<bool(const std::string&)>& enter = {});

}  // namespace lr::secrets::git
