// Packs, deltas, indexes and objects as a hostile repository would have them. The first byte says
// what the rest is; deltas are compared with what they promise about changed ranges.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/reach.h"
#include "secrets/git/config.h"
#include "secrets/git/delta.h"
#include "secrets/git/delta_forest.h"
#include "secrets/git/index_file.h"
#include "secrets/git/object_store.h"
#include "secrets/git/object_text.h"
#include "secrets/git/pack_pass.h"

namespace lr::secrets::git {
namespace {

using fuzz::require;

enum class State { kDelta, kDeltaRefused, kObject, kBuilt, kUnreadable, kIndex, kTree, kCommit };
fuzz::Reach<8> reach({"deltas applied", "deltas refused", "objects read", "objects built on others",
                      "unreadable objects", "index entries", "tree entries", "commits"});

constexpr ObjectLimits kLimits{
    .object_bytes_max = 1 << 20, .pack_bytes_max = 8 << 20, .pack_expansion_max = 1};

/// What is outside the changed ranges stands in the base, neighbours included.
void check_changes(std::string_view base, std::string_view out, const std::vector<Range>& changed) {
  std::size_t before = 0;
  bool first = true;
  for (const Range& range : changed) {
    require(first || range.begin > before, "ranges are sorted and do not touch");
    require(range.begin <= range.end && range.end <= out.size(), "ranges are inside");
    require(base.find(out.substr(before, range.begin - before)) != std::string_view::npos,
            "what did not change stands in the base");
    before = range.end;
    first = false;
  }
  require(base.find(out.substr(before)) != std::string_view::npos, "the rest stands in the base");
  if (changed.empty()) require(base == out, "no change means the same object");
}

void run_delta(std::string_view input) {
  if (input.empty()) return;
  const std::size_t size =
      std::min<std::size_t>(input.size() - 1, static_cast<unsigned char>(input.front()));
  const std::string_view base = input.substr(1, size);
  const auto header = parse_delta_header(input.substr(1 + size));
  if (!header || header->result_size > kLimits.object_bytes_max) return;
  std::string out(header->result_size, '\0');
  std::vector<Range> changed;
  if (!apply_delta(base, *header, out, changed)) return reach.mark(State::kDeltaRefused);
  reach.mark(State::kDelta);
  check_changes(base, out, changed);
}

class Reader final : public ObjectVisitor, public ObjectFilter {
 public:
  explicit Reader(std::size_t objects) : left_(objects) {}
  bool wants(const ObjectId&) override { return true; }
  void object(const ReadObject& object) override {
    require(left_-- > 0, "each object is read once");
    reach.mark(object.base ? State::kBuilt : State::kObject);
  }
  void unreadable(const ObjectId&, const std::string&) override {
    require(left_-- > 0, "each object is given up once");
    reach.mark(State::kUnreadable);
  }
  std::size_t left() const { return left_; }

 private:
  std::size_t left_;
};

/// A number of entries, two bytes of offset for each, a pack. The id of an entry is its number.
void run_pack(std::string_view input) {
  if (input.empty()) return;
  const std::size_t count = static_cast<unsigned char>(input.front()) % 16U;
  input.remove_prefix(1);
  if (input.size() < 2 * count) return;
  std::vector<PackIndex::Entry> entries(count);
  for (std::size_t i = 0; i < count; ++i) {
    entries[i].id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    entries[i].offset = static_cast<unsigned char>(input[2 * i]) |
                        static_cast<std::uint64_t>(static_cast<unsigned char>(input[2 * i + 1]))
                            << 8;
  }
  auto file = MappedFile::copy_of(input.substr(2 * count));
  require(file.has_value(), "there is memory for the input");
  const auto pack =
      Pack::of(std::move(*file), "fuzz", PackIndex::of(std::move(entries), HashKind::kSha1));
  if (!pack) return;
  Coverage coverage;
  ObjectStore store("/nonexistent", HashKind::kSha1, kLimits, coverage);
  const DeltaForest forest(*pack);
  Reader reader(count);
  for (const PackPass::Of of : {PackPass::Of::kOthers, PackPass::Of::kBlobs}) {
    PackPass(*pack, forest, store, of, reader).read_all(reader);
  }
  require(reader.left() == 0, "each object is read or given up");
}

void run_objects(std::string_view input) {
  const auto index = parse_index(input, HashKind::kSha1);
  if (index && !index->empty()) reach.mark(State::kIndex);
  TreeReader tree(input, HashKind::kSha1);
  for (TreeEntry entry; tree.next(entry);) reach.mark(State::kTree);
  if (const auto commit = parse_commit(input, HashKind::kSha256)) format_time(parse_person(input));
  if (const auto commit = parse_commit(input, HashKind::kSha1)) {
    reach.mark(State::kCommit);
    format_time(parse_person(commit->author));
  }
  parse_tag(input, HashKind::kSha1);
  Config::parse(input);
}

void run(std::string_view input) {
  reach.run();
  if (input.empty()) return;
  const auto mode = static_cast<unsigned char>(input.front()) % 3U;
  input.remove_prefix(1);
  if (mode == 0) return run_delta(input);
  if (mode == 1) return run_pack(input);
  run_objects(input);
}

}  // namespace
}  // namespace lr::secrets::git

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::secrets::git::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
