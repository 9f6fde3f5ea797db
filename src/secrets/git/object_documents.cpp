#include "secrets/git/object_documents.h"

#include <algorithm>
#include <utility>

#include "secrets/git/folder.h"

namespace lr::secrets::git {
namespace {

constexpr std::size_t kPersons = 1'000'000;  ///< Remembered; further ones may be said again.
constexpr std::size_t kLfsPointerBytes = 1024;
constexpr std::string_view kLfsVersion = "version https://git-lfs.github.com/spec/";
constexpr std::string_view kLfsDigest = "oid sha256:";

/// Whether something new touches [begin, end): asked in ascending order.
class ChangeCursor {
 public:
  explicit ChangeCursor(std::span<const Range> changed) : left_(changed) {}
  bool touches(std::size_t begin, std::size_t end) {
    while (!left_.empty() && left_.front().end < begin) left_ = left_.subspan(1);
    return !left_.empty() && left_.front().begin <= end;
  }
  /// Nothing behind what was asked about touches any.
  bool behind_all() const { return left_.empty(); }

 private:
  std::span<const Range> left_;
};

}  // namespace

ObjectDocuments::ObjectDocuments(HashKind kind, std::string prefix, NameTable& names,
                                 DocumentVisitor& visitor, Coverage& coverage)
    : kind_(kind),
      prefix_(std::move(prefix)),
      names_(names),
      paths_(names),
      visitor_(&visitor),
      coverage_(coverage) {}

ObjectDocuments::ObjectDocuments(const ObjectDocuments& whole, DocumentVisitor& visitor,
                                 std::size_t naming)
    : kind_(whole.kind_),
      prefix_(whole.prefix_),
      whole_(&whole),
      own_names_(std::make_unique<NameTable>(naming)),
      names_(*own_names_),
      paths_(whole.paths_),
      visitor_(&visitor),
      coverage_(own_coverage_),
      shallow_(whole.shallow_) {}

void ObjectDocuments::absorb(ObjectDocuments& part, DocumentVisitor& visitor) {
  DocumentVisitor* const own = std::exchange(visitor_, &visitor);
  const std::vector<bool> fresh = names_.absorb(part.names_);
  for (const NewNames& news : part.new_names_) {
    std::string text;
    for (std::uint32_t name = news.begin; name < news.end; ++name) {
      if (fresh[name]) text.append(part.names_.name(name)).push_back('\n');
    }
    hand_out(news.tree, "file names", text);
  }
  for (const NewPersons& news : part.new_persons_) {
    say_persons(news.commit, fresh_person(news.author), fresh_person(news.committer));
  }
  visitor_ = own;
  // Large, and parts are many.
  part.own_names_.reset();
  part.persons_ = {};
}

void ObjectDocuments::settle(const ObjectDocuments& part) {
  for (const ObjectId& id : part.mended_) failures_.erase(id);
  for (const auto& [id, reason] : part.failures_) failures_.try_emplace(id, reason);
  lfs_pointers_.insert(lfs_pointers_.end(), part.lfs_pointers_.begin(), part.lfs_pointers_.end());
  coverage_.add(part.coverage_);
}

void ObjectDocuments::object(const ReadObject& object) {
  ++coverage_.objects;
  if (!failures_.empty()) failures_.erase(object.id);
  if (whole_ != nullptr && whole_->failed(object.id)) mended_.push_back(object.id);
  switch (object.type) {
    case ObjectType::kCommit:
      return visit_commit(object);
    case ObjectType::kTag:
      return visit_tag(object);
    case ObjectType::kTree:
      return visit_tree(object);
    case ObjectType::kBlob:
    case ObjectType::kNone:
      return visit_blob(object);
  }
}

void ObjectDocuments::unreadable(const ObjectId& id, const std::string& reason) {
  failures_.try_emplace(id, reason);
}

std::vector<ObjectId> ObjectDocuments::report_failures() {
  std::vector<ObjectId> ids;
  for (const auto& failure : failures_) ids.push_back(failure.first);
  std::ranges::sort(ids);
  for (const ObjectId& id : ids) {
    coverage_.skip(prefix_ + "object " + hex(id, kind_), failures_[id]);
  }
  failures_.clear();
  return ids;
}

Document ObjectDocuments::document(const ObjectId& id, std::string_view path,
                                   std::string_view bytes) {
  object_hex_ = id.zero() ? std::string{} : hex(id, kind_);
  path_.assign(prefix_).append(path);
  return {
      .surface = Surface::kGit, .path = path_, .object = object_hex_, .bytes = bytes, .via = {}};
}

void ObjectDocuments::hand_out(const ObjectId& id, std::string_view path, std::string_view bytes) {
  if (!bytes.empty()) visitor_->visit(document(id, path, bytes));
}

void ObjectDocuments::text(std::string_view path, std::string_view bytes) {
  hand_out({}, path, bytes);
}

void ObjectDocuments::file(std::string_view path, std::string_view bytes) {
  if (bytes.empty()) return;
  Document whole = document({}, {}, bytes);
  whole.path = path;
  visitor_->visit(whole);
}

void ObjectDocuments::blob(const ObjectId& id, std::string_view path, std::string_view bytes) {
  note_lfs_pointer(id, bytes, path);
  hand_out(id, path, bytes);
}

/// The person, or "" when they were said before.
std::string_view ObjectDocuments::fresh_person(std::string_view person) {
  if (person.empty() || persons_.size() >= kPersons) return person;
  const auto [known, fresh] = persons_.emplace(person);
  return fresh ? std::string_view(*known) : std::string_view{};
}

void ObjectDocuments::say_persons(const ObjectId& commit, std::string_view author,
                                  std::string_view committer) {
  if (author.empty() && committer.empty()) return;
  // Of a million persons one may be said twice, so that they are not kept here.
  if (whole_ != nullptr && persons_.size() < kPersons) {
    new_persons_.push_back({commit, author, committer});
    return;
  }
  std::string persons(author);
  if (!committer.empty()) persons.append(persons.empty() ? "" : "\n").append(committer);
  hand_out(commit, "commit author", persons);
}

/// Names that names_ has since this tree.
void ObjectDocuments::say_names(const ObjectId& tree, std::uint32_t begin, std::uint32_t end) {
  if (begin == end) return;
  if (whole_ != nullptr) return new_names_.push_back({tree, begin, end});
  std::string text;
  for (std::uint32_t name = begin; name < end; ++name) {
    text.append(names_.name(name)).push_back('\n');
  }
  hand_out(tree, "file names", text);
}

void ObjectDocuments::visit_commit(const ReadObject& object) {
  const auto commit = parse_commit(object.bytes, kind_);
  if (!commit) return hand_out(object.id, "malformed commit", object.bytes);
  names_.expect(commit->tree);
  if (!std::ranges::binary_search(shallow_, object.id)) {
    for (const ObjectId& parent : commit->parents) names_.expect(parent);
  }
  const std::string_view author = fresh_person(parse_person(commit->author).name_and_mail);
  const std::string_view committer = fresh_person(parse_person(commit->committer).name_and_mail);
  say_persons(object.id, author, committer);
  hand_out(object.id, "commit message", commit->content);
}

void ObjectDocuments::visit_tag(const ReadObject& object) {
  const auto tag = parse_tag(object.bytes, kind_);
  if (!tag) return hand_out(object.id, "malformed tag", object.bytes);
  names_.expect(tag->target);
  hand_out(object.id, "tag message", tag->content);
}

void ObjectDocuments::visit_tree(const ReadObject& object) {
  const NameTable::Row row = names_.row(object.id);
  TreeReader reader(object.bytes, kind_);
  ChangeCursor changes(object.changed);
  const std::uint32_t names_before = names_.names();
  for (TreeEntry entry; reader.next(entry);) {
    if (object.base && !changes.touches(entry.begin, entry.end)) {
      if (changes.behind_all()) break;  // The rest is the base's own.
      continue;
    }
    bool fresh = false;
    const std::uint32_t name = names_.intern(entry.name, fresh);
    // A submodule's commit is an object of another repository.
    if (!entry.is_submodule()) names_.call(entry.id, row, name);
  }
  if (reader.malformed()) return hand_out(object.id, "malformed tree", object.bytes);
  say_names(object.id, names_before, names_.names());
}

void ObjectDocuments::visit_blob(const ReadObject& object) {
  if (object.bytes.empty()) return;
  std::string path = paths_.path(object.id);
  const bool same_name = object.base && paths_.same_path(object.id, *object.base);
  note_lfs_pointer(object.id, object.bytes, path);
  if (path.empty()) path = "object without a name";
  const Document whole = document(object.id, path, object.bytes);
  // Rules may look at the path, so only under the base's own name is what it had old news.
  if (same_name) {
    visitor_->visit_changed(whole, object.changed);
  } else {
    visitor_->visit(whole);
  }
}

void ObjectDocuments::note_lfs_pointer(const ObjectId& id, std::string_view bytes,
                                       std::string_view path) {
  if (bytes.size() > kLfsPointerBytes || !bytes.starts_with(kLfsVersion)) return;
  for (const std::string_view line : lines_of(bytes)) {
    if (!line.starts_with(kLfsDigest)) continue;
    const std::string_view digest = trimmed(line.substr(kLfsDigest.size()));
    if (!parse_hex(digest, HashKind::kSha256)) continue;
    lfs_pointers_.push_back({id, std::string(digest), std::string(path)});
  }
}

}  // namespace lr::secrets::git
