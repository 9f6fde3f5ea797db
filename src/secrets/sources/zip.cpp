#include <algorithm>
#include <optional>

#include "secrets/sources/container.h"

namespace lr::secrets::sources {
namespace {

constexpr std::size_t kLocalHeader = 30;
constexpr std::size_t kCentralHeader = 46;
constexpr std::size_t kEndRecord = 22;
constexpr std::size_t kCommentMax = 65535;
constexpr std::uint64_t kDirectoryMax = 256ull << 20;  ///< Held in memory while reading.
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;            ///< "See the zip64 field."

constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kEndMarked = 2;    ///< Of LZMA: the stream itself says where it ends.
constexpr std::uint16_t kSizesFollow = 8;  ///< In a data descriptor behind the data.

template <class T>
T little(std::string_view bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T) && at + i < bytes.size(); ++i) {
    value =
        static_cast<T>(value | static_cast<T>(static_cast<std::uint8_t>(bytes[at + i])) << (8 * i));
  }
  return value;
}
std::uint16_t u16(std::string_view bytes, std::size_t at) {
  return little<std::uint16_t>(bytes, at);
}
std::uint32_t u32(std::string_view bytes, std::size_t at) {
  return little<std::uint32_t>(bytes, at);
}
std::uint64_t u64(std::string_view bytes, std::size_t at) {
  return little<std::uint64_t>(bytes, at);
}

struct Entry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint64_t compressed = 0;
  std::uint64_t size = 0;
  std::uint64_t header_at = 0;
};

/// Replaces what did not fit 32 bits by the zip64 extra field (header 1), in its fixed order.
void read_zip64_extra(std::string_view extra, Entry& entry) {
  while (extra.size() >= 4) {
    const std::size_t length = std::min<std::size_t>(u16(extra, 2), extra.size() - 4);
    if (u16(extra, 0) == 1) {
      std::string_view field = extra.substr(4, length);
      for (std::uint64_t* value : {&entry.size, &entry.compressed, &entry.header_at}) {
        if (*value != kIn64 || field.size() < 8) continue;
        *value = u64(field, 0);
        field.remove_prefix(8);
      }
    }
    extra.remove_prefix(4 + length);
  }
}

/// APPNOTE section 4.4.5.
std::optional<Packing> packing_of(std::uint16_t method) {
  switch (method) {
    case 8:
      return Packing::kDeflate;
    case 12:
      return Packing::kBzip2;
    case 14:
      return Packing::kLzma;
    case 93:
      return Packing::kZstd;
    case 95:
      return Packing::kXz;
    default:
      return std::nullopt;
  }
}

struct Directory {
  std::uint64_t at = 0;
  std::uint64_t size = 0;
  std::uint64_t shift = 0;  ///< Bytes in front of the archive (a stub, a shell script).
  std::string comment = {};
};

class ZipReader {
 public:
  ZipReader(ByteSource& archive, MemberVisitor& visitor) : archive_(archive), visitor_(visitor) {}

  void read() {
    const auto directory = find_directory();
    if (!directory) {
      gap("", "no central directory: cut off or damaged");
      return salvage();
    }
    if (!directory->comment.empty()) visitor_.comment("", directory->comment);
    if (directory->size > kDirectoryMax) return gap("", "a central directory over 256 MiB");
    auto bytes = archive_.view(directory->at, static_cast<std::size_t>(directory->size));
    if (!bytes) return gap("", bytes.error().detail());
    read_directory(std::string(*bytes), directory->shift);
  }

 private:
  void gap(std::string_view name, std::string reason) { visitor_.gap(name, std::move(reason)); }

  std::optional<Directory> find_directory() {
    const std::uint64_t size = archive_.size();
    const std::uint64_t tail_at = size - std::min<std::uint64_t>(size, kEndRecord + kCommentMax);
    auto tail = archive_.view(tail_at, kEndRecord + kCommentMax);
    if (!tail) return std::nullopt;
    std::size_t at = tail->rfind(std::string_view("PK\x05\x06", 4));
    while (at != std::string_view::npos) {
      const std::string_view record = tail->substr(at);
      if (record.size() >= kEndRecord && kEndRecord + u16(record, 20) <= record.size()) {
        return directory_of(std::string(record), tail_at + at);
      }
      if (at == 0) break;
      at = tail->rfind(std::string_view("PK\x05\x06", 4), at - 1);
    }
    return std::nullopt;
  }

  std::optional<Directory> directory_of(const std::string& record, std::uint64_t record_at) {
    Directory directory{.at = u32(record, 16),
                        .size = u32(record, 12),
                        .comment = record.substr(kEndRecord, u16(record, 20))};
    std::uint64_t end = record_at;
    if (directory.at == kIn64 || directory.size == kIn64 || u16(record, 10) == 0xFFFF) {
      if (const auto wide = read_zip64_end(record_at)) {
        directory.at = wide->at;
        directory.size = wide->size;
        end = wide->shift;  // Where the zip64 record stands.
      }
    }
    if (directory.size > end || directory.at > end - directory.size) return std::nullopt;
    directory.shift = end - directory.size - directory.at;
    directory.at += directory.shift;
    return directory;
  }

