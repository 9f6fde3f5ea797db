#include "secrets/sources/directory_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

namespace lr::secrets::sources {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

enum class EntryKind : std::uint8_t { kFile, kFolder, kLink, kSpecial };

struct FolderEntry {
  std::string name;
  EntryKind kind;
};

std::string last_error() { return std::generic_category().message(errno); }

EntryKind kind_of_mode(mode_t mode) {
  if (S_ISREG(mode)) return EntryKind::kFile;
  if (S_ISDIR(mode)) return EntryKind::kFolder;
  return S_ISLNK(mode) ? EntryKind::kLink : EntryKind::kSpecial;
}

EntryKind kind_of(int folder, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return EntryKind::kFile;
    case DT_DIR:
      return EntryKind::kFolder;
    case DT_LNK:
      return EntryKind::kLink;
    case DT_UNKNOWN: {
      struct stat status{};
      if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return EntryKind::kFile;  // Opening it will say what is wrong.
      }
      return kind_of_mode(status.st_mode);
    }
    default:
      return EntryKind::kSpecial;
  }
}

class Walk {
 public:
  Walk(const WalkOptions& options, WalkVisitor& visitor, Coverage& coverage)
      : options_(options), visitor_(visitor), coverage_(coverage) {}

  /// Takes the descriptor. Recursion is bounded by options.depth.
  void enter(int descriptor, int depth) {
    const Folder folder(::fdopendir(descriptor));
    if (!folder) {
      coverage_.skip(path_, "unreadable: " + last_error());
      ::close(descriptor);
      return;
    }
    const std::vector<FolderEntry> entries = list(folder.get());
    if (is_repository(entries)) return visitor_.repository(path_.empty() ? "." : path_);
    const std::size_t length = path_.size();
    for (const FolderEntry& entry : entries) {
      if (!path_.empty()) path_.push_back('/');
      path_.append(entry.name);
      if (std::ranges::find(options_.exclude, path_) == options_.exclude.end()) {
        meet(::dirfd(folder.get()), entry, depth);
      }
      path_.resize(length);
    }
  }

 private:
  std::vector<FolderEntry> list(DIR* folder) {
    std::vector<FolderEntry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      entries.push_back({std::string(name), kind_of(::dirfd(folder), *entry)});
    }
    if (errno != 0) coverage_.skip(path_, "unreadable: " + last_error());
    std::ranges::sort(entries, {}, &FolderEntry::name);
    return entries;
  }

  /// A bare repository, or the inside of a .git folder. One that lost its HEAD or its refs, which
  /// git refuses, has its history all the same; parts may be links, as old versions made them.
  bool is_repository(const std::vector<FolderEntry>& entries) const {
    const auto has = [&](std::string_view name, EntryKind kind) {
      const auto at = std::ranges::lower_bound(entries, name, {}, &FolderEntry::name);
      return at != entries.end() && at->name == name &&
             (at->kind == kind || at->kind == EntryKind::kLink);
    };
    if (!has("objects", EntryKind::kFolder)) return false;
    if (path_ == ".git" || path_.ends_with("/.git")) return true;
    const bool named = has("HEAD", EntryKind::kFile) ||
                       (has("config", EntryKind::kFile) && has("info", EntryKind::kFolder));
    return named && has("refs", EntryKind::kFolder);
  }

  void meet(int folder, const FolderEntry& entry, int depth) {
    visitor_.name(path_);
    switch (entry.kind) {
      case EntryKind::kFile:
        return visitor_.file(folder, entry.name.c_str(), path_);
      case EntryKind::kFolder:
        return descend(folder, entry.name.c_str(), depth);
      case EntryKind::kLink:
        return;
      case EntryKind::kSpecial:
        return coverage_.skip(path_, "not a file: a FIFO, socket or device");
    }
  }

  void descend(int folder, const char* name, int depth) {
    if (depth >= options_.depth) return coverage_.skip(path_, "folders nested too deep");
    const int inner = ::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0) return coverage_.skip(path_, "unreadable: " + last_error());
    enter(inner, depth + 1);
  }

  const WalkOptions& options_;
  WalkVisitor& visitor_;
  Coverage& coverage_;
  std::string path_;
};

}  // namespace

void walk(int folder, const WalkOptions& options, WalkVisitor& visitor, Coverage& coverage) {
  const int own = ::fcntl(folder, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return coverage.skip(".", "unreadable: " + last_error());
  Walk(options, visitor, coverage).enter(own, 0);
}

}  // namespace lr::secrets::sources
