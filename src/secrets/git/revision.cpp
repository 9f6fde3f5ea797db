#include "secrets/git/revision.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "secrets/git/object_text.h"

namespace lr::secrets::git {
namespace {

constexpr std::size_t kDigitsMin = 4;
constexpr int kTagDepth = 32;

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

}  // namespace

const Ref* head_of(const Layout& layout, const Refs& refs) {
  if (layout.git_dir == layout.common_dir) return refs.find("HEAD");
  if (!layout.git_dir.starts_with(layout.common_dir + "/")) return nullptr;
  return refs.find(layout.git_dir.substr(layout.common_dir.size() + 1) + "/HEAD");
}

Result<ObjectId> find_commit(std::string_view revision, const Refs& refs, ObjectStore& store) {
  if (const auto id = parse_hex(revision, store.kind())) return peel(revision, *id, store);
  if (const Ref* ref = find_ref(revision, refs)) return peel(revision, ref->target, store);
  if (revision.size() < kDigitsMin || !is_hex(revision)) {
    return unknown(revision, "no such ref or commit");
  }
  std::string digits(revision);
  std::ranges::transform(digits, digits.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c | 32) : c;
  });
  return find_abbreviated(digits, store);
}

}  // namespace lr::secrets::git
