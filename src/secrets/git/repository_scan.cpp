#include "secrets/git/repository_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <utility>

#include "crypto/digest.h"
#include "secrets/git/index_file.h"

namespace lr::secrets::git {
namespace {

/// Every git knows these two without having them.
constexpr std::array kEmptyTrees{
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};
constexpr std::array kEmptyBlobs{
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
};

bool known_without_object(const std::string& abbreviated, HashKind kind) {
  const auto row = static_cast<std::size_t>(kind);
  return std::string_view(kEmptyTrees[row]).starts_with(abbreviated) ||
         std::string_view(kEmptyBlobs[row]).starts_with(abbreviated);
}

/// Numbers the parts of a path; says whether one of them is new.
bool has_fresh_part(NameTable& names, std::string_view path) {
  bool any = false;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    bool fresh = false;
    names.intern(path.substr(0, slash), fresh);
    any = any || fresh;
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return any;
}

}  // namespace

/// Hands out each object once: from the first pack that has it, or a later one if that copy was
/// broken.
class RepositoryScan::Filter final : public ObjectFilter {
 public:
  Filter(const RepositoryScan& scan, const ObjectDocuments& documents, std::size_t pack)
      : scan_(scan), documents_(documents), pack_(pack) {}
  bool wants_all() const override { return scan_.seen_.size() == 0 && pack_ == 0; }
  bool wants(const ObjectId& id) override {
    if (scan_.seen_.contains(id)) return false;
    return !scan_.store_->in_pack(id, pack_) || documents_.failed(id);
  }

