#include "secrets/git/refs.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "secrets/git/folder.h"
#include "secrets/git/mapped_file.h"
#include "secrets/git/walk_folder.h"

namespace lr::secrets::git {
namespace {

constexpr std::uint64_t kRefBytes = 64 << 10;
constexpr std::uint64_t kPackedBytes = 1ull << 30;
constexpr int kSymbolicDepth = 5;  ///< As git's own limit.
constexpr std::string_view kSymbolic = "ref:";

using Values = std::map<std::string, std::string, std::less<>>;

/// "<id> <name>" lines; "^<id>" lines say what the tag above peels to, "#" lines are comments.
void read_packed(const Layout& layout, Values& values, Coverage& coverage) {
  const std::string path = layout.common_dir + "/packed-refs";
  const auto text = read_file(path, kPackedBytes);
  if (!text) {
    if (text.error().code() != Code::kNotFound) coverage.skip(path, text.error().detail());
    return;
  }
  for (const std::string_view line : lines_of(*text)) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.front() == '#' || line.front() == '^') continue;
    values[std::string(line.substr(space + 1))] = line.substr(0, space);
  }
}

void read_loose(const std::string& folder, const std::string& prefix, Values& values,
                Coverage& coverage) {
  walk_folder(folder, [&](const std::string& name) {
    if (name.ends_with(".lock")) return;
    const auto text = read_file(folder + "/" + name, kRefBytes);
    if (!text) return coverage.skip(folder + "/" + name, text.error().detail());
    values[prefix + name] = trimmed(*text);
  });
}

/// HEAD, ORIG_HEAD, MERGE_HEAD…: files of the git directory that hold one id or "ref: name".
void read_heads(const std::string& git_dir, const std::string& prefix, Values& values) {
  for (const std::string& name : names_in(git_dir)) {
    if (!name.ends_with("HEAD") || name == "FETCH_HEAD") continue;
    const auto text = read_file(git_dir + "/" + name, kRefBytes);
    if (text) values[prefix + name] = trimmed(*text);
  }
}

std::optional<ObjectId> resolve(const Values& values, std::string_view value, HashKind kind,
                                int depth) {
  if (!value.starts_with(kSymbolic)) {
    return parse_hex(value.substr(0, 2 * hash_bytes(kind)), kind);
  }
  const auto next = values.find(trimmed(value.substr(kSymbolic.size())));
  if (next == values.end() || depth == kSymbolicDepth) return std::nullopt;
  return resolve(values, next->second, kind, depth + 1);
}

void remember(std::string_view log, HashKind kind, std::vector<ObjectId>& out) {
  const std::size_t digits = 2 * hash_bytes(kind);
  for (const std::string_view line : lines_of(log)) {
    if (line.size() < 2 * digits + 1) continue;
    for (const std::size_t at : {std::size_t{0}, digits + 1}) {
      const auto id = parse_hex(line.substr(at, digits), kind);
      if (id && !id->zero()) out.push_back(*id);
    }
  }
}

void sort_each_once(std::vector<ObjectId>& ids) {
  std::ranges::sort(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
}

void read_reflogs(const std::string& git_dir, HashKind kind, Refs& refs) {
  walk_folder(git_dir + "/logs", [&](const std::string& name) {
    const auto text = read_file(git_dir + "/logs/" + name, kPackedBytes);
    if (text) remember(*text, kind, refs.remembered);
  });
}

void read_fetched(const std::string& git_dir, HashKind kind, Refs& refs) {
  const auto text = read_file(git_dir + "/FETCH_HEAD", kPackedBytes);
  if (!text) return;
  for (const std::string_view line : lines_of(*text)) {
    const auto id = parse_hex(line.substr(0, 2 * hash_bytes(kind)), kind);
    if (id) refs.remembered.push_back(*id);
  }
}

/// "" for the common directory, else "worktrees/a/".
std::string prefix_of(const Layout& layout, const std::string& git_dir) {
  if (git_dir == layout.common_dir) return "";
  const bool inside = git_dir.starts_with(layout.common_dir + "/");
  return (inside ? git_dir.substr(layout.common_dir.size() + 1) : git_dir) + "/";
}

}  // namespace

const Ref* Refs::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(refs, name, {}, &Ref::name);
  return found != refs.end() && found->name == name ? &*found : nullptr;
}

Refs read_refs(const Layout& layout, Coverage& coverage) {
  Refs refs;
  Values values;
  read_packed(layout, values, coverage);
  for (const std::string& git_dir : layout.checkouts()) {
    const std::string prefix = prefix_of(layout, git_dir);
    read_loose(git_dir + "/refs", prefix + "refs/", values, coverage);
    read_heads(git_dir, prefix, values);
    read_reflogs(git_dir, layout.kind, refs);
    read_fetched(git_dir, layout.kind, refs);
  }
  for (const auto& [name, value] : values) {
    if (const auto id = resolve(values, value, layout.kind, 0)) refs.refs.push_back({name, *id});
  }
  if (const auto text = read_file(layout.common_dir + "/shallow", kPackedBytes)) {
    for (const std::string_view line : lines_of(*text)) {
      if (const auto id = parse_hex(line, layout.kind)) refs.shallow.push_back(*id);
    }
  }
  sort_each_once(refs.remembered);
  sort_each_once(refs.shallow);
  return refs;
}

std::string without_ids(std::string_view log, HashKind kind) {
  const std::size_t digits = 2 * hash_bytes(kind);
  std::string out;
  for (std::string_view line : lines_of(log)) {
    while (line.size() > digits && parse_hex(line.substr(0, digits), kind)) {
      line.remove_prefix(digits);
      line = trimmed(line);
    }
    out.append(line);
    out.push_back('\n');
  }
  return out;
}

}  // namespace lr::secrets::git
