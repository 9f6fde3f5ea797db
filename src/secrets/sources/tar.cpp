#include <algorithm>
#include <charconv>
#include <utility>

#include "secrets/sources/container.h"
#include "secrets/sources/tar_header.h"

namespace lr::secrets::sources {
namespace {

/// Long names and pax records are held in memory.
constexpr std::uint64_t kExtensionBytes = 1 << 20;

std::string_view until_nul(std::string_view field) { return field.substr(0, field.find('\0')); }

/// Octal digits, or base-256 when the top bit is set (GNU).
std::optional<std::uint64_t> read_number(std::string_view field) {
  if (!field.empty() && (static_cast<std::uint8_t>(field[0]) & 0x80) != 0) {
    std::uint64_t value = static_cast<std::uint8_t>(field[0]) & 0x7F;
    for (char c : field.substr(1)) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | static_cast<std::uint8_t>(c);
    }
    return value;
  }
  field.remove_prefix(std::min(field.find_first_not_of(' '), field.size()));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, 8);
  if (error != std::errc() && !until_nul(field).empty()) return std::nullopt;
  return value;
}

std::string joined_name(std::string_view block) {
  const std::string_view name = until_nul(block.substr(0, 100));
  const bool posix = block.substr(257, 6) == std::string_view("ustar\0", 6);
  const std::string_view prefix = posix ? until_nul(block.substr(345, 155)) : std::string_view();
  if (prefix.empty()) return std::string(name);
  return std::string(prefix).append("/").append(name);
}

/// What extension headers said about the next member.
struct Overrides {
  std::optional<std::string> name;
  std::optional<std::uint64_t> size;
  std::string link;
  std::string notes;  ///< Comments, extended attributes and what other programs keep there.
};

/// A time, an id: nothing to look at, under whatever key.
bool is_plain_number(std::string_view value) {
  return value.find_first_not_of("0123456789.-") == std::string_view::npos;
}

void take_pax(std::string_view key, std::string_view value, Overrides& overrides) {
  std::uint64_t size = 0;
  if (key == "path" || key == "GNU.sparse.name") {
    overrides.name = std::string(value);
  } else if (key == "linkpath") {
    overrides.link = std::string(value);
  } else if (key == "size") {
    const auto read = std::from_chars(value.data(), value.data() + value.size(), size);
    if (read.ec == std::errc()) overrides.size = size;
  } else if (!is_plain_number(value)) {
    overrides.notes.append(key).append("=").append(value).append("\n");
  }
}

/// "27 path=some/file\n" records (pax Interchange Format).
void read_pax(std::string_view records, Overrides& overrides) {
  while (!records.empty()) {
    std::size_t length = 0;
    const auto [end, error] =
        std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<std::size_t>(end - records.data());
    if (error != std::errc() || length <= digits + 1 || length > records.size()) return;
    const std::string_view record = records.substr(digits + 1, length - digits - 2);
    const std::size_t equals = record.find('=');
    if (equals != std::string_view::npos) {
      const std::string_view key = record.substr(0, equals);
      const std::string_view value = record.substr(equals + 1);
      take_pax(key, value, overrides);
    }
    records.remove_prefix(length);
  }
}

class TarReader {
 public:
  TarReader(ByteSource& archive, MemberVisitor& visitor) : archive_(archive), visitor_(visitor) {}

  void read() {
    while (at_ < archive_.size() && step()) {
    }
  }

 private:
  /// One header and what follows it. False at the end.
  bool step() {
    auto block = archive_.view(at_, kTarBlock);
    if (!block) return stop(block.error().detail());
    if (block->size() < kTarBlock) return stop("cut off inside a header");
    if (block->find_first_not_of('\0') == std::string_view::npos) {
      ended_ = true;
      at_ += kTarBlock;
      return true;
    }
    auto header = parse_tar_header(*block);
    if (!header) return trailer();
    ended_ = false;
    at_ += kTarBlock;
    if (header->sparse_extended && !skip_sparse_map()) return false;
    const bool describes_next = std::string_view("LKxgX").contains(header->type);
    if (!describes_next && overrides_.size) header->size = *overrides_.size;
    const std::uint64_t room = archive_.size() - at_;
    const bool cut = header->size > room;
    SliceBytes bytes(archive_, at_, header->size);
    if (describes_next ? !extension(*header, bytes) : !hand_over(*header, bytes)) return false;
    if (cut) return stop("cut off inside " + last_name_);
    at_ += std::min(room, (header->size + kTarBlock - 1) / kTarBlock * kTarBlock);
    return true;
  }

