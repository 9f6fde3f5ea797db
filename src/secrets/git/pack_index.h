// Which objects a pack holds and where: pack-*.idx version 1 and 2, or the pack's part of a
// multi-pack-index (gitformat-pack, "Pack index", "multi-pack-index").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "secrets/git/mapped_file.h"
#include "secrets/git/object_id.h"

namespace lr::secrets::git {

/// Ids in ascending order, each with its offset in the pack. The shape of the file is checked when
/// it is opened; offsets are what the file says.
class PackIndex {
 public:
  struct Entry {
    ObjectId id;
    std::uint64_t offset = 0;
  };

  /// kInvalidArgument when the file is not an index of `kind` or its parts do not fit.
  static Result<PackIndex> open(const std::string& path, HashKind kind);
  static Result<PackIndex> parse(MappedFile file, HashKind kind);
  /// From the entries of a multi-pack-index; sorts them.
  static PackIndex of(std::vector<Entry> entries, HashKind kind);

  std::uint32_t size() const { return size_; }
  HashKind kind() const { return kind_; }
  ObjectId id(std::uint32_t position) const {
    return raw_id(ids_ + position * std::size_t{stride_}, kind_);
  }
  std::uint64_t offset(std::uint32_t position) const;
  /// CRC-32 of the entry as it stands in the pack; version 1 and multi-pack-indexes have none.
  std::optional<std::uint32_t> crc(std::uint32_t position) const;
  std::optional<std::uint32_t> find(const ObjectId& id) const;
  /// Whether an id stands here more than once, for two copies of the object.
  bool has_twins() const;
  /// Whether an id begins with these eight bytes.
  bool has_prefix(const std::array<std::uint8_t, 8>& prefix) const;

 private:
  PackIndex() = default;
  Result<> parse_version_1();
  Result<> parse_version_2();
  Result<> check_fanout(const char* fanout);
  std::optional<std::uint32_t> search(const std::uint8_t* bytes, std::size_t size) const;

  MappedFile file_;
  std::vector<Entry> entries_;
  HashKind kind_ = HashKind::kSha1;
  std::uint32_t size_ = 0;
  std::uint32_t stride_ = 0;       ///< Bytes from one id to the next.
  const char* ids_ = nullptr;      ///< The first id.
  const char* offsets_ = nullptr;  ///< 4-byte offsets, `offset_stride_` apart; or none.
  std::uint32_t offset_stride_ = 0;
  const char* crcs_ = nullptr;   ///< Version 2: 4 bytes each.
  const char* large_ = nullptr;  ///< Version 2: 8-byte offsets.
  std::uint64_t large_count_ = 0;
  std::vector<std::uint32_t> fanout_;  ///< Ids whose first byte is at most i.
};

}  // namespace lr::secrets::git
