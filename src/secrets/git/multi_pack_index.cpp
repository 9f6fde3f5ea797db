#include "secrets/git/multi_pack_index.h"

#include <utility>

#include "secrets/git/byte_order.h"

namespace lr::secrets::git {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kChunkRow = 12;
constexpr std::size_t kFanoutBytes = 1024;
constexpr std::uint32_t kIsLarge = 0x80000000U;

std::unexpected<Error> broken(const char* why) {
  return fail(Code::kInvalidArgument, std::string("multi-pack-index: ") + why);
}

struct Chunks {
  std::string_view names, fanout, ids, offsets, large;
};

Result<Chunks> find_chunks(std::string_view file) {
  Chunks chunks;
  const auto count = static_cast<unsigned char>(file[6]);
  if (file.size() < kHeader + (count + 1U) * kChunkRow) return broken("cut short");
  for (unsigned i = 0; i < count; ++i) {
    const char* row = file.data() + kHeader + i * kChunkRow;
    const std::uint64_t begin = load_be64(row + 4);
    const std::uint64_t end = load_be64(row + kChunkRow + 4);
    if (begin > end || end > file.size()) return broken("chunk outside the file");
    const std::string_view body = file.substr(begin, end - begin);
    const std::string_view name(row, 4);
    if (name == "PNAM") chunks.names = body;
    if (name == "OIDF") chunks.fanout = body;
    if (name == "OIDL") chunks.ids = body;
    if (name == "OOFF") chunks.offsets = body;
    if (name == "LOFF") chunks.large = body;
  }
  return chunks;
}

/// Names end with a zero byte and are in order; padding follows the last.
std::vector<std::string> pack_names(std::string_view bytes, std::uint32_t count) {
  std::vector<std::string> names;
  while (names.size() < count && !bytes.empty()) {
    const std::size_t end = bytes.find('\0');
    if (end == std::string_view::npos) break;
    std::string name(bytes.substr(0, end));
    if (name.ends_with(".idx")) name.resize(name.size() - 4);
    names.push_back(std::move(name));
    bytes.remove_prefix(end + 1);
  }
  return names;
}

}  // namespace

Result<std::map<std::string, std::vector<PackIndex::Entry>>> read_multi_pack_index(
    const std::string& path, HashKind kind) {
  LR_TRY(const auto file, MappedFile::open(path));
  const std::string_view bytes = file.bytes();
  if (bytes.size() < kHeader || !bytes.starts_with("MIDX")) return broken("not one");
  if (bytes[4] != 1) return broken("unknown version");
  if (bytes[5] != (kind == HashKind::kSha1 ? 1 : 2)) return broken("other object format");
  LR_TRY(const Chunks chunks, find_chunks(bytes));
  const auto names = pack_names(chunks.names, load_be32(bytes.data() + 8));
  if (chunks.fanout.size() != kFanoutBytes) return broken("no fan-out table");
  const std::uint64_t count = load_be32(chunks.fanout.data() + kFanoutBytes - 4);
  const std::size_t digest = hash_bytes(kind);
  if (chunks.ids.size() != count * digest || chunks.offsets.size() != count * 8) {
    return broken("tables do not fit the number of objects");
  }
  std::map<std::string, std::vector<PackIndex::Entry>> packs;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint32_t pack = load_be32(chunks.offsets.data() + 8 * i);
    std::uint64_t offset = load_be32(chunks.offsets.data() + 8 * i + 4);
    if (pack >= names.size()) return broken("object in an unknown pack");
    if (!chunks.large.empty() && (offset & kIsLarge) != 0) {
      const std::uint64_t row = offset & ~std::uint64_t{kIsLarge};
      if (row >= chunks.large.size() / 8) return broken("large offset outside its table");
      offset = load_be64(chunks.large.data() + 8 * row);
    }
    packs[names[pack]].push_back({raw_id(chunks.ids.data() + i * digest, kind), offset});
  }
  return packs;
}

}  // namespace lr::secrets::git
