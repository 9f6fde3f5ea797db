#include "secrets/git/provenance.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "secrets/git/history.h"
#include "secrets/git/index_file.h"

namespace lr::secrets::git {
namespace {

using Row = History::Row;
using Number = History::Number;

/// What is found out about one object.
struct Origin {
  bool known = false;
  ObjectId commit;
  std::string path;  ///< Only of blobs.
  std::string author;
  std::string time;
  std::string ref;
  std::string reachability;
};

class Search {
 public:
  Search(RepositoryScan& scan, std::vector<ObjectId> targets)
      : scan_(scan),
        targets_(std::move(targets)),
        origins_(targets_.size()),
        history_(scan, targets_) {}

  std::vector<Origin> run() {
    for (std::uint32_t i = 0; i < targets_.size(); ++i) {
      if (const Number number = history_.commit(targets_[i]); number != History::kNone) {
        found_in(number, i);
      } else if (const History::Tag* tag = history_.tag(targets_[i])) {
        found_as_tag(*tag, i);
      }
    }
    search_trees();
    search_refs();
    for (const std::string& git_dir : scan_.layout().checkouts()) search_index(git_dir);
    for (Origin& origin : origins_) {
      if (!origin.known) origin.reachability = reach_name(Reach::kUnreachable);
    }
    return std::move(origins_);
  }

 private:
  struct Frame {
    Row tree;
    std::uint32_t next;
  };

  std::string ref_name(std::uint32_t ref) const {
    return ref == History::kNone ? std::string{} : scan_.refs().refs[ref].name;
  }

  void set_author(Origin& origin, std::string_view line) {
    const Person person = parse_person(line);
    origin.author = person.name_and_mail;
    origin.time = format_time(person);
  }

  void found_in(Number number, std::uint32_t target) {
    Origin& origin = origins_[target];
    const History::Commit& commit = history_.commits()[number];
    origin.known = true;
    ++found_;
    origin.commit = commit.id;
    origin.ref = ref_name(commit.ref);
    origin.reachability = reach_name(commit.reach);
    const auto object = scan_.store().read(commit.id);
    if (!object) return;
    if (const auto text = parse_commit(object->content.view(), scan_.layout().kind)) {
      set_author(origin, text->author);
    }
  }

  /// A tag counts as published when the commit it names is: who pushed that may have pushed it.
  void found_as_tag(const History::Tag& tag, std::uint32_t target) {
    Origin& origin = origins_[target];
    const auto& refs = scan_.refs().refs;
    const auto ref = std::ranges::find(refs, targets_[target], &Ref::target);
    const Number number = history_.commit(tag.target);
    origin.known = true;
    ++found_;
    set_author(origin, tag.tagger);
    if (ref == refs.end()) {
      origin.reachability = reach_name(Reach::kUnreachable);
      return;
    }
    origin.ref = ref->name;
    const bool published =
        number != History::kNone && history_.commits()[number].reach == Reach::kPublished;
    origin.reachability = reach_name(published ? Reach::kPublished : Reach::kLocal);
    if (number != History::kNone) origin.commit = history_.commits()[number].id;
  }

  /// Enters every tree once, from the commits in their order: the first way to a target is the
  /// answer.
  void search_trees() {
    entered_.assign(history_.rows(), false);
    for (const Number number : history_.order()) {
      if (found_ == targets_.size()) return;
      enter(number, history_.row(history_.commits()[number].tree));
      while (!stack_.empty()) {
        const auto children = history_.subtrees(stack_.back().tree);
        if (stack_.back().next == children.size()) {
          stack_.pop_back();
        } else {
          enter(number, children[stack_.back().next++]);
        }
      }
    }
  }

  void enter(Number number, Row tree) {
    if (tree >= entered_.size() || entered_[tree]) return;
    entered_[tree] = true;
    stack_.push_back({tree, 0});
    for (const History::Holding& holding : history_.holdings(tree)) {
      if (origins_[holding.target].known) continue;
      found_in(number, holding.target);
      if (history_.row(targets_[holding.target]) != tree) {
        origins_[holding.target].path = path_to(number, targets_[holding.target]);
      }
    }
  }

  /// The names along the trees of the stack, and the target's own; "" for a tree.
  std::string path_to(Number number, const ObjectId& target) {
    std::string path;
    ObjectId tree = history_.commits()[number].tree;
    for (std::size_t depth = 0; depth < stack_.size(); ++depth) {
      const bool last = depth + 1 == stack_.size();
      const auto object = scan_.store().read(tree);
      if (!object) return path;
      TreeReader reader(object->content.view(), scan_.layout().kind);
      bool found = false;
      for (TreeEntry entry; !found && reader.next(entry);) {
        found = last ? entry.id == target : history_.row(entry.id) == stack_[depth + 1].tree;
        if (!found) continue;
        if (last && entry.is_tree()) return {};
        path.append(entry.name).append(last ? "" : "/");
        tree = entry.id;
      }
      if (!found) return path;
    }
    return path;
  }

  /// Refs and tags may name blobs and trees without a commit.
  void search_refs() {
    const auto& refs = scan_.refs().refs;
    for (const Ref& ref : refs) {
      const auto target = std::ranges::lower_bound(targets_, history_.peeled(ref.target));
      if (target == targets_.end() || *target != history_.peeled(ref.target)) continue;
      Origin& origin = origins_[static_cast<std::size_t>(target - targets_.begin())];
      if (origin.known) continue;
      origin.known = true;
      origin.ref = ref.name;
      origin.reachability = reach_name(reach_of(ref.name, scan_.layout().bare));
    }
  }

  void search_index(const std::string& git_dir) {
    const auto entries = read_index(git_dir, scan_.layout().kind);
    if (!entries) return;
    for (std::uint32_t i = 0; i < targets_.size(); ++i) {
      const auto entry = std::ranges::find(*entries, targets_[i], &IndexEntry::id);
      if (entry == entries->end()) continue;
      Origin& origin = origins_[i];
      const bool weak =
          !origin.known || origin.reachability == "reflog" || origin.reachability == "unreachable";
      if (!weak) continue;
      origin = {};
      origin.known = true;
      origin.path = entry->path;
      origin.reachability = "staged";
    }
  }

  RepositoryScan& scan_;
  std::vector<ObjectId> targets_;  ///< Sorted.
  std::vector<Origin> origins_;
  History history_;
  std::vector<bool> entered_;
  std::vector<Frame> stack_;
  std::size_t found_ = 0;
};

void complete(Place& place, const Origin& origin, const RepositoryScan& scan) {
  if (!origin.commit.zero()) place.commit = hex(origin.commit, scan.layout().kind);
  place.author = origin.author;
  place.time = origin.time;
  place.ref = origin.ref;
  place.reachability = origin.reachability;
  if (!origin.path.empty()) place.path = scan.prefix() + origin.path;
}

}  // namespace

void locate_in(RepositoryScan& scan, std::span<Place*> places) {
  std::map<ObjectId, std::vector<Place*>> asked;
  for (Place* place : places) {
    if (place->surface != Surface::kGit || !place->reachability.empty()) continue;
    const auto id = parse_hex(place->object, scan.layout().kind);
    if (id && scan.store().has(*id)) asked[*id].push_back(place);
  }
  if (asked.empty()) return;
  std::vector<ObjectId> targets;
  for (const auto& row : asked) targets.push_back(row.first);
  const std::vector<Origin> origins = Search(scan, targets).run();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    for (Place* place : asked[targets[i]]) complete(*place, origins[i], scan);
  }
}

}  // namespace lr::secrets::git
