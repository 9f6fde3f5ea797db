#include "secrets/git/object_store.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <list>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "secrets/git/delta.h"
#include "secrets/git/folder.h"
#include "secrets/git/multi_pack_index.h"

namespace lr::secrets::git {
namespace {

constexpr std::uint64_t kAlternatesBytes = 1 << 20;
/// git refuses to write longer chains than 4095.
constexpr std::size_t kChainMax = 10'000;
constexpr int kNestingMax = 16;

std::string without_suffix(const std::string& name) { return name.substr(0, name.rfind('.')); }

std::string pack_of(const std::string& index) { return without_suffix(index) + ".pack"; }

/// What stands in a folder; a gap when it is there and cannot be read.
std::vector<std::string> names_or_gap(const std::string& folder, Coverage& coverage) {
  auto names = list_folder(folder);
  if (names) return std::move(*names);
  if (names.error().code() != Code::kNotFound) coverage.skip(folder, names.error().detail());
  return {};
}

}  // namespace

std::string over_limit(std::uint64_t bytes, std::uint64_t limit) {
  return fmt::format("{} bytes, over the limit of {}", bytes, limit);
}

/// Contents that later reads are likely to build on, at most kBytes of them.
struct ObjectStore::BaseCache {
  static constexpr std::size_t kBytes = 48ul << 20;
  struct Key {
    std::size_t pack;
    std::uint64_t offset;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return (key.offset + 1) * 0x9e3779b97f4a7c15ull + key.pack;
    }
  };
  struct Row {
    Key key;
    ObjectType type;
    std::string content;
  };

  const Row* find(const Key& key) {
    const auto found = rows.find(key);
    if (found == rows.end()) return nullptr;
    order.splice(order.begin(), order, found->second);
    return &*found->second;
  }
  void put(const Key& key, ObjectType type, std::string_view content) {
    if (content.size() > kBytes / 8 || rows.contains(key)) return;
    order.push_front({key, type, std::string(content)});
    rows[key] = order.begin();
    for (bytes += content.size(); bytes > kBytes; order.pop_back()) {
      bytes -= order.back().content.size();
      rows.erase(order.back().key);
    }
  }

  std::list<Row> order;  ///< Latest use first.
  std::unordered_map<Key, std::list<Row>::iterator, Hash> rows;
  std::size_t bytes = 0;
};

ObjectStore::ObjectStore(const std::string& objects, HashKind kind, const ObjectLimits& limits,
                         Coverage& coverage)
    : kind_(kind), limits_(limits), cache_(std::make_unique<BaseCache>()) {
  add_folder(objects, 0, coverage);
  std::ranges::sort(packs_, std::ranges::greater{}, [](const Pack& pack) {
    return std::tuple(pack.index().size(), std::string_view(pack.name()));
  });
  std::ranges::sort(loose_, {}, [](const LooseObject& o) { return std::pair(o.id, o.folder); });
  const auto twice = std::ranges::unique(loose_, {}, &LooseObject::id);
  loose_.erase(twice.begin(), twice.end());
}

ObjectStore::~ObjectStore() = default;

void ObjectStore::add_folder(const std::string& folder, int depth, Coverage& coverage) {
  const auto real = real_path(folder);
  if (!real) return coverage.skip(folder, "object folder: " + real.error().detail());
  if (std::ranges::find(folders_, *real) != folders_.end()) return;
  if (depth > kAlternatesDepth || folders_.size() == kFolders) {
    return coverage.skip(folder, "alternates nest too deep or are too many");
  }
  folders_.push_back(*real);
  add_packs(*real, coverage);
  add_loose(static_cast<std::uint32_t>(folders_.size() - 1), coverage);
  const auto alternates = read_file(*real + "/info/alternates", kAlternatesBytes);
  if (!alternates) {
    if (alternates.error().code() != Code::kNotFound) {
      coverage.skip(*real + "/info/alternates", alternates.error().detail());
    }
    return;
  }
  for (const std::string_view line : lines_of(*alternates)) {
    if (line.empty() || line.starts_with('#')) continue;
    // Relative ones are relative to the object folder.
    add_folder(line.starts_with('/') ? std::string(line) : fmt::format("{}/{}", *real, line),
               depth + 1, coverage);
  }
}

