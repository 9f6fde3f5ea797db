// What stands in a git directory besides objects and refs: configuration, hooks, reflogs, patches
// of an unfinished rebase, and the large files of Git LFS.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "secrets/git/folder.h"
#include "secrets/git/repository_scan.h"
#include "secrets/git/walk_folder.h"

namespace lr::secrets::git {
namespace {

/// Read by other means, or no text of anybody's.
constexpr std::array<std::string_view, 3> kFoldersReadElsewhere{"refs", "modules", "reftable"};
constexpr std::array<std::string_view, 3> kFilesReadElsewhere{"index", "packed-refs", "shallow"};

/// As it is called in its own git directory: "worktrees/a/HEAD" is a HEAD too.
std::string_view local_name(std::string_view path) {
  constexpr std::string_view kWorktrees = "worktrees/";
  if (!path.starts_with(kWorktrees)) return path;
  const std::size_t slash = path.find('/', kWorktrees.size());
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

constexpr std::string_view kObjects = "objects/";

/// Folders of loose objects ("ab"), and of the commit graph.
bool holds_objects_only(std::string_view name) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (!name.starts_with(kObjects)) return false;
  const std::string_view folder = name.substr(kObjects.size());
  return folder == "info/commit-graphs" || folder == "pack/multi-pack-index.d" ||
         (folder.size() == 2 && folder.find_first_not_of(kHex) == std::string_view::npos);
}

/// Packs and what belongs to them, the commit graph, and what an interrupted transfer left behind.
bool is_object_file(std::string_view name) {
  constexpr std::array<std::string_view, 5> kEnds{".pack", ".idx", ".rev", ".bitmap", ".mtimes"};
  if (!name.starts_with(kObjects)) return false;
  const std::string_view file = name.substr(name.rfind('/') + 1);
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return file.ends_with(end); }) ||
         file.starts_with("tmp_") || file == "multi-pack-index" || file == "commit-graph";
}

bool is_content_folder(std::string_view path) {
  const std::string_view name = local_name(path);
  return !holds_objects_only(name) &&
         std::ranges::find(kFoldersReadElsewhere, name) == kFoldersReadElsewhere.end() &&
         name != "lfs/objects";
}

bool is_content_file(std::string_view path) {
  const std::string_view name = local_name(path);
  if (name.ends_with("HEAD") && name.find('/') == std::string_view::npos) {
    return name == "FETCH_HEAD";
  }
  return std::ranges::find(kFilesReadElsewhere, name) == kFilesReadElsewhere.end() &&
         !name.starts_with("sharedindex.") && !is_object_file(name);
}

bool begins_with_ids(std::string_view path) {
  const std::string_view name = local_name(path);
  return name == "FETCH_HEAD" || name.starts_with("logs/");
}

/// Where Git LFS keeps what it has fetched (git-lfs-config, lfs.storage).
std::string large_file_folder(const Layout& layout) {
  std::string storage(layout.config.get("lfs.storage"));
  if (storage.empty()) storage = "lfs";
  if (!storage.starts_with('/')) storage = layout.common_dir + "/" + storage;
  return storage + "/objects";
}

}  // namespace

void RepositoryScan::read_files(ObjectDocuments& documents, Coverage& coverage) {
  const auto read = [&](const std::string& name) {
    const std::string path = layout_.common_dir + "/" + name;
    if (is_folder(path)) return coverage.skip(files_ + name, "folder cannot be read");
    if (!is_content_file(name) || !is_regular_file(path)) return;
    const auto text = read_file(path, options_.limits.object_bytes_max);
    if (!text) return coverage.skip(files_ + name, text.error().detail());
    documents.file(files_ + name, begins_with_ids(name) ? without_ids(*text, layout_.kind) : *text);
  };
  walk_folder(layout_.common_dir, read,
              [](const std::string& name) { return is_content_folder(name); });
  if (layout_.reftable) {
    coverage.skip(files_ + "reftable", "reftable: names of refs and reflogs are not read");
  }
}

void RepositoryScan::read_large_files(ObjectDocuments& documents, Coverage& coverage) {
  std::map<std::string, LfsPointer> wanted;
  for (const LfsPointer& pointer : documents.lfs_pointers()) {
    wanted.try_emplace(pointer.digest, pointer);
  }
  const std::string folder = large_file_folder(layout_);
  walk_folder(folder, [&](const std::string& name) {
    const auto pointer = wanted.find(name.substr(name.rfind('/') + 1));
    // With a list of seen objects, files of pointers that are not new were read before.
    if (pointer == wanted.end() && seen_.size() > 0) return;
    const auto bytes = read_file(folder + "/" + name, options_.limits.object_bytes_max);
    if (!bytes) return coverage.skip(folder + "/" + name, bytes.error().detail());
    if (pointer == wanted.end()) return documents.text("LFS object without a name", *bytes);
    documents.blob(pointer->second.blob, pointer->second.path, *bytes);
    wanted.erase(pointer);
  });
  for (const auto& [digest, pointer] : wanted) {
    coverage.skip(prefix_ + pointer.path, "LFS object is not here: " + digest);
    unfinished_.push_back(pointer.blob);
  }
  std::ranges::sort(unfinished_);
}

}  // namespace lr::secrets::git
