#include "secrets/pattern.h"

#include <algorithm>
#include <utility>

namespace lr::secrets {
namespace {

constexpr int kDepthMax = 100;

ByteSet range(unsigned first, unsigned last) {
  ByteSet set;
  for (unsigned c = first; c <= last; ++c) set.set(c);
  return set;
}

ByteSet one(char c) {
  ByteSet set;
  set.set(static_cast<std::uint8_t>(c));
  return set;
}

const ByteSet kDigitSet = range('0', '9');
const ByteSet kLowerSet = range('a', 'z');
const ByteSet kUpperSet = range('A', 'Z');
const ByteSet kWordSet = kDigitSet | kLowerSet | kUpperSet | one('_');
const ByteSet kSpaceSet = one('\t') | one('\n') | one('\f') | one('\r') | one(' ');

void fold(ByteSet& set) {
  for (unsigned c = 'a'; c <= 'z'; ++c) {
    if (set.test(c) || set.test(c - 32)) set.set(c).set(c - 32);
  }
  // Latin-1 has its capitals in the same order. 0xD7 and 0xF7 are no letters.
  for (unsigned c = 0xE0; c <= 0xFE; ++c) {
    if (c != 0xF7 && (set.test(c) || set.test(c - 32))) set.set(c).set(c - 32);
  }
}

/// \d, \w, \s and their opposites.
std::optional<ByteSet> perl_class(char c) {
  switch (c) {
    case 'd':
      return kDigitSet;
    case 'D':
      return ~kDigitSet;
    case 'w':
      return kWordSet;
    case 'W':
      return ~kWordSet;
    case 's':
      return kSpaceSet;
    case 'S':
      return ~kSpaceSet;
    default:
      return std::nullopt;
  }
}

std::optional<ByteSet> posix_class(std::string_view name) {
  if (name == "alpha") return kLowerSet | kUpperSet;
  if (name == "digit") return kDigitSet;
  if (name == "alnum") return kLowerSet | kUpperSet | kDigitSet;
  if (name == "upper") return kUpperSet;
  if (name == "lower") return kLowerSet;
  if (name == "word") return kWordSet;
  if (name == "space") return kSpaceSet | one('\v');
  if (name == "blank") return one(' ') | one('\t');
  if (name == "xdigit") return kDigitSet | range('a', 'f') | range('A', 'F');
  if (name == "punct") return range('!', '/') | range(':', '@') | range('[', '`') | range('{', '~');
  if (name == "print") return range(' ', '~');
  if (name == "graph") return range('!', '~');
  if (name == "cntrl") return range(0, 31) | range(127, 127);
  if (name == "ascii") return range(0, 127);
  return std::nullopt;
}

PatternNode bytes_node(ByteSet set) {
  PatternNode node;
  node.op = PatternNode::Op::kBytes;
  node.bytes = set;
  return node;
}

PatternNode assertion_node(char assertion) {
  PatternNode node;
  node.op = PatternNode::Op::kAssertion;
  node.assertion = assertion;
  return node;
}

PatternNode join(PatternNode::Op op, std::vector<PatternNode> children) {
  if (children.size() == 1) return std::move(children.front());
  PatternNode node;
  if (children.empty()) return node;
  node.op = op;
  node.children = std::move(children);
  return node;
}

/// Recursive descent. The first thing not understood sets failed_, and nothing after it counts.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<PatternNode> parse() {
    PatternNode node = alternation(0);
    if (failed_ || at_ != text_.size()) return std::nullopt;
    return node;
  }

 private:
  struct Flags {
    bool fold = false;
    bool dot_all = false;
  };

  bool more() const { return at_ < text_.size() && !failed_; }
  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  PatternNode give_up() {
    failed_ = true;
    return {};
  }

  PatternNode alternation(int depth) {
    if (depth > kDepthMax) return give_up();
    std::vector<PatternNode> branches;
    do {
      branches.push_back(concatenation(depth));
    } while (more() && take("|"));
    return join(PatternNode::Op::kAlternate, std::move(branches));
  }

