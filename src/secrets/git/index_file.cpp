#include "secrets/git/index_file.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "secrets/git/byte_order.h"
#include "secrets/git/mapped_file.h"

namespace lr::secrets::git {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kStat = 40;  ///< Times, device, inode, mode, owner and size.
constexpr std::size_t kModeAt = 24;
constexpr std::uint32_t kExtended = 0x4000;
constexpr std::uint32_t kIntentToAdd = 0x2000;
constexpr std::uint32_t kNameMask = 0xfff;

std::unexpected<Error> broken(const char* why) {
  return fail(Code::kInvalidArgument, std::string("index: ") + why);
}

class Reader {
 public:
  Reader(std::string_view bytes, HashKind kind)
      : bytes_(bytes), kind_(kind), version_(load_be32(bytes.data() + 4)) {}

  Result<std::vector<IndexEntry>> entries() {
    if (version_ < 2 || version_ > 4) return broken("unknown version");
    const std::uint32_t count = load_be32(bytes_.data() + 8);
    std::vector<IndexEntry> entries;
    for (std::uint32_t i = 0; i < count; ++i) {
      IndexEntry entry;
      if (!take(entry)) return broken("cut short");
      entries.push_back(std::move(entry));
    }
    return entries;
  }
  /// Extensions and the digest follow the entries.
  std::string_view rest() const { return bytes_.substr(at_); }

 private:
  bool take(IndexEntry& entry) {
    const std::size_t begin = at_;
    const std::size_t fixed = kStat + hash_bytes(kind_) + 2;
    if (bytes_.size() - at_ < fixed + 2) return false;
    entry.mode = load_be32(bytes_.data() + at_ + kModeAt);
    entry.id = raw_id(bytes_.data() + at_ + kStat, kind_);
    const std::uint32_t flags = load_be16(bytes_.data() + at_ + fixed - 2);
    entry.stage = (flags >> 12) & 3U;
    at_ += fixed;
    if (version_ >= 3 && (flags & kExtended) != 0) {
      entry.intent_to_add = (load_be16(bytes_.data() + at_) & kIntentToAdd) != 0;
      at_ += 2;
    }
    return version_ == 4 ? take_compressed_name(entry) : take_name(entry, flags, begin);
  }
  bool take_name(IndexEntry& entry, std::uint32_t flags, std::size_t begin) {
    std::size_t size = flags & kNameMask;
    if (size == kNameMask) {
      const std::size_t end = bytes_.find('\0', at_);
      if (end == std::string_view::npos) return false;
      size = end - at_;
    }
    if (bytes_.size() - at_ < size) return false;
    entry.path = bytes_.substr(at_, size);
    // One to eight zeros, so that the next entry begins at a multiple of eight bytes.
    const std::size_t padded = (at_ + size - begin + 8) / 8 * 8;
    if (bytes_.size() - begin < padded) return false;
    at_ = begin + padded;
    return true;
  }
  /// How much of the name before to drop, then what to add, up to a zero.
  bool take_compressed_name(IndexEntry& entry) {
    std::uint64_t drop = 0;
    unsigned byte = 0x80;
    for (bool first = true; (byte & 0x80U) != 0; first = false) {
      if (at_ == bytes_.size() || drop > before_.size()) return false;
      byte = static_cast<unsigned char>(bytes_[at_++]);
      drop = ((first ? 0 : drop + 1) << 7) | (byte & 0x7fU);
    }
    const std::size_t end = bytes_.find('\0', at_);
    if (end == std::string_view::npos || drop > before_.size()) return false;
    before_.resize(before_.size() - drop);
    before_.append(bytes_.substr(at_, end - at_));
    entry.path = before_;
    at_ = end + 1;
    return true;
  }

  std::string_view bytes_;
  HashKind kind_;
  std::uint32_t version_;
  std::size_t at_ = kHeader;
  std::string before_;
};

/// The digest that names the shared index, from the extension "link"; zero without one.
ObjectId shared_index(std::string_view extensions, HashKind kind) {
  while (extensions.size() >= 8) {
    const std::size_t size = load_be32(extensions.data() + 4);
    const std::string_view name = extensions.substr(0, 4);
    extensions.remove_prefix(8);
    if (size > extensions.size()) break;
    if (name == "link" && size >= hash_bytes(kind)) return raw_id(extensions.data(), kind);
    extensions.remove_prefix(size);
  }
  return {};
}

struct Parsed {
  std::vector<IndexEntry> entries;
  ObjectId shared;
};

Result<Parsed> parse(std::string_view bytes, HashKind kind) {
  if (bytes.size() < kHeader + hash_bytes(kind) || !bytes.starts_with("DIRC")) {
    return broken("not one");
  }
  Reader reader(bytes.substr(0, bytes.size() - hash_bytes(kind)), kind);
  Parsed parsed;
  LR_TRY(parsed.entries, reader.entries());
  parsed.shared = shared_index(reader.rest(), kind);
  return parsed;
}

}  // namespace

Result<std::vector<IndexEntry>> parse_index(std::string_view bytes, HashKind kind) {
  LR_TRY(auto parsed, parse(bytes, kind));
  return std::move(parsed.entries);
}

Result<std::vector<IndexEntry>> read_index(const std::string& git_dir, HashKind kind,
                                           const std::string& file) {
  const auto index = MappedFile::open(file.empty() ? git_dir + "/index" : file);
  if (!index && file.empty() && index.error().code() == Code::kNotFound) {
    return std::vector<IndexEntry>{};
  }
  if (!index) return std::unexpected(index.error());
  LR_TRY(Parsed parsed, parse(index->bytes(), kind));
  if (parsed.shared.zero()) return std::move(parsed.entries);
  LR_TRY(const auto shared, MappedFile::open(git_dir + "/sharedindex." + hex(parsed.shared, kind)));
  LR_TRY(Parsed base, parse(shared.bytes(), kind));
  std::ranges::move(base.entries, std::back_inserter(parsed.entries));
  return std::move(parsed.entries);
}

}  // namespace lr::secrets::git
