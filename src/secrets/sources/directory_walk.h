// Every file below a folder, in the order of names, without following links.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/document.h"

namespace lr::secrets::sources {

struct WalkOptions {
  /// Relative paths of folders and files to leave out, without a slash at either end.
  std::vector<std::string> exclude = {};
  int depth = 256;  ///< Of folders; also the number of descriptors held.
};

/// What a walk meets. Names are relative to where it began, with '/'.
class WalkVisitor {
 public:
  virtual ~WalkVisitor() = default;
  /// Whatever it is, before anything else is said about it.
  virtual void name(std::string_view path) { static_cast<void>(path); }
  /// A regular file: `name` in the folder that is open as `folder`.
  virtual void file(int folder, const char* name, std::string_view path) = 0;
  /// A git repository (a `.git` folder with objects, or a folder with objects, refs and HEAD or
  /// config and info): not entered.
  virtual void repository(std::string_view path) = 0;
};

/// Walks the open folder. Notes in `coverage` what cannot be opened and what is no file (FIFO,
/// socket, device). Symbolic links are neither followed nor noted: what they name is either below
/// the folder, and met there, or not part of it.
void walk(int folder, const WalkOptions& options, WalkVisitor& visitor, Coverage& coverage);

}  // namespace lr::secrets::sources