  PatternNode concatenation(int depth) {
    std::vector<PatternNode> items;
    while (more() && text_[at_] != '|' && text_[at_] != ')') {
      if (take("\\Q")) {
        quote(items);
      } else {
        items.push_back(repeated(atom(depth)));
      }
    }
    return join(PatternNode::Op::kConcat, std::move(items));
  }

  void quote(std::vector<PatternNode>& items) {
    while (more() && !take("\\E")) items.push_back(byte(text_[at_++]));
  }

  PatternNode byte(char c) const {
    ByteSet set = one(c);
    if (flags_.fold) fold(set);
    return bytes_node(set);
  }

  PatternNode atom(int depth) {
    const char c = text_[at_++];
    switch (c) {
      case '(':
        return group(depth);
      case '[':
        return bracket();
      case '.':
        return bytes_node(flags_.dot_all ? ~ByteSet() : ~one('\n'));
      case '^':
      case '$':
        return assertion_node(c);
      case '\\':
        return escape();
      default:
        return byte(c);
    }
  }

  PatternNode group(int depth) {
    const Flags outside = flags_;
    if (take("?")) {
      if (take("P<") || take("<")) {
        while (more() && text_[at_] != '>') ++at_;
        take(">");
      } else if (!group_flags()) {
        return {};  // "(?i)": the flags stand until the enclosing group ends.
      }
    }
    PatternNode node = alternation(depth + 1);
    flags_ = outside;
    if (!take(")")) return give_up();
    return node;
  }

  /// True for "(?i:", behind which a group follows; false behind "(?i)".
  bool group_flags() {
    bool value = true;
    while (more()) {
      switch (text_[at_++]) {
        case '-':
          value = false;
          break;
        case 'i':
          flags_.fold = value;
          break;
        case 's':
          flags_.dot_all = value;
          break;
        case 'm':
        case 'U':
          break;
        case ':':
          return true;
        case ')':
          return false;
        default:
          failed_ = true;
          return false;
      }
    }
    failed_ = true;
    return false;
  }

  PatternNode escape() {
    if (!more()) return give_up();
    const char c = text_[at_];
    if (c == 'b' || c == 'B' || c == 'A' || c == 'z') {
      ++at_;
      return assertion_node(c);
    }
    if (const auto set = perl_class(c)) {
      ++at_;
      return bytes_node(*set);
    }
    const std::optional<char> literal = escaped_byte();
    return literal ? byte(*literal) : give_up();
  }

