// A pack file (gitformat-pack, version 2 and 3): entries one behind the other, each a header and a
// zlib stream, whole or as a delta of another entry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "secrets/git/mapped_file.h"
#include "secrets/git/object_id.h"
#include "secrets/git/pack_index.h"

namespace lr::secrets::git {

/// What the header of an entry says.
struct PackEntry {
  enum class Form : std::uint8_t { kWhole, kOffsetDelta, kReferenceDelta };

  Form form = Form::kWhole;
  ObjectType type = ObjectType::kNone;  ///< kNone for deltas: the base decides.
  std::uint64_t size = 0;               ///< Inflated: of the object, or of the delta.
  std::uint64_t base_offset = 0;        ///< For kOffsetDelta: where the base's entry begins.
  ObjectId base;                        ///< For kReferenceDelta.
  std::uint64_t data = 0;               ///< Where the zlib stream begins.
};

class Pack {
 public:
  /// kInvalidArgument when it is not a pack of a version we know. `name` is for messages.
  static Result<Pack> open(const std::string& path, std::string name, PackIndex index);
  static Result<Pack> of(MappedFile file, std::string name, PackIndex index);

  const std::string& name() const { return name_; }
  const PackIndex& index() const { return index_; }
  HashKind kind() const { return index_.kind(); }
  const MappedFile& file() const { return file_; }
  /// kInvalidArgument when there is no entry that fits the pack at this offset.
  Result<PackEntry> entry(std::uint64_t offset) const;
  /// Whether the bytes from `begin` to `end`, or to the end of the entries, have this CRC-32.
  bool intact(std::uint64_t begin, std::uint64_t end, std::uint32_t crc) const;
  /// From the entry's zlib stream to the end of what may belong to it.
  std::string_view stream(const PackEntry& entry) const { return body_.substr(entry.data); }

 private:
  Pack(MappedFile file, std::string name, PackIndex index);

  MappedFile file_;
  std::string name_;
  PackIndex index_;
  std::string_view body_;  ///< Without the digest at the end.
};

}  // namespace lr::secrets::git