 private:
  const RepositoryScan& scan_;
  const ObjectDocuments& documents_;
  std::size_t pack_;
};

RepositoryScan::RepositoryScan(Layout layout, std::string prefix, std::string files,
                               const GitOptions& options, Coverage& coverage)
    : layout_(std::move(layout)),
      prefix_(std::move(prefix)),
      files_(std::move(files)),
      options_(options) {
  store_ = std::make_unique<ObjectStore>(layout_.objects(), layout_.kind, options.limits, coverage);
  std::size_t objects = store_->loose().size();
  for (const Pack& pack : store_->packs()) objects += pack.index().size();
  names_ = std::make_unique<NameTable>(objects);
  refs_ = read_refs(layout_, coverage);
  if (options.seen_file.empty()) return;
  // Without a list that fits, everything is new.
  auto seen = SeenObjects::open(options.seen_file, layout_.kind, options.catalogue);
  if (seen) seen_ = std::move(*seen);
}

const std::vector<DeltaForest>& RepositoryScan::forests() {
  if (forests_.empty()) {
    build_forests([](std::size_t count, const std::function<void(std::size_t)>& work) {
      for (std::size_t number = 0; number < count; ++number) work(number);
    });
  }
  return forests_;
}

void RepositoryScan::build_forests(const DeltaForest::Share& share) {
  forests_.reserve(store_->packs().size());
  for (const Pack& pack : store_->packs()) forests_.emplace_back(pack, share);
}

void RepositoryScan::read_everything(DocumentVisitor& visitor, Coverage& coverage) {
  build_forests([&](std::size_t count, const std::function<void(std::size_t)>& work) {
    visitor.share(count, [&](std::size_t number, DocumentVisitor&) { work(number); });
  });
  ObjectDocuments documents(layout_.kind, prefix_, *names_, visitor, coverage);
  documents.set_shallow(refs_.shallow);
  // Trees first: they say what the blobs are called.
  read_packs(PackPass::Of::kOthers, documents, visitor);
  read_loose(false, documents);
  for (const std::string& git_dir : layout_.checkouts()) {
    read_index_names(git_dir, documents, coverage);
  }
  read_packs(PackPass::Of::kBlobs, documents, visitor);
  read_loose(true, documents);
  unfinished_ = documents.report_failures();
  read_ref_names(documents);
  read_files(documents, coverage);
  read_large_files(documents, coverage);
  report_absent(visitor, coverage);
}

void RepositoryScan::read_packs(PackPass::Of of, ObjectDocuments& documents,
                                DocumentVisitor& visitor) {
  const auto& packs = store_->packs();
  for (std::size_t i = 0; i < packs.size(); ++i) {
    Filter filter(*this, documents, i);
    PackPass pass(packs[i], forests()[i], *store_, of, filter);
    read_parts(pass, documents, visitor);
    pass.read_rest(documents);
  }
}

/// Parts are read in any order and absorbed in theirs, so that it is always the same name or author
/// that was there first.
void RepositoryScan::read_parts(PackPass& pass, ObjectDocuments& documents,
                                DocumentVisitor& visitor) {
  std::vector<std::unique_ptr<ObjectDocuments>> parts(pass.parts());
  std::mutex mutex;
  std::size_t absorbed = 0;
  visitor.share(parts.size(), [&](std::size_t number, DocumentVisitor& own) {
    auto part = std::make_unique<ObjectDocuments>(documents, own, pass.naming(number));
    pass.read_part(number, *part);
    const std::lock_guard lock(mutex);
    parts[number] = std::move(part);
    for (; absorbed < parts.size() && parts[absorbed] != nullptr; ++absorbed) {
      documents.absorb(*parts[absorbed], own);
    }
  });
  for (const auto& part : parts) documents.settle(*part);
}

void RepositoryScan::read_loose(bool blobs, ObjectDocuments& documents) {
  Filter filter(*this, documents, store_->packs().size());
  for (const LooseObject& loose : store_->loose()) {
    // In the second pass: blobs met in the first, and copies of what turned out to be broken.
    const bool due =
        !blobs || documents.failed(loose.id) || std::ranges::binary_search(loose_blobs_, loose.id);
    if (!due || !filter.wants(loose.id)) continue;
    auto object = store_->read_loose(loose);
    if (!object) {
      documents.unreadable(loose.id, object.error().detail());
    } else if (!blobs && object->type == ObjectType::kBlob) {
      loose_blobs_.push_back(loose.id);
    } else {
      documents.object({.type = object->type,
                        .id = loose.id,
                        .bytes = object->content.view(),
                        .base = {},
                        .changed = {}});
    }
  }
}

/// Names that no tree has yet; and what staged blobs are called.
void RepositoryScan::read_index_names(const std::string& git_dir, ObjectDocuments& documents,
                                      Coverage& coverage) {
  const auto entries = read_index(git_dir, layout_.kind);
  if (!entries) return coverage.skip(git_dir + "/index", entries.error().detail());
  std::string fresh_paths;
  for (const IndexEntry& entry : *entries) {
    if (has_fresh_part(*names_, entry.path)) fresh_paths.append(entry.path).push_back('\n');
    if (entry.is_submodule()) {
      submodules_.push_back({entry.path, entry.id});
    } else if (!entry.intent_to_add && !entry.is_tree()) {
      bool fresh = false;
      names_->call(entry.id, NameTable::kNone, names_->intern(entry.path, fresh));
    }
  }
  documents.text("index file names", fresh_paths);
}

void RepositoryScan::read_ref_names(ObjectDocuments& documents) {
  std::string names;
  for (const Ref& ref : refs_.refs) {
    names.append(ref.name).push_back('\n');
    // git keeps what these name; ORIG_HEAD and its like may outlive their commit.
    if (ref.name.find("refs/") != std::string::npos || ref.name == "HEAD" ||
        ref.name.ends_with("/HEAD")) {
      names_->expect(ref.target);
    }
  }
  documents.text("ref names", names);
}

/// What is named and not there: by promise in a partial clone, else by damage.
void RepositoryScan::report_absent(DocumentVisitor& visitor, Coverage& coverage) {
  if (!refs_.shallow.empty()) {
    coverage.skip(prefix_ + "history",
                  fmt::format("shallow clone: what came before {} commits was not fetched",
                              refs_.shallow.size()));
  }
  for (const NameTable::Row row : absent_rows(visitor)) {
    const auto id = names_->prefix(row);
    const std::string digits = crypto::hex({reinterpret_cast<const char*>(id.data()), id.size()});
    if (known_without_object(digits, layout_.kind)) continue;
    const std::string path = names_->path_of(row);
    coverage.skip(prefix_ + (path.empty() ? "object " + digits : path),
                  layout_.partial ? "missing object (partial clone)" : "missing object");
  }
}

std::vector<NameTable::Row> RepositoryScan::absent_rows(DocumentVisitor& visitor) {
  constexpr std::size_t kStretch = 16'384;
  const std::size_t size = names_->size();
  std::vector<std::vector<NameTable::Row>> stretches((size + kStretch - 1) / kStretch);
  visitor.share(stretches.size(), [&](std::size_t number, DocumentVisitor&) {
    const std::size_t end = std::min(size, (number + 1) * kStretch);
    for (std::size_t row = number * kStretch; row < end; ++row) {
      const auto at = static_cast<NameTable::Row>(row);
      if (!store_->has_prefix(names_->prefix(at))) stretches[number].push_back(at);
    }
  });
  std::vector<NameTable::Row> rows;
  for (const auto& stretch : stretches) rows.insert(rows.end(), stretch.begin(), stretch.end());
  return rows;
}

std::vector<ObjectId> RepositoryScan::looked_at() const {
  std::vector<ObjectId> all;
  for (const Pack& pack : store_->packs()) {
    for (std::uint32_t i = 0; i < pack.index().size(); ++i) all.push_back(pack.index().id(i));
  }
  for (const LooseObject& loose : store_->loose()) all.push_back(loose.id);
  std::ranges::sort(all);
  const auto twice = std::ranges::unique(all);
  all.erase(twice.begin(), twice.end());
  std::vector<ObjectId> out;
  std::ranges::set_difference(all, unfinished_, std::back_inserter(out));
  return out;
}

}  // namespace lr::secrets::git