  /// Behind the backslash. nullopt: not understood.
  std::optional<char> escaped_byte() {
    const char c = text_[at_++];
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      case 'v':
        return '\v';
      case 'a':
        return '\a';
      case 'x':
        return hex_byte();
      default:
        if (kWordSet.test(static_cast<std::uint8_t>(c)) && c != '_') return std::nullopt;
        return c;
    }
  }

  std::optional<char> hex_byte() {
    const bool braces = take("{");
    unsigned value = 0;
    std::size_t digits = 0;
    for (; more() && digits < (braces ? 8u : 2u); ++digits, ++at_) {
      const char c = text_[at_];
      const char lower = static_cast<char>(c | 32);
      if (c >= '0' && c <= '9') {
        value = value * 16 + static_cast<unsigned>(c - '0');
      } else if (lower >= 'a' && lower <= 'f') {
        value = value * 16 + static_cast<unsigned>(lower - 'a') + 10;
      } else {
        break;
      }
    }
    if (digits == 0 || value > 255 || (braces && !take("}"))) return std::nullopt;
    return static_cast<char>(value);
  }

  PatternNode bracket() {
    const bool negated = take("^");
    ByteSet set;
    for (bool first = true; more() && (first || text_[at_] != ']'); first = false) {
      if (take("[:")) {
        const std::size_t end = text_.find(":]", at_);
        if (end == std::string_view::npos) return give_up();
        const bool inverse = take("^");
        const auto named = posix_class(text_.substr(at_, end - at_));
        if (!named) return give_up();
        set |= inverse ? ~*named : *named;
        at_ = end + 2;
      } else if (!bracket_range(set)) {
        return give_up();
      }
    }
    if (!take("]")) return give_up();
    if (flags_.fold) fold(set);
    return bytes_node(negated ? ~set : set);
  }

  bool bracket_range(ByteSet& set) {
    char first = text_[at_++];
    if (first == '\\') {
      if (!more()) return false;
      if (const auto named = perl_class(text_[at_])) {
        ++at_;
        set |= *named;
        return true;
      }
      const auto literal = escaped_byte();
      if (!literal) return false;
      first = *literal;
    }
    char last = first;
    const bool dash = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
    if (dash) {
      at_ += 1;
      last = text_[at_++];
      if (last == '\\') {
        if (!more()) return false;
        const auto literal = escaped_byte();
        if (!literal) return false;
        last = *literal;
      }
    }
    set |= range(static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last));
    return true;
  }

  PatternNode repeated(PatternNode node) {
    while (more()) {
      std::uint32_t min = 0;
      std::uint32_t max = kUnbounded;
      if (take("?")) {
        max = 1;
      } else if (take("+")) {
        min = 1;
      } else if (!take("*") && !counted(min, max)) {
        break;
      }
      take("?");  // Lazy: the same widths.
      PatternNode repeat;
      repeat.op = PatternNode::Op::kRepeat;
      repeat.min = min;
      repeat.max = max;
      repeat.children.push_back(std::move(node));
      node = std::move(repeat);
    }
    return node;
  }

  /// "{n}", "{n,}", "{n,m}"; anything else in braces is literal text.
  bool counted(std::uint32_t& min, std::uint32_t& max) {
    if (!more() || text_[at_] != '{') return false;
    std::size_t at = at_ + 1;
    const auto number = [&](std::uint32_t& out) {
      const std::size_t start = at;
      for (out = 0; at < text_.size() && text_[at] >= '0' && text_[at] <= '9' && at < start + 6;
           ++at) {
        out = out * 10 + static_cast<std::uint32_t>(text_[at] - '0');
      }
      return at > start;
    };
    if (!number(min)) return false;
    max = min;
    if (at < text_.size() && text_[at] == ',') {
      ++at;
      if (!number(max)) max = kUnbounded;
    }
    if (at >= text_.size() || text_[at] != '}') return false;
    at_ = at + 1;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Flags flags_;
  bool failed_ = false;
};

std::uint32_t add(std::uint32_t a, std::uint32_t b) {
  return b > kUnbounded - a ? kUnbounded : a + b;
}

std::uint32_t multiply(std::uint32_t a, std::uint32_t b) {
  if (a == 0 || b == 0) return 0;
  return a > (kUnbounded - 1) / b ? kUnbounded : a * b;
}

}  // namespace

std::optional<PatternNode> parse_pattern(std::string_view pattern) {
  return Parser(pattern).parse();
}

Width pattern_width(const PatternNode& node) {
  Width width;
  switch (node.op) {
    case PatternNode::Op::kEmpty:
    case PatternNode::Op::kAssertion:
      return width;
    case PatternNode::Op::kBytes:
      return {1, 1};
    case PatternNode::Op::kConcat:
      for (const PatternNode& child : node.children) {
        const Width part = pattern_width(child);
        width = {add(width.min, part.min), add(width.max, part.max)};
      }
      return width;
    case PatternNode::Op::kAlternate:
      width.min = kUnbounded;
      for (const PatternNode& child : node.children) {
        const Width part = pattern_width(child);
        width = {std::min(width.min, part.min), std::max(width.max, part.max)};
      }
      return width;
    case PatternNode::Op::kRepeat: {
      const Width part = pattern_width(node.children.front());
      return {multiply(part.min, node.min), multiply(part.max, node.max)};
    }
  }
  return width;
}

ByteSet pattern_bytes(const PatternNode& node) {
  ByteSet set = node.op == PatternNode::Op::kBytes ? node.bytes : ByteSet();
  for (const PatternNode& child : node.children) set |= pattern_bytes(child);
  return set;
}

}  // namespace lr::secrets
