// The compiled form of a catalogue. Internal to the scanner.
#pragma once

#include <hs/hs.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/catalogue.h"
#include "secrets/forms.h"
#include "secrets/literal_edges.h"
#include "secrets/literal_finder.h"
#include "secrets/sieve.h"
#include "secrets/small_patterns.h"

namespace lr::secrets {

struct DatabaseDeleter {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct ScratchDeleter {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, DatabaseDeleter>;
using Scratch = std::unique_ptr<hs_scratch_t, ScratchDeleter>;

/// The options of every pattern: RE2 over bytes, so that invalid UTF-8 matches like anything else.
RE2::Options pattern_options();

/// A pattern that is compiled when it is first needed; safe from several threads.
class LazyPattern {
 public:
  explicit LazyPattern(std::string text) : text_(std::move(text)) {}
  const RE2& get() const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<RE2> compiled_;
};

/// Where the groups of a match are, told by the smallest pattern that can (open_counts.h), which is
/// made when first needed; safe from several threads.
class GroupPatterns {
 public:
  /// `whole` outlives it.
  explicit GroupPatterns(const LazyPattern& whole) : whole_(&whole) {}
  /// For a match of `whole` that has so many bytes.
  const RE2& get(std::size_t size) const;

 private:
  struct Open {
    std::uint32_t longest = 0;
    std::unique_ptr<LazyPattern> pattern;
  };
  const LazyPattern* whole_;
  mutable std::once_flag once_;
  mutable std::vector<Open> open_;  ///< For longer and longer matches.
};

/// Patterns of which any may match: two automata when they fit, compiled when first needed; safe
/// from several threads.
class AnyPattern {
 public:
  explicit AnyPattern(std::vector<std::string> texts) : texts_(std::move(texts)) {}
  bool empty() const { return texts_.empty(); }
  bool found_in(std::string_view text) const;

  /// Where matches begin: `pattern` matches wherever one of the patterns does, in at most `width`
  /// bytes, and says nothing about what stands around.
  struct Start {
    std::unique_ptr<RE2> pattern;
    std::uint32_t width = 0;
    std::string signs;  ///< Every match of any pattern holds these.
  };
  /// Null when there is none that is worth asking.
  const Start* start() const;

 private:
  struct Group {
    explicit Group(const std::vector<std::string>& texts);
    bool found_in(std::string_view text) const;
    Sieve sieve;
    std::vector<std::unique_ptr<RE2>> compiled;
  };
  void compile() const;
  void compile_start() const;

  std::vector<std::string> texts_;
  mutable std::once_flag once_;
  mutable SmallPatterns small_;  ///< Those that no literal is known of, and those at the front.
  mutable std::vector<std::unique_ptr<Group>> groups_;  ///< The others.
  mutable std::once_flag start_once_;
  mutable std::optional<Start> start_;
};

/// The patterns of one allowlist.
struct AllowlistPatterns {
  explicit AllowlistPatterns(const Allowlist& list) : patterns(list.patterns), paths(list.paths) {}
  AnyPattern patterns;
  AnyPattern paths;
};

/// The patterns of one rule; null where it has none.
struct RulePatterns {
  std::unique_ptr<LazyPattern> pattern;   ///< Or the value of an assigned rule.
  std::unique_ptr<GroupPatterns> groups;  ///< Of `pattern`.
  std::unique_ptr<LazyPattern> path;
  std::unique_ptr<LazyEdges> edges;  ///< kWindow: of its literals.
  std::vector<std::unique_ptr<AllowlistPatterns>> allowlists;
};

/// Stage one over some of the expressions; the id of an expression is its index in the plan.
struct Stage {
  Database database;                          ///< Null when there is nothing to look for.
  std::unique_ptr<LiteralFinder> literals{};  ///< In its place, where the processor can run it.
  std::uint32_t overlap = 0;                  ///< Longest expression, or kUnbounded.
  std::uint32_t reach = 0;  ///< Of `wide`: longest reach of the rules that are looked for by it.
  /// Of `wide`: what their matches are made of. A match cannot go on over any other byte.
  ByteSet bytes = ~ByteSet();
};

struct Catalogue::Impl {
  std::vector<Rule> rules;
  Plan plan;
  bool by_literals = false;       ///< LiteralFinder is the first stage, not Vectorscan.
  std::vector<Placement> places;  ///< Of the literals of the plan's expressions.
  std::vector<RulePatterns> patterns;
  std::map<std::string_view, std::uint32_t> by_id;  ///< Views into `rules`.
  Stage all;
  /// The rules whose reach is over kShortReach: those up to kMiddleReach, and the others.
  std::array<Stage, 2> wide;
  std::uint32_t short_reach = 0;          ///< Longest reach of the others.
  std::vector<std::uint32_t> path_rules;  ///< kPath and kWhole.
  /// The paths of `path_rules` in their order, as one automaton; made when first needed.
  const RE2::Set& path_set() const;
  mutable std::once_flag path_set_once;
  mutable std::unique_ptr<RE2::Set> path_set_made;

  /// Everything but the stages.
  Impl(std::vector<Rule> from, FirstStage first);
  /// The literals that the expressions stand for; empty where they stand for none.
  std::vector<Literal> literals() const;
  /// Indices of the expressions of one of `wide`.
  std::vector<std::uint32_t> wide_expressions(std::size_t index) const;
  /// Which of `wide` looks for a rule; nullopt: none, its reach is short.
  std::optional<std::size_t> wide_of(std::uint32_t rule) const;
};

/// Compiles the chosen expressions for a processor (`features`: HS_CPU_FEATURES_*).
Result<Database> compile_database(const Catalogue::Impl& impl,
                                  std::span<const std::uint32_t> chosen,
                                  unsigned long long features);

}  // namespace lr::secrets
