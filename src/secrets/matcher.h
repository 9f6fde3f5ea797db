// Finding the exact matches of rules in bytes: stage one and stage two. Which matches there are
// depends on the bytes alone, not on how the search for them was cut into windows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "secrets/assignment.h"
#include "secrets/catalogue_impl.h"
#include "secrets/decode/spot_finder.h"
#include "secrets/document.h"
#include "secrets/path_fits.h"

namespace lr::secrets {

/// What a rule's pattern matched, before any filter.
struct Match {
  Range all;
  Range secret;
  std::uint32_t rule = 0;
  bool quoted = true;  ///< False for a bare word that was assigned.
  bool wanted = true;  ///< False for one that only stands near what match_near() was asked for.
};

/// Searches for one thread; reuses its memory from one search to the next.
class Matcher {
 public:
  /// Rules that `paths` says do not fit are not looked for; it outlives the matcher.
  /// Errors: kResourceExhausted when there is no memory for Vectorscan's scratch.
  static Result<Matcher> make(const Catalogue::Impl& catalogue, PathFits& paths);

  /// The kWhole rules that the next searches shall look for: those whose path fits.
  void set_whole(std::vector<std::uint32_t> rules) { whole_ = std::move(rules); }
  /// Every match in `bytes`, sorted by begin. `spots`, unless null, is shown all of them on the
  /// way: they are in the cache.
  const std::vector<Match>& match(std::string_view bytes, SpotFinder* spots = nullptr);
  /// Every match that touches one of the ranges or is within kKeywordReach of one, exactly those
  /// that match() would find there; and, not `wanted`, others that stand beside them. Sorted.
  const std::vector<Match>& match_near(std::string_view bytes, std::span<const Range> ranges);

 private:
  using Hit = LiteralFinder::Hit;  ///< Of an expression of the plan.
  struct Pending {                 ///< Where a kWindow rule is to be searched.
    std::size_t begin = 0, end = 0;
    std::size_t free_from = 0;    ///< Behind the rule's last match.
    std::size_t name_end = 0;     ///< kAssigned: of the last name whose value was looked at.
    std::size_t context_end = 0;  ///< kAssigned: how far names behind a keyword were looked at.
    std::size_t last_miss = 0;    ///< kAnchored: where the last attempt failed…
    std::uint32_t misses = 0;     ///< …and how many before it failed close by.
    bool active = false, touched = false;
  };

  Matcher(const Catalogue::Impl& catalogue, PathFits& paths);
  void collect(const Stage& stage, Range range);
  void collect_chunk(const Stage& stage, Range chunk, std::size_t overlap);
  void scan_database(const hs_database_t* database, std::string_view text, std::size_t after);
  bool begins_in_front(std::span<const Range> windows, std::size_t reach,
                       std::optional<std::size_t> wide) const;
  void take_hit(const Hit& hit);
  void take_tokens(const BlockBatch& batch);
  void take_anchored(std::uint32_t rule, std::size_t begin);
  void take_window(const Anchor& anchor, std::size_t literal);
  void take_assigned(const Anchor& anchor, std::size_t literal);
  void search_pending(std::uint32_t rule);
  void take_value(std::uint32_t rule, std::size_t keyword, Range value, bool quoted);
  bool is_value(std::uint32_t rule, std::string_view value) const;
  bool find_groups(std::uint32_t rule, Range where, RE2::Anchor anchor,
                   std::span<re2::StringPiece> groups) const;
  bool run_pattern(std::uint32_t rule, Range where, RE2::Anchor anchor, Match& match) const;
  Pending& state(std::uint32_t rule);
  void begin(std::string_view bytes);
  void add_window(std::uint32_t rule, Range window);
  void finish();

  const Catalogue::Impl* catalogue_;
  PathFits* paths_;
  Scratch scratch_;
  std::string_view bytes_;
  std::vector<Hit> hits_;
  std::vector<Match> matches_;
  std::vector<Pending> states_;
  std::vector<std::uint32_t> touched_;
  std::vector<std::uint32_t> whole_;
  GivenNames names_;
  std::vector<KnownRun> value_runs_;  ///< Of each of the plan's value sets.
  struct Start {
    std::size_t literal = 0, name_end = 0;
    std::optional<ValueStart> value;
  };
  Start start_;  ///< The value of the last name; shared by all rules of a keyword.
  Range name_;   ///< From a keyword to the end of the name it stands in; shared by all rules.
};

}  // namespace lr::secrets
