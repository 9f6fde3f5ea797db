#include "secrets/sources/chunk_names.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "text/ascii.h"

namespace lr::secrets::sources {
namespace {

constexpr int kDepth = 64;
constexpr std::size_t kNodes = 100'000;
constexpr std::size_t kExpressions = 32;
constexpr std::size_t kIds = 20'000;
constexpr std::size_t kNameBytes = 1024;

bool is_identifier(char c) {
  return text::is_digit(c) || c == '_' || c == '$' ||
         (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z');
}

}  // namespace

/// Recursive descent over the few forms that minifiers leave of such an expression.
class ChunkNameParser {
 public:
  ChunkNameParser(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  /// Past `e=>`, `(e)=>`, `function(e){return `.
  bool enter_function() {
    skip_space();
    const bool old_style = take("function");
    const bool brackets = take("(");
    while (at_ < text_.size() && is_identifier(text_[at_])) ++at_;
    if (brackets && !take(")")) return false;
    if (!old_style && !take("=>")) return false;
    return !take("{") || (take("return") && (skip_space(), true));
  }

  std::optional<ChunkName> parse() {
    const std::size_t root = expression(0);
    if (failed_) return std::nullopt;
    name_.root_ = root;
    return std::move(name_);
  }

 private:
  using Kind = ChunkName::Kind;
  using Node = ChunkName::Node;

  std::size_t add(Node node) {
    if (name_.nodes_.size() >= kNodes) return fail();
    name_.nodes_.push_back(std::move(node));
    return name_.nodes_.size() - 1;
  }
  std::size_t fail() {
    failed_ = true;
    at_ = text_.size();
    return 0;
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool take(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  /// a || b, and a chain of choices: c1 ? v1 : c2 ? v2 : rest.
  std::size_t expression(int depth) {
    if (depth > kDepth) return fail();
    std::vector<std::size_t> parts;
    while (!failed_) {
      parts.push_back(alternatives(depth));
      if (!take("?")) break;
      parts.push_back(expression(depth + 1));
      if (!take(":")) return fail();
    }
    return parts.size() == 1 ? parts[0]
                             : add({.kind = Kind::kChoose, .children = std::move(parts)});
  }

  std::size_t alternatives(int depth) {
    std::vector<std::size_t> parts = {comparison(depth)};
    while (!failed_ && (take("||") || take("??"))) parts.push_back(comparison(depth));
    return parts.size() == 1 ? parts[0] : add({.kind = Kind::kOr, .children = std::move(parts)});
  }

  std::size_t comparison(int depth) {
    const std::size_t left = sum(depth);
    if (failed_ || (!take("===") && !take("=="))) return left;
    const std::size_t right = sum(depth);
    return add({.kind = Kind::kEqual, .children = {left, right}});
  }

  std::size_t sum(int depth) {
    std::vector<std::size_t> parts = {term(depth)};
    while (!failed_ && take("+")) parts.push_back(term(depth));
    return parts.size() == 1 ? parts[0] : add({.kind = Kind::kJoin, .children = std::move(parts)});
  }

  std::size_t term(int depth) {
    skip_space();
    if (failed_ || at_ >= text_.size()) return fail();
    const char c = text_[at_];
    if (c == '"' || c == '\'') return add({.text = string_literal(c)});
    if (c == '`') return template_literal(depth);
    if (c == '{') return lookup();
    if (c == '(') {
      ++at_;
      const std::size_t inner = expression(depth + 1);
      return take(")") ? indexed(inner) : fail();
    }
    if (text::is_digit(c)) return add({.text = word()});
    if (is_identifier(c)) return name();
    return fail();
  }

  std::string word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_identifier(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  /// The chunk id, or the public path (`t.p`), which is left out.
  std::size_t name() {
    word();
    if (!take(".")) return add({.kind = Kind::kId});
    return word() == "p" ? add({.kind = Kind::kEmpty}) : fail();
  }

  std::string string_literal(char quote) {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\') ++at_;  // No escape but \/ stands in a file name.
      if (at_ < text_.size()) out.push_back(text_[at_]);
    }
    if (at_ >= text_.size() || out.size() > kNameBytes) {
      fail();
    } else {
      ++at_;
    }
    return out;
  }

  std::size_t template_literal(int depth) {
    std::vector<std::size_t> parts;
    std::string literal;
    for (++at_; !failed_ && at_ < text_.size() && text_[at_] != '`';) {
      if (!text_.substr(at_).starts_with("${")) {
        literal.push_back(text_[at_++]);
        continue;
      }
      at_ += 2;
      parts.push_back(add({.text = std::exchange(literal, {})}));
      parts.push_back(expression(depth + 1));
      if (!take("}")) return fail();
    }
    if (failed_ || at_ >= text_.size()) return fail();
    ++at_;
    parts.push_back(add({.text = std::move(literal)}));
    return add({.kind = Kind::kJoin, .children = std::move(parts)});
  }

  /// {7:"admin","9":"x"}[e]
  std::size_t lookup() {
    Node node{.kind = Kind::kLookup};
    ++at_;
    while (!failed_ && !take("}")) {
      if (!node.members.empty() && !take(",")) return fail();
      auto key = member_text();
      if (!take(":")) return fail();
      node.members.insert_or_assign(std::move(key), member_text());
      if (node.members.size() > kIds) return fail();
    }
    return indexed(add(std::move(node)));
  }

  std::string member_text() {
    skip_space();
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      return string_literal(text_[at_]);
    }
    std::string bare = word();
    if (bare.empty()) fail();
    return bare;
  }

  /// An index must be the chunk id; ({…}[e]||e) has none behind its bracket.
  std::size_t indexed(std::size_t inner) {
    if (failed_) return 0;
    const bool table =
        name_.nodes_[inner].kind == Kind::kLookup && name_.nodes_[inner].text.empty();
    if (!take("[")) return table ? fail() : inner;
    word();
    if (!table || !take("]")) return fail();
    name_.nodes_[inner].text = "[id]";
    return inner;
  }

  std::string_view text_;
  std::size_t at_;
  ChunkName name_;
  bool failed_ = false;
};

std::vector<ChunkName> ChunkName::find(std::string_view script) {
  std::vector<ChunkName> names;
  for (const std::string_view mark : {".u=", ".miniCssF="}) {
    for (std::size_t at = script.find(mark);
         at != std::string_view::npos && names.size() < kExpressions;
         at = script.find(mark, at + 1)) {
      ChunkNameParser parser(script, at + mark.size());
      if (!parser.enter_function()) continue;
      if (auto name = parser.parse()) names.push_back(std::move(*name));
    }
  }
  for (std::size_t at = script.find(".p+");
       at != std::string_view::npos && names.size() < kExpressions;
       at = script.find(".p+", at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && is_identifier(script[begin - 1])) --begin;
    if (auto name = ChunkNameParser(script, begin).parse()) names.push_back(std::move(*name));
  }
  return names;
}

std::vector<std::string> ChunkName::ids() const {
  std::set<std::string, std::less<>> ids;
  for (const Node& node : nodes_) {
    for (const auto& [key, value] : node.members) ids.insert(key);
    if (node.kind != Kind::kEqual) continue;
    for (const std::size_t side : node.children) {
      if (nodes_[side].kind == Kind::kText) ids.insert(nodes_[side].text);
    }
  }
  return {ids.begin(), ids.end()};
}

std::optional<std::string> ChunkName::evaluate(std::size_t index, std::string_view id) const {
  const Node& node = nodes_[index];
  switch (node.kind) {
    case Kind::kText:
      return node.text;
    case Kind::kId:
      return std::string(id);
    case Kind::kEmpty:
      return "";
    case Kind::kLookup: {
      const auto found = node.members.find(id);
      return found == node.members.end() ? std::nullopt : std::optional(found->second);
    }
    case Kind::kJoin: {
      std::string out;
      for (const std::size_t child : node.children) {
        const auto part = evaluate(child, id);
        if (!part || out.size() > kNameBytes) return std::nullopt;
        out.append(*part);
      }
      return out;
    }
    case Kind::kOr:
      for (const std::size_t child : node.children) {
        if (auto value = evaluate(child, id)) return value;
      }
      return std::nullopt;
    case Kind::kEqual:
      return evaluate(node.children[0], id) == evaluate(node.children[1], id)
                 ? std::optional<std::string>("true")
                 : std::nullopt;
    case Kind::kChoose:
      for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
        if (evaluate(node.children[i], id)) return evaluate(node.children[i + 1], id);
      }
      return evaluate(node.children.back(), id);
  }
  return std::nullopt;
}

std::optional<std::string> ChunkName::name(std::string_view id) const {
  auto name = evaluate(root_, id);
  if (!name || name->size() > kNameBytes) return std::nullopt;
  const std::string_view path = std::string_view(*name).substr(0, name->find('?'));
  const bool file = path.ends_with(".js") || path.ends_with(".mjs") || path.ends_with(".css");
  return file ? name : std::nullopt;
}

std::vector<std::string> loaded_chunk_ids(std::string_view script) {
  std::set<std::string, std::less<>> ids;
  for (std::size_t at = script.find(".e("); at != std::string_view::npos && ids.size() < kIds;
       at = script.find(".e(", at + 1)) {
    std::string_view argument = script.substr(at + 3, kNameBytes);
    const bool quoted = argument.starts_with('"') || argument.starts_with('\'');
    const char end = quoted ? argument[0] : ')';
    if (quoted) argument.remove_prefix(1);
    const std::string_view id = argument.substr(0, argument.find(end));
    const bool number = !id.empty() && std::ranges::all_of(id, text::is_digit);
    const bool name = quoted && !id.empty() && id.size() < 200 &&
                      id.find_first_of(" \"'<>(){}\n") == std::string_view::npos;
    if (number || name) ids.emplace(id);
  }
  return {ids.begin(), ids.end()};
}

}  // namespace lr::secrets::sources
