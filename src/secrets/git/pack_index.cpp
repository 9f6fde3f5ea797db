#include "secrets/git/pack_index.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "secrets/git/byte_order.h"

namespace lr::secrets::git {
namespace {

constexpr std::size_t kFanout = 256;
constexpr std::size_t kFanoutBytes = kFanout * 4;
constexpr std::string_view kMagic = "\377tOc";
constexpr std::uint32_t kIsLarge = 0x80000000U;

std::unexpected<Error> broken(const char* why) { return fail(Code::kInvalidArgument, why); }

std::vector<std::uint32_t> count_fanout(const std::vector<PackIndex::Entry>& entries) {
  std::vector<std::uint32_t> fanout(kFanout, 0);
  for (const auto& entry : entries) ++fanout[entry.id.bytes[0]];
  for (std::size_t i = 1; i < kFanout; ++i) fanout[i] += fanout[i - 1];
  return fanout;
}

}  // namespace

Result<PackIndex> PackIndex::open(const std::string& path, HashKind kind) {
  LR_TRY(auto file, MappedFile::open(path));
  return parse(std::move(file), kind);
}

Result<PackIndex> PackIndex::parse(MappedFile file, HashKind kind) {
  PackIndex index;
  index.file_ = std::move(file);
  index.kind_ = kind;
  if (index.file_.bytes().starts_with(kMagic)) {
    LR_TRY_VOID(index.parse_version_2());
  } else {
    LR_TRY_VOID(index.parse_version_1());
  }
  return index;
}

PackIndex PackIndex::of(std::vector<Entry> entries, HashKind kind) {
  PackIndex index;
  std::ranges::sort(entries, {}, &Entry::id);
  index.kind_ = kind;
  index.fanout_ = count_fanout(entries);
  index.size_ = static_cast<std::uint32_t>(entries.size());
  index.entries_ = std::move(entries);
  index.stride_ = sizeof(Entry);
  if (index.size_ > 0) {
    index.ids_ = reinterpret_cast<const char*>(index.entries_.front().id.bytes.data());
  }
  return index;
}

Result<> PackIndex::check_fanout(const char* fanout) {
  fanout_.resize(kFanout);
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < kFanout; ++i) {
    fanout_[i] = load_be32(fanout + 4 * i);
    if (fanout_[i] < before) return broken("pack index: fan-out table is not ascending");
    before = fanout_[i];
  }
  size_ = before;
  return {};
}

/// Fan-out, then offset and id of each object, then two digests.
Result<> PackIndex::parse_version_1() {
  const std::string_view bytes = file_.bytes();
  const std::size_t digest = hash_bytes(kind_);
  if (bytes.size() < kFanoutBytes + 2 * digest) return broken("pack index is cut short");
  LR_TRY_VOID(check_fanout(bytes.data()));
  stride_ = static_cast<std::uint32_t>(4 + digest);
  if (bytes.size() != kFanoutBytes + std::uint64_t{size_} * stride_ + 2 * digest) {
    return broken("pack index: size does not fit the number of objects");
  }
  offsets_ = bytes.data() + kFanoutBytes;
  offset_stride_ = stride_;
  ids_ = offsets_ + 4;
  return {};
}

/// Magic, version, fan-out, ids, CRCs, 4-byte offsets, 8-byte offsets, two digests.
Result<> PackIndex::parse_version_2() {
  const std::string_view bytes = file_.bytes();
  const std::size_t digest = hash_bytes(kind_);
  if (bytes.size() < 8 + kFanoutBytes + 2 * digest) return broken("pack index is cut short");
  if (load_be32(bytes.data() + 4) != 2) return broken("pack index: unknown version");
  LR_TRY_VOID(check_fanout(bytes.data() + 8));
  stride_ = static_cast<std::uint32_t>(digest);
  const std::uint64_t fixed = 8 + kFanoutBytes + std::uint64_t{size_} * (digest + 8) + 2 * digest;
  if (bytes.size() < fixed || (bytes.size() - fixed) % 8 != 0) {
    return broken("pack index: size does not fit the number of objects");
  }
  ids_ = bytes.data() + 8 + kFanoutBytes;
  crcs_ = ids_ + std::uint64_t{size_} * digest;
  offsets_ = crcs_ + std::uint64_t{size_} * 4;
  offset_stride_ = 4;
  large_ = offsets_ + std::uint64_t{size_} * 4;
  large_count_ = (bytes.size() - fixed) / 8;
  return {};
}

std::uint64_t PackIndex::offset(std::uint32_t position) const {
  if (offsets_ == nullptr) return entries_[position].offset;
  const std::uint32_t value = load_be32(offsets_ + position * std::size_t{offset_stride_});
  if (large_ == nullptr || (value & kIsLarge) == 0) return value;
  const std::uint32_t row = value & ~kIsLarge;
  // No pack is that long, so a bad row shows as an entry outside its pack.
  if (row >= large_count_) return std::numeric_limits<std::uint64_t>::max();
  return load_be64(large_ + std::size_t{row} * 8);
}

std::optional<std::uint32_t> PackIndex::crc(std::uint32_t position) const {
  if (crcs_ == nullptr) return std::nullopt;
  return load_be32(crcs_ + std::size_t{position} * 4);
}

/// The row of an id that begins with `size` bytes, 8 or more. Ids are digests: spread evenly, so
/// that the first bytes say about where one stands.
std::optional<std::uint32_t> PackIndex::search(const std::uint8_t* bytes, std::size_t size) const {
  constexpr std::uint32_t kNear = 16;
  const auto order = [&](std::uint32_t row) {
    return std::memcmp(ids_ + row * std::size_t{stride_}, bytes, size);
  };
  std::uint32_t low = bytes[0] == 0 ? 0 : fanout_[bytes[0] - 1U];
  std::uint32_t high = fanout_[bytes[0]];
  const std::uint64_t share = load_be32(reinterpret_cast<const char*>(bytes) + 1);
  auto middle = low + static_cast<std::uint32_t>((high - low) * share >> 32U);
  for (std::uint32_t step = kNear; low < high;) {
    const int found = order(middle);
    if (found == 0) return middle;
    if (found < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
    // Near the guess in growing steps; where that leads too far, by halves.
    const std::uint32_t half = low + (high - low) / 2;
    middle = found < 0 ? std::min(half, low + step) : std::max(half, high - std::min(high, step));
    step = std::min(2 * step, size_);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> PackIndex::find(const ObjectId& id) const {
  return search(id.bytes.data(), hash_bytes(kind_));
}

bool PackIndex::has_twins() const {
  for (std::uint32_t i = 1; i < size_; ++i) {
    const char* row = ids_ + i * std::size_t{stride_};
    if (std::memcmp(row - stride_, row, hash_bytes(kind_)) == 0) return true;
  }
  return false;
}

bool PackIndex::has_prefix(const std::array<std::uint8_t, 8>& prefix) const {
  return search(prefix.data(), prefix.size()).has_value();
}

}  // namespace lr::secrets::git
