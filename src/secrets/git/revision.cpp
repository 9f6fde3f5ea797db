#include "secrets/git/revision.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "secrets/git/folder.h"
#include "secrets/git/mapped_file.h"
#include "secrets/git/object_text.h"

namespace lr::secrets::git {
namespace {

constexpr std::size_t kDigitsMin = 4;
constexpr std::size_t kHeadBytes = 64 << 10;
constexpr int kTagDepth = 32;
constexpr std::uint32_t kStepsMax = 1'000'000;  ///< Of all "~n" together.

constexpr std::string_view kOperators =
    "give a branch, a tag or an id, with @{upstream}, ~n or ^n behind it if needed";

std::unexpected<Error> unknown(std::string_view revision, std::string_view why) {
  return fail(Code::kInvalidArgument, fmt::format("revision {}: {}", revision, why),
              Origin::kClient);
}

/// In the order in which git looks.
const Ref* find_ref(std::string_view name, const Refs& refs) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kAround{{
      {"", ""},
      {"refs/", ""},
      {"refs/tags/", ""},
      {"refs/heads/", ""},
      {"refs/remotes/", ""},
      {"refs/remotes/", "/HEAD"},
  }};
  for (const auto& [before, after] : kAround) {
    if (const Ref* ref = refs.find(fmt::format("{}{}{}", before, name, after))) return ref;
  }
  return nullptr;
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

Result<ObjectId> find_abbreviated(std::string_view digits, ObjectStore& store) {
  std::vector<ObjectId> found;
  const auto consider = [&](const ObjectId& id) {
    const std::string name = hex(id, store.kind());
    if (!name.starts_with(digits)) return;
    const auto object = store.read(id);
    const bool commit = object && object->type == ObjectType::kCommit;
    if (commit && std::ranges::find(found, id) == found.end()) found.push_back(id);
  };
  for (const Pack& pack : store.packs()) {
    for (std::uint32_t i = 0; i < pack.index().size(); ++i) consider(pack.index().id(i));
  }
  for (const LooseObject& loose : store.loose()) consider(loose.id);
  if (found.empty()) return unknown(digits, "no such ref or commit");
  if (found.size() > 1) return unknown(digits, "more than one commit begins so");
  return found.front();
}

Result<ObjectId> peel(std::string_view revision, ObjectId id, ObjectStore& store) {
  for (int depth = 0; depth < kTagDepth; ++depth) {
    const auto object = store.read(id);
    if (!object) return unknown(revision, object.error().detail());
    if (object->type == ObjectType::kCommit) return id;
    const auto tag = object->type == ObjectType::kTag
                         ? parse_tag(object->content.view(), store.kind())
                         : std::nullopt;
    if (!tag) return unknown(revision, "is not a commit");
    id = tag->target;
  }
  return unknown(revision, "tags of tags nest too deep");
}

/// The commit that a name without operators names.
Result<ObjectId> find_named(std::string_view name, const Layout& layout, const Refs& refs,
                            ObjectStore& store) {
  if (const auto id = parse_hex(name, store.kind())) return peel(name, *id, store);
  const bool head = name == "HEAD" || name == "@";
  if (const Ref* ref = head ? head_of(layout, refs) : find_ref(name, refs)) {
    return peel(name, ref->target, store);
  }
  if (name.size() < kDigitsMin || !is_hex(name)) return unknown(name, "no such ref or commit");
  std::string digits(name);
  std::ranges::transform(digits, digits.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c | 32) : c;
  });
  return find_abbreviated(digits, store);
}