  /// No header where one should be: padding of another program behind the end, or damage.
  bool trailer() {
    SliceBytes rest(archive_, at_, archive_.size() - at_);
    if (!ended_) stop("damaged header");
    if (visitor_.member("(behind the end)", rest)) at_ = archive_.size();
    return false;
  }

  bool extension(const TarHeader& header, ByteSource& bytes) {
    if (header.size > kExtensionBytes) return stop("an extension header over 1 MiB");
    auto text = bytes.view(0, static_cast<std::size_t>(bytes.size()));
    if (!text) return stop(text.error().detail());
    if (header.type == 'L') overrides_.name = std::string(until_nul(*text));
    if (header.type == 'K') overrides_.link = std::string(until_nul(*text));
    if (header.type == 'x' || header.type == 'X') read_pax(*text, overrides_);
    if (header.type == 'g') {
      Overrides of_all;
      read_pax(*text, of_all);
      visitor_.comment("", of_all.notes);
    }
    return true;
  }

  bool hand_over(TarHeader& header, ByteSource& bytes) {
    last_name_ = overrides_.name ? std::move(*overrides_.name) : std::move(header.name);
    const Overrides said = std::exchange(overrides_, {});
    visitor_.comment(last_name_, said.link.empty() ? header.link : said.link);
    visitor_.comment(last_name_, said.notes);
    // Links and devices have no bytes; everything else with bytes is looked at, whatever it claims.
    return header.size == 0 ? visitor_.empty(last_name_) : visitor_.member(last_name_, bytes);
  }

  bool skip_sparse_map() {
    while (true) {
      auto block = archive_.view(at_, kTarBlock);
      if (!block || block->size() < kTarBlock) return stop("cut off inside a sparse map");
      at_ += kTarBlock;
      if ((*block)[504] == '\0') return true;
    }
  }

  bool stop(std::string reason) {
    visitor_.gap("", std::move(reason));
    return false;
  }

  ByteSource& archive_;
  MemberVisitor& visitor_;
  Overrides overrides_;
  std::string last_name_;
  std::uint64_t at_ = 0;
  bool ended_ = false;  ///< The last block was an end mark.
};

}  // namespace

bool is_tar_header(std::string_view block) {
  if (block.size() < kTarBlock) return false;
  const auto stored = read_number(block.substr(148, 8));
  if (!stored || *stored == 0) return false;
  std::uint64_t sum = 8 * ' ';
  for (std::size_t i = 0; i < kTarBlock; ++i) {
    if (i < 148 || i >= 156) sum += static_cast<std::uint8_t>(block[i]);
  }
  return sum == *stored;
}

std::optional<TarHeader> parse_tar_header(std::string_view block) {
  if (!is_tar_header(block)) return std::nullopt;
  const auto size = read_number(block.substr(124, 12));
  if (!size || *size > (1ull << 62)) return std::nullopt;
  TarHeader header{.name = joined_name(block),
                   .size = *size,
                   .type = block[156],
                   .link = std::string(until_nul(block.substr(157, 100)))};
  // Hard and symbolic links, devices, folders and FIFOs may carry a size that means nothing.
  if (header.type >= '2' && header.type <= '6') header.size = 0;
  header.sparse_extended = header.type == 'S' && block[482] != '\0';
  return header;
}

void read_tar(ByteSource& archive, MemberVisitor& visitor) { TarReader(archive, visitor).read(); }

}  // namespace lr::secrets::sources
