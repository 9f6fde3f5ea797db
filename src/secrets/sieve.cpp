#include "secrets/sieve.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "secrets/outline.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kWordsMax = 64;
constexpr std::size_t kWordMin = 3;
/// As many are looked for one by one.
constexpr std::size_t kPlainMax = 3;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

Sieve::Sieve(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) add(pattern);
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::string& text = words_[i].text;
    words_at_[pair_of(text[0], text[1])] |= 1ull << i;
    with_third_[static_cast<std::uint8_t>(text[2]) & 31u] |= 1ull << i;
  }
  plain_ = words_.size() <= kPlainMax && std::ranges::none_of(words_, &Literal::caseless);
}

void Sieve::add(std::string_view pattern) {
  const auto tree = parse_pattern(pattern);
  always_ = always_ || !tree || !(add_words(*tree) || add_signs(*tree));
}

bool Sieve::add_words(const PatternNode& tree) {
  const auto anchors = pattern_anchors(tree);
  if (!anchors || words_.size() + anchors->literals.size() > kWordsMax) return false;
  const auto is_short = [](const Literal& word) { return word.text.size() < kWordMin; };
  if (std::ranges::any_of(anchors->literals, is_short)) return false;
  words_.insert(words_.end(), anchors->literals.begin(), anchors->literals.end());
  return true;
}

bool Sieve::add_signs(const PatternNode& tree) {
  signs_.push_back(certain_signs(tree));
  return !signs_.back().empty();
}

bool Sieve::holds_word(std::string_view text) const {
  if (plain_) {
    return std::ranges::any_of(words_,
                               [&](const Literal& word) { return text.contains(word.text); });
  }
  for (; text.size() >= kWordMin; text.remove_prefix(1)) {
    std::uint64_t left = words_at_[pair_of(text[0], text[1])] &
                         with_third_[static_cast<std::uint8_t>(text[2]) & 31u];
    for (; left != 0; left &= left - 1) {
      const Literal& word = words_[static_cast<std::size_t>(std::countr_zero(left))];
      const std::string_view here = text.substr(0, word.text.size());
      if (std::ranges::equal(here, word.text, {}, lower, lower)) return true;
    }
  }
  return false;
}

bool Sieve::may_match(std::string_view text) const {
  if (always_) return true;
  const bool signs = std::ranges::any_of(signs_, [&](const std::string& all) {
    return std::ranges::all_of(all, [&](char c) { return text.contains(c); });
  });
  return signs || (!words_.empty() && holds_word(text));
}

bool begins_with_assertion(const PatternNode& tree) {
  switch (tree.op) {
    case PatternNode::Op::kAssertion:
      return tree.assertion == '^' || tree.assertion == 'A';
    case PatternNode::Op::kAlternate:
      return std::ranges::all_of(tree.children, begins_with_assertion);
    case PatternNode::Op::kConcat: {
      const auto first = std::ranges::find_if(tree.children, [](const PatternNode& child) {
        return child.op != PatternNode::Op::kEmpty;
      });
      return first != tree.children.end() && begins_with_assertion(*first);
    }
    default:
      return false;
  }
}

}  // namespace lr::secrets