/// The name of the ref that the branch follows; the checkout's branch for "".
Result<std::string> upstream_of(std::string_view branch, const Layout& layout) {
  std::string name(branch);
  if (name.empty() || name == "HEAD" || name == "@") {
    constexpr std::string_view kBranch = "ref: refs/heads/";
    const auto text = read_file(layout.git_dir + "/HEAD", kHeadBytes);
    const std::string_view head = text ? trimmed(*text) : std::string_view{};
    if (!head.starts_with(kBranch)) return unknown("@{upstream}", "HEAD is on no branch");
    name = head.substr(kBranch.size());
  } else if (name.starts_with("refs/heads/")) {
    name.erase(0, std::string_view("refs/heads/").size());
  }
  const std::string_view remote = layout.config.get(fmt::format("branch.{}.remote", name));
  std::string_view merge = layout.config.get(fmt::format("branch.{}.merge", name));
  if (remote.empty() || merge.empty()) return unknown(name, "the branch has no upstream");
  if (remote == ".") return std::string(merge);
  if (merge.starts_with("refs/heads/")) merge.remove_prefix(11);
  return fmt::format("refs/remotes/{}/{}", remote, merge);
}

Result<ObjectId> parent_of(std::string_view revision, const ObjectId& id, std::uint32_t number,
                           ObjectStore& store) {
  const auto object = store.read(id);
  if (!object) return unknown(revision, object.error().detail());
  const auto commit = parse_commit(object->content.view(), store.kind());
  if (!commit) return unknown(revision, "malformed commit");
  if (number > commit->parents.size()) {
    return unknown(revision, fmt::format("{} has {} parents", hex(id, store.kind()).substr(0, 10),
                                         commit->parents.size()));
  }
  const ObjectId parent = commit->parents[number - 1];
  if (!store.has(parent)) return unknown(revision, "its history was not fetched that far");
  return parent;
}

/// Takes digits; 1 when there are none. Nullopt for a number that no history has.
std::optional<std::uint32_t> take_count(std::string_view& text) {
  std::uint32_t count = 1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc::result_out_of_range || count > kStepsMax) return std::nullopt;
  if (error == std::errc()) text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return count;
}

/// Follows "~n", "^n", "^{commit}" and "^{}" from a commit.
Result<ObjectId> follow(std::string_view revision, std::string_view steps, ObjectId id,
                        ObjectStore& store) {
  while (!steps.empty()) {
    const bool first = steps.starts_with('~');
    if (!first && !steps.starts_with('^')) return unknown(revision, kOperators);
    steps.remove_prefix(1);
    if (!first && steps.starts_with('{')) {
      const std::string_view kind = steps.substr(1, steps.find('}') - 1);
      if (!steps.contains('}') || (kind != "commit" && !kind.empty())) {
        return unknown(revision, kOperators);
      }
      steps.remove_prefix(kind.size() + 2);
      continue;
    }
    const auto count = take_count(steps);
    if (!count) return unknown(revision, "no history is that long");
    if (!first && *count == 0) continue;
    for (std::uint32_t i = 0; i < (first ? *count : 1); ++i) {
      LR_TRY(id, parent_of(revision, id, first ? 1 : *count, store));
    }
  }
  return id;
}

}  // namespace

const Ref* head_of(const Layout& layout, const Refs& refs) {
  if (layout.git_dir == layout.common_dir) return refs.find("HEAD");
  if (!layout.git_dir.starts_with(layout.common_dir + "/")) return nullptr;
  return refs.find(layout.git_dir.substr(layout.common_dir.size() + 1) + "/HEAD");
}

Result<ObjectId> find_commit(std::string_view revision, const Layout& layout, const Refs& refs,
                             ObjectStore& store) {
  // No name of a ref holds one of these (git-check-ref-format).
  const std::size_t end = std::min(revision.find_first_of("~^:"), revision.find("@{"));
  std::string name(revision.substr(0, end));
  std::string_view steps = revision.substr(std::min(end, revision.size()));
  for (const std::string_view upstream : {"@{upstream}", "@{u}"}) {
    if (!steps.starts_with(upstream)) continue;
    LR_TRY(name, upstream_of(name, layout));
    steps.remove_prefix(upstream.size());
    break;
  }
  LR_TRY(const ObjectId id, find_named(name, layout, refs, store));
  return follow(revision, steps, id, store);
}

}  // namespace lr::secrets::git
