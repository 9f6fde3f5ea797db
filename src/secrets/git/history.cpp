#include "secrets/git/history.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <tuple>
#include <utility>

namespace lr::secrets::git {
namespace {

constexpr int kTagDepth = 32;

/// Hands out what no earlier pack has.
class Once final : public ObjectFilter {
 public:
  Once(const ObjectStore& store, std::size_t pack) : store_(store), pack_(pack) {}
  bool wants(const ObjectId& id) override { return !store_.in_pack(id, pack_); }

 private:
  const ObjectStore& store_;
  std::size_t pack_;
};

/// Names that say the most come first.
int rank(std::string_view ref) {
  if (ref.ends_with("/main") || ref.ends_with("/master")) return 0;
  if (ref.ends_with("HEAD")) return 3;
  return ref.starts_with("refs/tags/") ? 2 : 1;
}

std::uint16_t first_two(const ObjectId& id) {
  return static_cast<std::uint16_t>(id.bytes[0] << 8U | id.bytes[1]);
}

}  // namespace

Reach reach_of(std::string_view ref, bool bare) {
  constexpr std::array<std::string_view, 5> kShared{"refs/remotes/", "refs/pull/",
                                                    "refs/pull-requests/", "refs/merge-requests/",
                                                    "refs/changes/"};
  for (const std::string_view prefix : kShared) {
    if (ref.starts_with(prefix)) return Reach::kPublished;
  }
  const bool head = ref == "HEAD" || ref.ends_with("/HEAD");
  if (!head && ref.find("refs/") == std::string_view::npos) return Reach::kReflog;
  return bare && ref != "refs/stash" ? Reach::kPublished : Reach::kLocal;
}

std::string_view reach_name(Reach reach) {
  switch (reach) {
    case Reach::kPublished:
      return "published";
    case Reach::kLocal:
      return "local";
    case Reach::kReflog:
      return "reflog";
    case Reach::kUnreachable:
      break;
  }
  return "unreachable";
}

History::History(RepositoryScan& scan, const std::vector<ObjectId>& targets)
    : scan_(scan), rows_(scan.names().size()) {
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    targets_.emplace(targets[i], i);
    maybe_target_.set(first_two(targets[i]));
  }
  read_all();
  std::ranges::sort(holdings_, {}, [](const Holding& h) { return std::pair(h.tree, h.target); });
  label_all();
  sort_commits();
}

void History::read_all() {
  ObjectStore& store = scan_.store();
  for (std::size_t i = 0; i < store.packs().size(); ++i) {
    Once filter(store, i);
    PackPass(store.packs()[i], scan_.forests()[i], store, PackPass::Of::kOthers, filter)
        .read_all(*this);
  }
  for (const LooseObject& loose : store.loose()) {
    if (store.in_pack(loose.id, store.packs().size())) continue;
    const auto read = store.read_loose(loose);
    if (!read) continue;
    object({.type = read->type,
            .id = loose.id,
            .bytes = read->content.view(),
            .base = {},
            .changed = {}});
  }
}

std::uint32_t History::target(const ObjectId& id) const {
  if (!maybe_target_.test(first_two(id))) return kNone;
  const auto found = targets_.find(id);
  return found == targets_.end() ? kNone : found->second;
}

void History::object(const ReadObject& object) {
  if (object.type == ObjectType::kCommit) add_commit(object);
  if (object.type == ObjectType::kTree) add_tree(object);
  if (object.type != ObjectType::kTag) return;
  if (const auto tag = parse_tag(object.bytes, scan_.layout().kind)) {
    tags_.emplace(object.id, Tag{tag->target, std::string(tag->tagger)});
  }
}

void History::add_commit(const ReadObject& object) {
  const auto text = parse_commit(object.bytes, scan_.layout().kind);
  if (!text || !numbers_.emplace(object.id, static_cast<Number>(commits_.size())).second) return;
  Commit commit{.id = object.id, .tree = text->tree, .time = parse_person(text->author).time};
  commit.first_parent = static_cast<std::uint32_t>(parents_.size());
  commit.parents = static_cast<std::uint32_t>(text->parents.size());
  parents_.insert(parents_.end(), text->parents.begin(), text->parents.end());
  commits_.push_back(commit);
}

