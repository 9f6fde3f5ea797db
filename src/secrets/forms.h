// From rules to a plan of matching: for each rule what stage one looks for and how stage two
// confirms it. A pure function of the rules, so that a database built with the program fits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "secrets/byte_runs.h"
#include "secrets/outline.h"
#include "secrets/pattern.h"
#include "secrets/rule.h"
#include "secrets/token_index.h"

namespace lr::secrets {

/// No match is longer; patterns without an upper bound are cut here.
inline constexpr std::uint32_t kMatchMax = 16 * 1024;
/// Rules whose matches and surroundings fit are looked for in short windows around a change.
inline constexpr std::uint32_t kShortReach = 512;
/// Those that fit into this are looked for in wider ones, and only the few others in the widest.
inline constexpr std::uint32_t kMiddleReach = 2048;
/// How far before a match a keyword may stand.
inline constexpr std::uint32_t kKeywordReach = 128;

/// Literals that stand more often than once in 2^11 bytes of ordinary text are not worth stopping
/// at: two letters and a digit are enough, two letters are not.
inline constexpr double kLiteralBitsMin = 11;

/// How stage two finds the exact match.
enum class How : std::uint8_t {
  kAnchored,  ///< It starts at a known distance before the literal.
  kWindow,    ///< It is somewhere around the literal.
  kAssigned,  ///< A value given to a name.
  kWhole,     ///< No literal to look for, but few paths: all of those documents is searched.
  kPath,      ///< The path alone.
};

struct Form {
  How how = How::kWindow;
  std::uint32_t min_width = 0;
  std::uint32_t max_width = kMatchMax;
  std::uint32_t reach = 0;      ///< A change farther away than this does not matter to a match.
  bool needs_keyword = false;   ///< The pattern does not hold a keyword by itself.
  std::uint16_t value_set = 0;  ///< kAssigned: what a value is made of, in Plan::value_sets.
  std::optional<std::vector<ByteRun>> value_runs;  ///< kAssigned: the pattern, if it is that plain.
  Outline outline;                                 ///< kAnchored: how a match begins.
  ByteSet before;    ///< kWindow: what stands in front of the literal.
  InnerRun run;      ///< kWindow: what a match holds.
  std::string rare;  ///< kAnchored, kWindow: bytes that every match holds.
};

/// What a hit of an expression means for one rule.
struct Anchor {
  std::uint32_t rule = 0;
  std::uint32_t length = 0;      ///< Of the literal; 0 when the expression is a pattern.
  std::uint32_t min_offset = 0;  ///< From the match's first byte to the literal's first.
  std::uint32_t max_offset = 0;
  bool keyword = false;    ///< The literal is a keyword that stands in or before the match.
  bool name_only = false;  ///< kAssigned: the keyword is part of the name that is given the value.
};

/// One expression of stage one: a literal, or a pattern for want of one.
struct Expression {
  std::string literal{};
  std::string pattern{};  ///< In Vectorscan's syntax; "" for a literal.
  bool caseless = false;
  std::uint32_t width = 0;  ///< Longest match, or kUnbounded.
};

struct Plan {
  std::vector<Form> forms;              ///< One for each rule.
  std::vector<Expression> expressions;  ///< Sorted: the same for the same rules.
  /// Of all expressions, one behind the other: every hit asks for them, so they stand close
  /// together. Those of expression i begin at anchor_begins[i].
  std::vector<Anchor> anchors;
  std::vector<std::uint32_t> anchor_begins;
  SetTable sets;                    ///< Of the outlines.
  std::vector<ByteSet> value_sets;  ///< Few: most rules' values are made of the same bytes.
  TokenIndex tokens;                ///< kAnchored rules that no expression is needed for.

  /// What a hit of an expression means; nothing for one that is only there for Vectorscan's pace.
  std::span<const Anchor> anchors_of(std::uint32_t expression) const {
    const std::uint32_t begin = anchor_begins[expression];
    return std::span(anchors).subspan(begin, anchor_begins[expression + 1] - begin);
  }
};

Plan make_plan(std::span<const Rule> rules);

/// Rules that stage one would have to look for with their whole pattern, for want of a literal, a
/// keyword or a path. One of them can cost more than all others together, so they are refused.
std::vector<std::uint32_t> rules_without_literal(const Plan& plan);

/// Whether a name with this word is one that holds credentials: "key", "token", "secret"…
bool is_credential_word(std::string_view word);

}  // namespace lr::secrets
