#include "secrets/forms.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <tuple>
#include <utility>

namespace lr::secrets {
namespace {

/// From a keyword to the value behind it: the rest of the name, the operator, quotes.
constexpr std::uint32_t kAssignmentGap = 128;

/// Literals that stand in no text, for Vectorscan's pace. How far its literal matcher steps follows
/// from the shortest: with as many as ours, one of two bytes makes it look at every byte, which is
/// a third faster than what it chooses by itself, as fewer literals share what it tells them apart
/// by.
constexpr std::string_view kPace = "\xFE\xC1";
/// Which literals share that follows from how many there are of each length: some more of eight
/// bytes leave less that has to be looked at twice, a tenth of the time
/// (bench/secrets/engine.cpp on source trees; sixty are too few, from two hundred on it gets
/// worse).
constexpr std::size_t kDecoys = 100;
constexpr std::string_view kDecoyEnd = "\xF5\xF6\xF7\xF8";
constexpr std::size_t kManyExpressions = 300;

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

constexpr auto kCredentialWords = std::to_array<std::string_view>(
    {"key", "token", "secret", "passw", "passphrase", "pwd", "auth", "cred", "bearer"});

/// Of two bytes that may begin a word: letters of both cases are one.
constexpr std::size_t pair_of(char a, char b) {
  return (static_cast<std::uint8_t>(a) & 31u) << 5 | (static_cast<std::uint8_t>(b) & 31u);
}

/// Which words may begin with a pair: bit i for word i.
constexpr auto kCredentialsAt = [] {
  static_assert(kCredentialWords.size() <= 16);
  std::array<std::uint16_t, 1024> table{};
  for (std::size_t i = 0; i < kCredentialWords.size(); ++i) {
    auto& words = table[pair_of(kCredentialWords[i][0], kCredentialWords[i][1])];
    words = static_cast<std::uint16_t>(words | 1u << i);
  }
  return table;
}();

std::string decoy(std::size_t number) {
  static constexpr std::string_view kDigits = "\xFE\xC1\xFF\xC0\xF5\xF6\xF7\xF8";
  std::string text;
  for (std::size_t i = 0; i < kDecoyEnd.size(); ++i, number /= kDigits.size()) {
    text += kDigits[number % kDigits.size()];
  }
  return text.append(kDecoyEnd);
}

class Planner {
 public:
  explicit Planner(std::span<const Rule> rules) : rules_(rules) {}

  Plan plan() {
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
      Form form = rules_[i].assigned.empty() ? plan_pattern(i) : plan_assigned(i);
      form.reach = std::min(form.reach, kMatchMax + kKeywordReach);
      plan_.forms.push_back(form);
    }
    if (expressions_.size() >= kManyExpressions) {
      add_for_pace(kPace);
      for (std::size_t i = 0; i < kDecoys; ++i) add_for_pace(decoy(i));
    }
    for (auto& [key, wanted] : expressions_) {
      plan_.expressions.push_back(std::move(wanted.expression));
      plan_.anchor_begins.push_back(static_cast<std::uint32_t>(plan_.anchors.size()));
      plan_.anchors.insert(plan_.anchors.end(), wanted.anchors.begin(), wanted.anchors.end());
    }
    plan_.anchor_begins.push_back(static_cast<std::uint32_t>(plan_.anchors.size()));
    return std::move(plan_);
  }

 private:
  struct Wanted {
    Expression expression;
    std::vector<Anchor> anchors;
  };

  void add_for_pace(std::string_view literal) {
    const std::string text(literal);
    expressions_[{text, "", false}].expression = {text, "", false,
                                                  static_cast<std::uint32_t>(literal.size())};
  }

  void add(Expression expression, Anchor anchor) {
    Wanted& wanted = expressions_[{expression.literal, expression.pattern, expression.caseless}];
    wanted.expression = std::move(expression);
    wanted.anchors.push_back(anchor);
  }

  void add_literal(const Literal& literal, Anchor anchor) {
    anchor.length = static_cast<std::uint32_t>(literal.text.size());
    add({literal.text, "", literal.caseless, anchor.length}, anchor);
  }

  /// Without those that hold another one: "splunk_token" is found where "splunk" is.
  static std::vector<std::string> least_keywords(const Rule& rule) {
    std::vector<std::string> all;
    for (const std::string& keyword : rule.keywords) all.push_back(in_lower_case(keyword));
    std::vector<std::string> least;
    for (const std::string& word : all) {
      const bool held = std::ranges::any_of(all, [&](const std::string& other) {
        const bool finds_as_much = is_credential_word(word) || !is_credential_word(other);
        return other.size() < word.size() && finds_as_much && word.find(other) != std::string::npos;
      });
      if (!held) least.push_back(word);
    }
    return least;
  }

  static Form sized(Width width, const Rule& rule) {
    Form form;
    form.min_width = width.min;
    form.max_width = rule.max_width != 0 ? rule.max_width : std::min(width.max, kMatchMax);
    form.reach = form.max_width;
    return form;
  }

  static ByteSet bytes_of(std::span<const Literal> literals) {
    ByteSet set;
    for (const Literal& literal : literals) {
      for (char c : literal.text) set.set(static_cast<std::uint8_t>(c));
    }
    return set;
  }