void ObjectStore::add_packs(const std::string& folder, Coverage& coverage) {
  const std::string path = folder + "/pack";
  const std::vector<std::string> names = names_or_gap(path, coverage);
  std::optional<std::map<std::string, std::vector<PackIndex::Entry>>> multi;
  for (const std::string& name : names) {
    if (name.starts_with("tmp_")) {
      coverage.skip(path + "/" + name, "left over from an interrupted transfer; not read");
    }
    if (!name.ends_with(".pack") || name.starts_with("tmp_")) continue;
    const std::string stem = without_suffix(name);
    auto index = PackIndex::open(path + "/" + stem + ".idx", kind_);
    if (!index) {
      if (!multi) {
        auto read = read_multi_pack_index(path + "/multi-pack-index", kind_);
        multi = read ? std::move(*read) : decltype(multi)::value_type{};
      }
      if (const auto part = multi->find(stem); part != multi->end()) {
        index = PackIndex::of(part->second, kind_);
      }
    }
    if (!index) {
      coverage.skip(path + "/" + name, "pack without a usable index: " + index.error().detail());
      continue;
    }
    auto pack = Pack::open(path + "/" + name, stem, std::move(*index));
    if (pack) {
      packs_.push_back(std::move(*pack));
    } else {
      coverage.skip(path + "/" + name, pack.error().detail());
    }
  }
  for (const std::string& name : names) {
    if (name.ends_with(".idx") && !std::ranges::binary_search(names, pack_of(name))) {
      coverage.skip(path + "/" + name, "index without its pack");
    }
  }
}

void ObjectStore::add_loose(std::uint32_t folder, Coverage& coverage) {
  for (int first = 0; first < 256; ++first) {
    const std::string prefix = fmt::format("{:02x}", first);
    for (const std::string& name : names_or_gap(folders_[folder] + "/" + prefix, coverage)) {
      if (const auto id = parse_hex(prefix + name, kind_)) loose_.push_back({*id, folder});
    }
  }
}

bool ObjectStore::in_pack(const ObjectId& id, std::size_t packs) const {
  for (std::size_t i = 0; i < packs; ++i) {
    if (packs_[i].index().find(id)) return true;
  }
  return false;
}

bool ObjectStore::is_loose(const ObjectId& id) const {
  return std::ranges::binary_search(loose_, id, {}, &LooseObject::id);
}

bool ObjectStore::has_prefix(const std::array<std::uint8_t, 8>& prefix) const {
  for (const Pack& pack : packs_) {
    if (pack.index().has_prefix(prefix)) return true;
  }
  ObjectId least;
  std::ranges::copy(prefix, least.bytes.begin());
  const auto loose = std::ranges::lower_bound(loose_, least, {}, &LooseObject::id);
  return loose != loose_.end() && std::ranges::equal(prefix, std::span(loose->id.bytes).first<8>());
}

Result<StoredObject> ObjectStore::read(const ObjectId& id) {
  std::optional<Error> failure;
  if (nesting_ == kNestingMax) {
    return fail(Code::kInvalidArgument, "deltas across packs nest too deep");
  }
  ++nesting_;
  std::optional<StoredObject> found;
  for (std::size_t i = 0; i < packs_.size() && !found; ++i) {
    const auto position = packs_[i].index().find(id);
    if (!position) continue;
    auto object = read_packed(i, packs_[i].index().offset(*position));
    if (object) {
      found = std::move(*object);
    } else {
      failure = std::move(object).error();
    }
  }
  const auto loose = std::ranges::lower_bound(loose_, id, {}, &LooseObject::id);
  if (!found && loose != loose_.end() && loose->id == id) {
    auto object = read_loose(*loose);
    if (object) {
      found = std::move(*object);
    } else {
      failure = std::move(object).error();
    }
  }
  --nesting_;
  if (found) return std::move(*found);
  if (failure) return std::unexpected(std::move(*failure));
  return fail(Code::kNotFound, "missing object");
}

