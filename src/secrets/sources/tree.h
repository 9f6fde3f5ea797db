// A folder or a single file as a source.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "secrets/document.h"
#include "secrets/sources/bundle_origins.h"
#include "secrets/sources/container.h"
#include "secrets/sources/directory_walk.h"

namespace lr::secrets {

struct TreeOptions {
  sources::WalkOptions walk = {};
  sources::UnpackLimits unpack = {};
  std::uint64_t file_bytes = 64ull << 30;  ///< Of one file; the rest is noted as a gap.
};

/// Reads every file below a folder: hidden ones, ignored ones, node_modules, caches and build
/// output included, because secrets are found exactly where nobody looks. Only git repositories
/// are left to their own source. A bundle's places are completed from the source map beside it.
class TreeSource final : public Source {
 public:
  explicit TreeSource(std::string root, TreeOptions options = {});
  Result<> read(DocumentVisitor& visitor, Coverage& coverage) override;
  void locate(std::span<Place*> places) override;

  /// After read(): repositories that were met and not entered, relative to the root ("." for the
  /// root's own inside). Whoever calls this reads them with the git source.
  std::span<const std::string> repositories() const { return repositories_; }

 private:
  void load_map(std::string path);

  std::string root_;
  TreeOptions options_;
  std::vector<std::string> repositories_;
  sources::BundleOrigins origins_;
};

}  // namespace lr::secrets
