#include "secrets/small_patterns.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace lr::secrets {
namespace {

/// Between the edges of lines and of the text is told by RE2, and what it takes for the same letter
/// beyond ASCII.
bool is_plain(std::string_view pattern) {
  const bool ascii = std::ranges::all_of(pattern, [](char c) { return c > 0; });
  if (!ascii || pattern.contains("\\x") || pattern.contains("\\Q")) return false;
  for (std::size_t at = pattern.find("(?"); at != std::string_view::npos;
       at = pattern.find("(?", at + 1)) {
    const std::string_view flags = pattern.substr(at, pattern.find_first_of(":)<", at) - at);
    if (flags.contains('m')) return false;
  }
  return true;
}

bool has_assertion(const PatternNode& node) {
  return node.op == PatternNode::Op::kAssertion ||
         std::ranges::any_of(node.children, has_assertion);
}

bool is_empty(const PatternNode& node) { return node.op == PatternNode::Op::kEmpty; }

bool is_assertion(const PatternNode& node, char one, char other) {
  return node.op == PatternNode::Op::kAssertion &&
         (node.assertion == one || node.assertion == other);
}

}  // namespace

bool SmallPatterns::read(const PatternNode& tree, std::vector<Alternative>& alternatives) {
  if (tree.op == PatternNode::Op::kAlternate) {
    return std::ranges::all_of(tree.children,
                               [&](const PatternNode& child) { return read(child, alternatives); });
  }
  PatternNode rest = tree;
  if (rest.op != PatternNode::Op::kConcat) {
    rest = {};
    rest.op = PatternNode::Op::kConcat;
    rest.children.push_back(tree);
  }
  std::erase_if(rest.children, is_empty);
  if (rest.children.empty()) return false;
  const bool at_front = is_assertion(rest.children.front(), '^', 'A');
  if (at_front) rest.children.erase(rest.children.begin());
  const bool at_end = !rest.children.empty() && is_assertion(rest.children.back(), '$', 'z');
  if (at_end) rest.children.pop_back();
  if (has_assertion(rest)) return false;
  Places places(rest, Places::Counts::kExact, kPlaces);
  if (places.too_many() || places.may_be_empty()) return false;
  alternatives.push_back({at_front, at_end, std::move(places)});
  return true;
}

bool SmallPatterns::take(std::string_view pattern) {
  if (automata_.size() >= kAutomata || !is_plain(pattern)) return false;
  const auto tree = parse_pattern(pattern);
  std::vector<Alternative> alternatives;
  if (!tree || !read(*tree, alternatives)) return false;
  for (const Alternative& alternative : alternatives) add(alternative);
  return true;
}

void SmallPatterns::add(const Alternative& alternative) {
  const Places& places = alternative.places;
  auto room = std::ranges::find_if(automata_, [&](const Automaton& automaton) {
    return automaton.at_front == alternative.at_front && automaton.at_end == alternative.at_end &&
           automaton.size + places.size() <= kPlaces;
  });
  if (room == automata_.end()) {
    room = automata_.emplace(room);
    room->at_front = alternative.at_front;
    room->at_end = alternative.at_end;
  }
  Automaton& automaton = *room;
  const auto bits = [&](const std::vector<std::size_t>& all) {
    std::uint64_t mask = 0;
    for (const std::size_t place : all) mask |= 1ull << (automaton.size + place);
    return mask;
  };
  automaton.first |= bits(places.first());
  automaton.last |= bits(places.last());
  for (std::size_t place = 0; place < places.size(); ++place) {
    automaton.next[automaton.size + place] = bits(places.next(place));
    for_each_byte(places.set(place), [&](unsigned c) { automaton.with[c] |= bits({place}); });
  }
  automaton.size += places.size();
}

bool SmallPatterns::Automaton::found_in(std::string_view text) const {
  if (text.empty()) return false;  // No pattern that was taken matches nothing.
  if (at_end && (with[static_cast<std::uint8_t>(text.back())] & last) == 0) return false;
  const std::uint64_t always = at_front ? 0 : first;
  std::uint64_t may_come = first;
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    at = may_come & with[static_cast<std::uint8_t>(text[i])];
    if (!at_end && (at & last) != 0) return true;
    may_come = always;
    for (std::uint64_t left = at; left != 0; left &= left - 1) {
      may_come |= next[static_cast<std::size_t>(std::countr_zero(left))];
    }
    if (may_come == 0 && i + 1 < text.size()) return false;
  }
  return (at & last) != 0;
}

bool SmallPatterns::found_in(std::string_view text) const {
  return std::ranges::any_of(automata_,
                             [&](const Automaton& automaton) { return automaton.found_in(text); });
}

}  // namespace lr::secrets
