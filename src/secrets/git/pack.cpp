#include "secrets/git/pack.h"

#include <libdeflate.h>

#include <utility>

#include "secrets/git/byte_order.h"

namespace lr::secrets::git {
namespace {

constexpr std::size_t kHeader = 12;

std::unexpected<Error> broken(const char* why) { return fail(Code::kInvalidArgument, why); }

/// Reads an entry's header from the front of `bytes`.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view bytes) : left_(bytes) {}

  bool take(unsigned& byte) {
    if (left_.empty()) return false;
    byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return true;
  }
  /// Three bits of type, then the size, least significant bits first.
  bool take_type_and_size(unsigned& type, std::uint64_t& size) {
    unsigned byte = 0;
    if (!take(byte)) return false;
    type = (byte >> 4) & 7U;
    size = byte & 15U;
    for (unsigned shift = 4; (byte & 0x80U) != 0; shift += 7) {
      if (shift > 57 || !take(byte)) return false;
      size |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    }
    return true;
  }
  /// Most significant bits first, and one added per byte that follows.
  bool take_distance(std::uint64_t& distance) {
    unsigned byte = 0;
    if (!take(byte)) return false;
    distance = byte & 0x7fU;
    while ((byte & 0x80U) != 0) {
      if (distance >> 55 != 0 || !take(byte)) return false;
      distance = ((distance + 1) << 7) | (byte & 0x7fU);
    }
    return true;
  }
  std::string_view left() const { return left_; }
  void skip(std::size_t bytes) { left_.remove_prefix(bytes); }

 private:
  std::string_view left_;
};

}  // namespace

Pack::Pack(MappedFile file, std::string name, PackIndex index)
    : file_(std::move(file)), name_(std::move(name)), index_(std::move(index)) {
  body_ = file_.bytes().substr(0, file_.bytes().size() - hash_bytes(index_.kind()));
}

Result<Pack> Pack::open(const std::string& path, std::string name, PackIndex index) {
  LR_TRY(auto file, MappedFile::open(path));
  return of(std::move(file), std::move(name), std::move(index));
}

Result<Pack> Pack::of(MappedFile file, std::string name, PackIndex index) {
  const std::string_view bytes = file.bytes();
  if (bytes.size() < kHeader + hash_bytes(index.kind()) || !bytes.starts_with("PACK")) {
    return broken("not a pack file, or cut short");
  }
  const std::uint32_t version = load_be32(bytes.data() + 4);
  if (version != 2 && version != 3) return broken("pack of an unknown version");
  return Pack(std::move(file), std::move(name), std::move(index));
}

bool Pack::intact(std::uint64_t begin, std::uint64_t end, std::uint32_t crc) const {
  if (begin >= body_.size() || end < begin) return false;
  const std::string_view bytes = body_.substr(begin, end - begin);
  return libdeflate_crc32(0, bytes.data(), bytes.size()) == crc;
}

Result<PackEntry> Pack::entry(std::uint64_t offset) const {
  if (offset < kHeader || offset >= body_.size()) return broken("entry outside its pack");
  HeaderReader reader(body_.substr(offset));
  PackEntry entry;
  unsigned type = 0;
  if (!reader.take_type_and_size(type, entry.size)) return broken("entry header is cut short");
  if (type == 6) {
    std::uint64_t distance = 0;
    if (!reader.take_distance(distance) || distance == 0 || distance > offset) {
      return broken("delta base outside its pack");
    }
    entry.form = PackEntry::Form::kOffsetDelta;
    entry.base_offset = offset - distance;
  } else if (type == 7) {
    if (reader.left().size() < hash_bytes(kind())) return broken("entry header is cut short");
    entry.form = PackEntry::Form::kReferenceDelta;
    entry.base = raw_id(reader.left().data(), kind());
    reader.skip(hash_bytes(kind()));
  } else if (type >= 1 && type <= 4) {
    entry.type = static_cast<ObjectType>(type);
  } else {
    return broken("entry of an unknown type");
  }
  entry.data = body_.size() - reader.left().size();
  return entry;
}

}  // namespace lr::secrets::git
