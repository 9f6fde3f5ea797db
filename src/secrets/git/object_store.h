// Every place where a repository keeps objects: its packs and loose objects, and those of its
// alternates (gitrepository-layout, "objects").
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "secrets/document.h"
#include "secrets/git/buffer.h"
#include "secrets/git/inflate.h"
#include "secrets/git/object_id.h"
#include "secrets/git/pack.h"

namespace lr::secrets::git {

/// Bounds on what one object or pack may claim.
struct ObjectLimits {
  std::uint64_t object_bytes_max = 1ull << 30;  ///< Larger ones are a gap in the coverage.
  /// All contents of a pack together: this many bytes, or this many times the pack's size. Real
  /// packs stay below 100 times; a pack of nothing but copies would not end.
  std::uint64_t pack_bytes_max = 16ull << 30;
  std::uint64_t pack_expansion_max = 1000;
  /// Trees of deltas with larger contents are read by one thread at a time: memory for them does
  /// not grow with the number of cores.
  std::uint64_t alone_bytes = 16ull << 20;
};

struct StoredObject {
  ObjectType type = ObjectType::kNone;
  Buffer content;
};

struct LooseObject {
  ObjectId id;
  std::uint32_t folder = 0;  ///< Of ObjectStore::folders().
};

class ObjectStore {
 public:
  static constexpr int kAlternatesDepth = 5;  ///< As git's own limit.
  static constexpr std::size_t kFolders = 64;

  /// `objects` is the folder "objects" of a repository. Unreadable packs, indexes and alternates
  /// are gaps in `coverage`, not errors.
  ObjectStore(const std::string& objects, HashKind kind, const ObjectLimits& limits,
              Coverage& coverage);
  ~ObjectStore();

  HashKind kind() const { return kind_; }
  const ObjectLimits& limits() const { return limits_; }
  /// The repository's own folder and those of its alternates, each once.
  const std::vector<std::string>& folders() const { return folders_; }
  /// Largest first.
  const std::vector<Pack>& packs() const { return packs_; }
  /// Sorted by id, each id once.
  const std::vector<LooseObject>& loose() const { return loose_; }

  bool in_pack(const ObjectId& id, std::size_t packs) const;  ///< In one of the first `packs`.
  bool is_loose(const ObjectId& id) const;
  bool has(const ObjectId& id) const { return in_pack(id, packs_.size()) || is_loose(id); }

  bool has_prefix(const std::array<std::uint8_t, 8>& prefix) const;

  /// Reads one object wherever it is. kNotFound when it is nowhere; kInvalidArgument when no copy
  /// can be read; kPayloadTooLarge over the limit.
  Result<StoredObject> read(const ObjectId& id);
  Result<StoredObject> read_loose(const LooseObject& object);

 private:
  struct BaseCache;
  struct Delta {
    PackEntry entry;
    std::uint64_t offset = 0;
  };

  void add_folder(const std::string& folder, int depth, Coverage& coverage);
  void add_packs(const std::string& folder, Coverage& coverage);
  void add_loose(std::uint32_t folder, Coverage& coverage);
  Result<StoredObject> read_packed(std::size_t pack, std::uint64_t offset);
  Result<StoredObject> read_root(const Pack& pack, const PackEntry& entry);
  Result<Buffer> apply(const Pack& pack, const PackEntry& entry, std::string_view base);

  HashKind kind_;
  ObjectLimits limits_;
  std::vector<std::string> folders_;
  std::vector<Pack> packs_;
  std::vector<LooseObject> loose_;
  Inflater inflater_;
  Buffer delta_;
  int nesting_ = 0;  ///< Of read(): bases of deltas may stand in other packs.
  std::unique_ptr<BaseCache> cache_;
};

/// "1234 bytes, over the limit of 1000".
std::string over_limit(std::uint64_t bytes, std::uint64_t limit);

}  // namespace lr::secrets::git
