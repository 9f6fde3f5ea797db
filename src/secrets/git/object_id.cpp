#include "secrets/git/object_id.h"

#include "crypto/digest.h"

namespace lr::secrets::git {

std::string_view type_name(ObjectType type) {
  switch (type) {
    case ObjectType::kCommit:
      return "commit";
    case ObjectType::kTree:
      return "tree";
    case ObjectType::kBlob:
      return "blob";
    case ObjectType::kTag:
      return "tag";
    case ObjectType::kNone:
      break;
  }
  return "object";
}

ObjectType parse_type(std::string_view name) {
  if (name == "commit") return ObjectType::kCommit;
  if (name == "tree") return ObjectType::kTree;
  if (name == "blob") return ObjectType::kBlob;
  if (name == "tag") return ObjectType::kTag;
  return ObjectType::kNone;
}

std::string hex(const ObjectId& id, HashKind kind) {
  return crypto::hex({reinterpret_cast<const char*>(id.bytes.data()), hash_bytes(kind)});
}

std::optional<ObjectId> parse_hex(std::string_view digits, HashKind kind) {
  if (digits.size() != 2 * hash_bytes(kind)) return std::nullopt;
  const auto raw = crypto::unhex(digits);
  if (!raw) return std::nullopt;
  return raw_id(raw->data(), kind);
}

}  // namespace lr::secrets::git