void History::add_tree(const ReadObject& object) {
  const Row row = rows_.row(object.id);
  if (row == kNone) return;
  if (spans_.size() <= row) spans_.resize(std::max<std::size_t>(row + 1ul, rows_.size()));
  Span span{subtrees_.size(), 0};
  if (const auto number = target(object.id); number != kNone) holdings_.push_back({row, number});
  TreeReader reader(object.bytes, scan_.layout().kind);
  for (TreeEntry entry; reader.next(entry);) {
    if (entry.is_tree()) subtrees_.push_back(rows_.row(entry.id));
    if (const auto number = target(entry.id); number != kNone) holdings_.push_back({row, number});
  }
  span.size = static_cast<std::uint32_t>(subtrees_.size() - span.begin);
  spans_[row] = span;
}

std::span<const History::Row> History::subtrees(Row tree) const {
  if (tree >= spans_.size()) return {};
  return std::span(subtrees_).subspan(spans_[tree].begin, spans_[tree].size);
}

std::span<const History::Holding> History::holdings(Row tree) const {
  const auto found = std::ranges::equal_range(holdings_, tree, {}, &Holding::tree);
  return {found.begin(), found.end()};
}

History::Number History::commit(const ObjectId& id) const {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? kNone : found->second;
}

const History::Tag* History::tag(const ObjectId& id) const {
  const auto found = tags_.find(id);
  return found == tags_.end() ? nullptr : &found->second;
}

ObjectId History::peeled(ObjectId id) const {
  for (int depth = 0; depth < kTagDepth; ++depth) {
    const Tag* next = tag(id);
    if (next == nullptr) break;
    id = next->target;
  }
  return id;
}

/// Gives the reach to every commit from `tip` on that has no stronger one.
void History::label(const ObjectId& tip, Reach reach, std::uint32_t ref) {
  std::vector<ObjectId> left{peeled(tip)};
  while (!left.empty()) {
    const Number number = commit(left.back());
    left.pop_back();
    if (number == kNone || commits_[number].reach <= reach) continue;
    commits_[number].reach = reach;
    commits_[number].ref = ref;
    for (std::uint32_t i = 0; i < commits_[number].parents; ++i) {
      left.push_back(parents_[commits_[number].first_parent + i]);
    }
  }
}

void History::label_all() {
  const auto& refs = scan_.refs().refs;
  std::vector<std::tuple<Reach, int, std::uint32_t>> tips;
  for (std::uint32_t i = 0; i < refs.size(); ++i) {
    tips.emplace_back(reach_of(refs[i].name, scan_.layout().bare), rank(refs[i].name), i);
  }
  std::ranges::sort(tips);
  for (const auto& [reach, unused, ref] : tips) label(refs[ref].target, reach, ref);
  for (const ObjectId& id : scan_.refs().remembered) label(id, Reach::kReflog, kNone);
}

/// The place of each commit when parents come first and, of those that may come next, the one
/// with the earliest author date.
std::vector<std::uint32_t> History::generations() const {
  std::vector<std::vector<Number>> children(commits_.size());
  std::vector<std::uint32_t> waiting(commits_.size(), 0);
  for (Number number = 0; number < commits_.size(); ++number) {
    for (std::uint32_t i = 0; i < commits_[number].parents; ++i) {
      const Number parent = commit(parents_[commits_[number].first_parent + i]);
      if (parent == kNone) continue;
      children[parent].push_back(number);
      ++waiting[number];
    }
  }
  using Next = std::pair<std::int64_t, Number>;
  std::priority_queue<Next, std::vector<Next>, std::greater<>> ready;
  for (Number number = 0; number < commits_.size(); ++number) {
    if (waiting[number] == 0) ready.emplace(commits_[number].time, number);
  }
  std::vector<std::uint32_t> places(commits_.size(), kNone);
  for (std::uint32_t place = 0; !ready.empty(); ++place) {
    const Number number = ready.top().second;
    ready.pop();
    places[number] = place;
    for (const Number child : children[number]) {
      if (--waiting[child] == 0) ready.emplace(commits_[child].time, child);
    }
  }
  return places;
}

void History::sort_commits() {
  const std::vector<std::uint32_t> places = generations();
  order_.resize(commits_.size());
  for (Number number = 0; number < order_.size(); ++number) order_[number] = number;
  std::ranges::sort(
      order_, {}, [&](Number number) { return std::pair(commits_[number].reach, places[number]); });
}

}  // namespace lr::secrets::git