  /// The zip64 end record through its locator; `shift` is where it stands.
  std::optional<Directory> read_zip64_end(std::uint64_t record_at) {
    if (record_at < 20) return std::nullopt;
    const auto locator = archive_.view(record_at - 20, 20);
    if (!locator || !locator->starts_with("PK\x06\x07")) return std::nullopt;
    const std::uint64_t at = u64(*locator, 8);
    const auto wide = archive_.view(at, 56);
    if (!wide || wide->size() < 56 || !wide->starts_with("PK\x06\x06")) return std::nullopt;
    return Directory{.at = u64(*wide, 48), .size = u64(*wide, 40), .shift = at};
  }

  void read_directory(const std::string& directory, std::uint64_t shift) {
    std::string_view rest = directory;
    while (rest.size() >= kCentralHeader && rest.starts_with("PK\x01\x02")) {
      Entry entry{.name = {},
                  .flags = u16(rest, 8),
                  .method = u16(rest, 10),
                  .compressed = u32(rest, 20),
                  .size = u32(rest, 24),
                  .header_at = u32(rest, 42)};
      const std::size_t name = u16(rest, 28);
      const std::size_t extra = u16(rest, 30);
      const std::size_t comment = u16(rest, 32);
      rest.remove_prefix(kCentralHeader);
      entry.name = std::string(rest.substr(0, name));
      read_zip64_extra(rest.substr(std::min(name, rest.size())).substr(0, extra), entry);
      const std::string_view text = rest.substr(std::min(name + extra, rest.size()));
      if (comment > 0) visitor_.comment(entry.name, text.substr(0, comment));
      rest.remove_prefix(std::min(name + extra + comment, rest.size()));
      entry.header_at += shift;
      if (!read_entry(entry)) return;
    }
    if (!rest.empty()) gap("", "damaged central directory");
  }

  bool read_entry(const Entry& entry) {
    // Members of an honest archive do not share bytes: an archive whose members together are
    // longer than itself multiplies its data (an overlap bomb).
    seen_ += entry.compressed;
    if (entry.compressed > archive_.size() || seen_ > archive_.size()) {
      gap(entry.name, "members overlap");
      return false;
    }
    const auto local = archive_.view(entry.header_at, kLocalHeader);
    if (!local || local->size() < kLocalHeader || !local->starts_with("PK\x03\x04")) {
      gap(entry.name, "its local header is missing");
      return true;
    }
    const std::uint64_t data_at =
        entry.header_at + kLocalHeader + u16(*local, 26) + u16(*local, 28);
    return hand_over(entry, data_at);
  }

  bool hand_over(const Entry& entry, std::uint64_t data_at) {
    SliceBytes bytes(archive_, data_at, entry.compressed);
    if (entry.compressed > bytes.size()) gap(entry.name, "cut off");
    if (entry.compressed == 0 && entry.size == 0) return visitor_.empty(entry.name);
    if ((entry.flags & kEncrypted) != 0) {
      gap(entry.name, "encrypted");
      return true;
    }
    if (entry.method == 0) return visitor_.member(entry.name, bytes);
    if (const auto packing = packing_of(entry.method)) {
      const bool marked = *packing == Packing::kLzma && (entry.flags & kEndMarked) != 0;
      return visitor_.packed(entry.name, bytes, *packing, marked ? 0 : entry.size);
    }
    gap(entry.name, "packed with method " + std::to_string(entry.method) + ", not supported");
    return true;
  }

  /// Reads what stands behind each local header that can be found.
  void salvage() {
    auto found = next_local_header(0);
    while (found) {
      const auto header = archive_.view(*found, kLocalHeader);
      if (!header || header->size() < kLocalHeader) return;
      Entry entry{.name = {},
                  .flags = u16(*header, 6),
                  .method = u16(*header, 8),
                  .compressed = u32(*header, 18),
                  .size = u32(*header, 22)};
      const std::size_t name = u16(*header, 26);
      const std::uint64_t data_at = *found + kLocalHeader + name + u16(*header, 28);
      const auto name_bytes = archive_.view(*found + kLocalHeader, name);
      if (name_bytes) entry.name = std::string(*name_bytes);
      found = next_local_header(data_at);
      const std::uint64_t end = found.value_or(archive_.size());
      if ((entry.flags & kSizesFollow) != 0) entry.compressed = end - std::min(end, data_at);
      if (!hand_over(entry, data_at)) return;
    }
  }

  std::optional<std::uint64_t> next_local_header(std::uint64_t from) {
    constexpr std::size_t kPiece = 1 << 20;
    for (std::uint64_t at = from; at < archive_.size(); at += kPiece - 3) {
      const auto piece = archive_.view(at, kPiece);
      if (!piece) return std::nullopt;
      const std::size_t found = piece->find("PK\x03\x04");
      if (found != std::string_view::npos) return at + found;
    }
    return std::nullopt;
  }

  ByteSource& archive_;
  MemberVisitor& visitor_;
  std::uint64_t seen_ = 0;  ///< Stored bytes of all members so far.
};

}  // namespace

void read_zip(ByteSource& archive, MemberVisitor& visitor) { ZipReader(archive, visitor).read(); }

}  // namespace lr::secrets::sources