Result<StoredObject> ObjectStore::read_loose(const LooseObject& object) {
  const std::string digits = hex(object.id, kind_);
  LR_TRY(const auto file, MappedFile::open(fmt::format("{}/{}/{}", folders_[object.folder],
                                                       digits.substr(0, 2), digits.substr(2))));
  const std::size_t bytes_max = limits_.object_bytes_max + 32;
  LR_TRY(const std::string raw, inflater_.inflate_all(file.bytes(), bytes_max));
  const std::size_t end = raw.find('\0');
  const std::size_t space = raw.find(' ');
  if (end == std::string::npos || space > end || end > 32) {
    return fail(Code::kInvalidArgument, "loose object without a header");
  }
  StoredObject stored;
  stored.type = parse_type(std::string_view(raw).substr(0, space));
  std::uint64_t size = 0;
  const auto [rest, error] = std::from_chars(raw.data() + space + 1, raw.data() + end, size);
  if (stored.type == ObjectType::kNone || error != std::errc() || rest != raw.data() + end ||
      size != raw.size() - end - 1) {
    return fail(Code::kInvalidArgument, "loose object whose header does not fit");
  }
  if (!stored.content.resize(size)) return fail(Code::kResourceExhausted, "out of memory");
  std::copy(raw.begin() + static_cast<std::ptrdiff_t>(end) + 1, raw.end(),
            stored.content.span().begin());
  return stored;
}

Result<StoredObject> ObjectStore::read_root(const Pack& pack, const PackEntry& entry) {
  if (entry.size > limits_.object_bytes_max) {
    return fail(Code::kPayloadTooLarge, over_limit(entry.size, limits_.object_bytes_max));
  }
  StoredObject object;
  object.type = entry.type;
  if (!object.content.resize(entry.size)) return fail(Code::kResourceExhausted, "out of memory");
  LR_TRY_VOID(inflater_.inflate(pack.stream(entry), object.content.span()));
  return object;
}

Result<Buffer> ObjectStore::apply(const Pack& pack, const PackEntry& entry, std::string_view base) {
  if (entry.size > limits_.object_bytes_max) {
    return fail(Code::kPayloadTooLarge, over_limit(entry.size, limits_.object_bytes_max));
  }
  if (!delta_.resize(entry.size)) return fail(Code::kResourceExhausted, "out of memory");
  LR_TRY_VOID(inflater_.inflate(pack.stream(entry), delta_.span()));
  LR_TRY(const DeltaHeader header, parse_delta_header(delta_.view()));
  if (header.result_size > limits_.object_bytes_max) {
    return fail(Code::kPayloadTooLarge, over_limit(header.result_size, limits_.object_bytes_max));
  }
  Buffer out;
  if (!out.resize(header.result_size)) return fail(Code::kResourceExhausted, "out of memory");
  std::vector<Range> changed;
  LR_TRY_VOID(apply_delta(base, header, out.span(), changed));
  return out;
}

Result<StoredObject> ObjectStore::read_packed(std::size_t number, std::uint64_t offset) {
  const Pack& pack = packs_[number];
  std::vector<Delta> chain;
  StoredObject object;
  while (true) {
    if (const auto* row = cache_->find({number, offset})) {
      object.type = row->type;
      if (!object.content.resize(row->content.size())) {
        return fail(Code::kResourceExhausted, "out of memory");
      }
      std::ranges::copy(row->content, object.content.span().begin());
      break;
    }
    LR_TRY(const PackEntry entry, pack.entry(offset));
    if (entry.form == PackEntry::Form::kWhole) {
      LR_TRY(object, read_root(pack, entry));
      cache_->put({number, offset}, object.type, object.content.view());
      break;
    }
    if (chain.size() == kChainMax) return fail(Code::kInvalidArgument, "delta chain is a loop");
    chain.push_back({entry, offset});
    offset = entry.base_offset;
    if (entry.form == PackEntry::Form::kOffsetDelta) continue;
    if (const auto position = pack.index().find(entry.base)) {
      offset = pack.index().offset(*position);
    } else {
      LR_TRY(object, read(entry.base));
      break;
    }
  }
  for (; !chain.empty(); chain.pop_back()) {
    LR_TRY(object.content, apply(pack, chain.back().entry, object.content.view()));
    cache_->put({number, chain.back().offset}, object.type, object.content.view());
  }
  return object;
}

}  // namespace lr::secrets::git
