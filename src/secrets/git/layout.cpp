#include "secrets/git/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "secrets/git/folder.h"
#include "secrets/git/mapped_file.h"

namespace lr::secrets::git {
namespace {

constexpr std::uint64_t kLinkBytes = 64 << 10;
constexpr std::uint64_t kConfigBytes = 16 << 20;

std::string joined(const std::string& folder, std::string_view path) {
  if (path.starts_with('/')) return std::string(path);
  return fmt::format("{}/{}", folder, path);
}

/// The folder named by a file like "gitdir: ../.git/worktrees/a"; `prefix` may be empty.
Result<std::string> follow(const std::string& folder, const std::string& file,
                           std::string_view prefix) {
  LR_TRY(const std::string text, read_file(folder + "/" + file, kLinkBytes));
  std::string_view target = trimmed(text);
  if (!target.starts_with(prefix)) {
    return fail(Code::kInvalidArgument, fmt::format("{}/{}: not a link", folder, file));
  }
  return real_path(joined(folder, trimmed(target.substr(prefix.size()))));
}

/// git wants HEAD and refs. A copy or a crash may have lost them; the objects are there all the
/// same.
bool looks_like_git_dir(const std::string& path) {
  const bool head = is_regular_file(path + "/HEAD");
  if (head && is_regular_file(path + "/commondir")) return true;
  if (!is_folder(path + "/objects")) return false;
  if (real_path(path).value_or(path).ends_with("/.git")) return true;
  return is_folder(path + "/refs") && (head || is_regular_file(path + "/config"));
}

/// For the error: the checkout that `path` is a part of; "" for none.
std::string checkout_around(const std::string& path) {
  std::string folder = real_path(path).value_or("");
  while (!folder.empty()) {
    folder.resize(folder.rfind('/'));
    if (is_folder(folder + "/.git") || is_regular_file(folder + "/.git")) return folder;
  }
  return "";
}

Result<std::string> find_git_dir(const std::string& path) {
  const std::string dot_git = path + "/.git";
  if (is_folder(dot_git)) return real_path(dot_git);
  if (is_regular_file(dot_git)) return follow(path, ".git", "gitdir:");
  if (looks_like_git_dir(path)) return real_path(path);
  if (const std::string around = checkout_around(path); !around.empty()) {
    return fail(Code::kNotFound,
                fmt::format("{} is a part of the repository {}; give that folder", path, around));
  }
  return fail(Code::kNotFound, path + " is not a git repository");
}

bool promises_objects(const Config& config) {
  if (!config.get("extensions.partialclone").empty()) return true;
  return std::ranges::any_of(config.values(), [&](const auto& value) {
    return value.first.starts_with("remote.") && value.first.ends_with(".promisor") &&
           config.flag(value.first);
  });
}

}  // namespace

std::vector<std::string> Layout::checkouts() const {
  std::vector<std::string> folders{common_dir};
  for (const std::string& name : names_in(common_dir + "/worktrees")) {
    folders.push_back(common_dir + "/worktrees/" + name);
  }
  if (std::ranges::find(folders, git_dir) == folders.end()) folders.push_back(git_dir);
  return folders;
}

Result<Layout> find_repository(const std::string& path) {
  Layout layout;
  LR_TRY(layout.git_dir, find_git_dir(path));
  layout.common_dir = layout.git_dir;
  if (is_regular_file(layout.git_dir + "/commondir")) {
    LR_TRY(layout.common_dir, follow(layout.git_dir, "commondir", ""));
  }
  if (!is_folder(layout.objects())) {
    return fail(Code::kNotFound, layout.common_dir + " has no objects: not a git repository");
  }
  const auto config = read_file(layout.common_dir + "/config", kConfigBytes);
  if (config) {
    layout.config = Config::parse(*config);
  } else if (config.error().code() != Code::kNotFound) {
    return std::unexpected(config.error());  // It may say that ids are of another kind.
  }
  const std::string_view format = layout.config.get("extensions.objectformat");
  if (format == "sha256") {
    layout.kind = HashKind::kSha256;
  } else if (!format.empty() && format != "sha1") {
    return fail(Code::kUnimplemented, fmt::format("object format {} is not known", format));
  }
  layout.bare = layout.config.flag("core.bare");
  layout.partial = promises_objects(layout.config);
  layout.reftable = layout.config.get("extensions.refstorage").starts_with("reftable") ||
                    is_folder(layout.common_dir + "/reftable");
  if (!layout.bare && real_path(path).value_or("") != layout.git_dir) layout.work_tree = path;
  return layout;
}

}  // namespace lr::secrets::git