  Form plan_pattern(std::uint32_t index) {
    const Rule& rule = rules_[index];
    Form form;
    if (rule.pattern.empty()) {
      form.how = How::kPath;
      return form;
    }
    const auto tree = parse_pattern(rule.pattern);
    if (!tree) {  // Only Vectorscan understands it.
      form = sized({0, kUnbounded}, rule);
      form.needs_keyword = !rule.keywords.empty();
      form.reach += kKeywordReach;
      add({"", rule.pattern, false, kUnbounded}, {index, 0, 0, form.max_width, false, false});
      return form;
    }
    form = sized(pattern_width(*tree), rule);
    const auto anchors = pattern_anchors(*tree);
    form.rare = rare_bytes(*tree, anchors ? bytes_of(anchors->literals) : ByteSet());
    const bool usable = anchors && anchors->bits >= kLiteralBitsMin;
    form.needs_keyword = !rule.keywords.empty() && !holds_keyword(rule, anchors);
    if (form.needs_keyword) form.reach += kKeywordReach;
    if (usable) {
      form.how = anchors->min_offset == anchors->max_offset ? How::kAnchored : How::kWindow;
      if (form.how == How::kAnchored) form.outline = outline_of(*tree, plan_.sets);
      form.before = bytes_before(*tree, {anchors->min_offset, anchors->max_offset});
      // Rules of long reach are searched for in wide windows, where literals are found sooner.
      const bool is_token = form.how == How::kAnchored && form.reach <= kShortReach;
      if (is_token && plan_.tokens.add(index, *tree, form.outline, plan_.sets)) {
        return form;
      }
      const std::uint32_t max_offset = std::min(anchors->max_offset, form.max_width);
      for (const Literal& literal : anchors->literals) {
        add_literal(literal, {index, 0, anchors->min_offset, max_offset, false, false});
      }
      return form;
    }
    return plan_without_literal(index, *tree, form);
  }

  /// Nothing rare stands in every match: what else narrows it down?
  Form plan_without_literal(std::uint32_t index, const PatternNode& tree, Form form) {
    const Rule& rule = rules_[index];
    if (!rule.path.empty()) {
      form.how = How::kWhole;
      return form;
    }
    form.how = How::kWindow;
    form.run = inner_run(tree, plan_.sets);
    if (!rule.keywords.empty()) {
      for (const std::string& text : least_keywords(rule)) {
        add_literal({text, true}, {index, 0, 0, 0, true, false});
      }
      return form;
    }
    const std::string relaxed = relaxed_pattern(tree);
    const auto relaxed_tree = parse_pattern(relaxed);
    const Width width = relaxed_tree ? pattern_width(*relaxed_tree) : Width{0, kUnbounded};
    add({"", relaxed, false, width.max},
        {index, 0, width.min, std::min(width.max, form.max_width), false, false});
    return form;
  }

  /// Every anchor literal holds a keyword, so that a match always does.
  static bool holds_keyword(const Rule& rule, const std::optional<AnchorSet>& anchors) {
    if (!anchors) return false;
    return std::ranges::all_of(anchors->literals, [&](const Literal& literal) {
      const std::string text = in_lower_case(literal.text);
      return std::ranges::any_of(rule.keywords, [&](const std::string& keyword) {
        return text.find(in_lower_case(keyword)) != std::string::npos;
      });
    });
  }

  std::uint16_t value_set(const ByteSet& bytes) {
    const auto known = std::ranges::find(plan_.value_sets, bytes);
    const auto number = static_cast<std::uint16_t>(known - plan_.value_sets.begin());
    if (known == plan_.value_sets.end()) plan_.value_sets.push_back(bytes);
    return number;
  }

  Form plan_assigned(std::uint32_t index) {
    const Rule& rule = rules_[index];
    const auto tree = parse_pattern(rule.assigned);
    Form form = sized(tree ? pattern_width(*tree) : Width{1, kUnbounded}, rule);
    form.how = How::kAssigned;
    ByteSet bytes;
    for (unsigned c = 0; c < 256; ++c) {
      const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      bytes.set(c, word || c == '_');
    }
    if (tree) {
      bytes |= pattern_bytes(*tree);
      form.value_runs = byte_runs(*tree);
    }
    form.value_set = value_set(bytes);
    form.reach += kKeywordReach + kAssignmentGap;
    for (const std::string& text : least_keywords(rule)) {
      add_literal({text, true}, {index, 0, 0, 0, false, is_credential_word(text)});
    }
    return form;
  }

  std::span<const Rule> rules_;
  Plan plan_;
  /// By literal, pattern and whether the case does not matter.
  std::map<std::tuple<std::string, std::string, bool>, Wanted> expressions_;
};

}  // namespace

bool is_credential_word(std::string_view word) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (; word.size() >= 3; word.remove_prefix(1)) {
    std::uint32_t words = kCredentialsAt[pair_of(word[0], word[1])];
    for (; words != 0; words &= words - 1) {
      const auto first = static_cast<std::size_t>(std::countr_zero(words));
      const std::string_view known = kCredentialWords[first];
      const std::string_view here = word.substr(0, known.size());
      if (std::ranges::equal(here, known, {}, lower)) return true;
    }
  }
  return false;
}

std::vector<std::uint32_t> rules_without_literal(const Plan& plan) {
  std::vector<std::uint32_t> rules;
  for (const Anchor& anchor : plan.anchors) {
    if (anchor.length == 0) rules.push_back(anchor.rule);
  }
  return rules;
}

Plan make_plan(std::span<const Rule> rules) { return Planner(rules).plan(); }

}  // namespace lr::secrets
