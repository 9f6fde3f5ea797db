// Names of git objects: SHA-1 or SHA-256 digests, and the four types they name.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace lr::secrets::git {

/// extensions.objectFormat of a repository: all its ids are of one kind.
enum class HashKind : std::uint8_t { kSha1, kSha256 };
constexpr std::size_t hash_bytes(HashKind kind) { return kind == HashKind::kSha1 ? 20 : 32; }

/// As numbered in pack entries (gitformat-pack, "Object types").
enum class ObjectType : std::uint8_t { kNone = 0, kCommit = 1, kTree = 2, kBlob = 3, kTag = 4 };
/// "commit", "tree", "blob", "tag", and "object" for kNone.
std::string_view type_name(ObjectType type);
/// kNone for anything but the four names.
ObjectType parse_type(std::string_view name);

/// A digest of either kind; a SHA-1 is followed by zeros.
struct ObjectId {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const ObjectId&) const = default;
  bool zero() const { return *this == ObjectId{}; }
  /// The first eight bytes: digests are uniform, so this is a hash of the id.
  std::uint64_t prefix() const {
    std::uint64_t value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
};

struct ObjectIdHash {
  std::size_t operator()(const ObjectId& id) const { return id.prefix(); }
};

/// Reads hash_bytes(kind) bytes at `raw`.
inline ObjectId raw_id(const char* raw, HashKind kind) {
  ObjectId id;
  std::memcpy(id.bytes.data(), raw, hash_bytes(kind));
  return id;
}

std::string hex(const ObjectId& id, HashKind kind);
/// Exactly the digits of one id in lower or upper case; nullopt otherwise.
std::optional<ObjectId> parse_hex(std::string_view digits, HashKind kind);

}  // namespace lr::secrets::git
