#include "text/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "base/limits.h"
#include "text/utf8.h"

namespace lr::text {
namespace {

// Brackets that may stay open in the whole file. Text in quotes may hold some, so this is wider
// than the depth; it only keeps the scanner's look-ahead from growing without bound.
constexpr std::size_t kOpenBrackets = 1'000;

/// Leaves the parser early. Caught in parse_yaml().
struct Refusal {
  Mark mark;
  std::string why;
};

Mark to_mark(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

YamlNode make_node(YamlNode::Kind kind, const YAML::Mark& mark) {
  YamlNode node;
  node.kind = kind;
  node.mark = to_mark(mark);
  return node;
}

/// Turns events into a tree. Depth is checked before the parser descends, which bounds its
/// recursion as well.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) {}

  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_properties(mark, "?", anchor);
    add(make_node(YamlNode::Kind::kNull, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{to_mark(mark), "aliases (*name) are not allowed; write the value out"};
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_properties(mark, tag, anchor);
    YamlNode node = make_node(YamlNode::Kind::kScalar, mark);
    node.scalar = value;
    node.quoted = tag == "!";
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_properties(mark, tag, anchor);
    open(make_node(YamlNode::Kind::kSequence, mark));
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_properties(mark, tag, anchor);
    open(make_node(YamlNode::Kind::kMap, mark));
  }
  void OnMapEnd() override {
    refuse_duplicates(frames_.back().node.entries);
    close();
  }

 private:
  struct Frame {
    YamlNode node;
    std::optional<YamlEntry> pending;  ///< A key whose value has not come yet.
  };

  /// A quoted scalar and one with the tag "!" look alike here, so the text itself is asked.
  void refuse_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refusal{to_mark(mark), "anchors (&name) are not allowed"};
    const auto position = static_cast<std::size_t>(std::max(mark.pos, 0));
    const bool bare_tag = position < text_.size() && text_[position] == '!';
    if (bare_tag || (!tag.empty() && tag != "?" && tag != "!")) {
      throw Refusal{to_mark(mark), "tags (!name) are not allowed"};
    }
  }

  static void refuse_duplicates(const std::vector<YamlEntry>& entries) {
    std::vector<const YamlEntry*> sorted;
    for (const YamlEntry& entry : entries) sorted.push_back(&entry);
    std::ranges::sort(sorted, [](const YamlEntry* a, const YamlEntry* b) {
      return a->key != b->key ? a->key < b->key : a < b;  // Equal keys in file order.
    });
    const auto repeated = std::ranges::adjacent_find(
        sorted, [](const YamlEntry* a, const YamlEntry* b) { return a->key == b->key; });
    if (repeated == sorted.end()) return;
    const YamlEntry& second = **(repeated + 1);
    throw Refusal{second.mark, fmt::format("\"{}\" is here twice (first on line {})", second.key,
                                           (*repeated)->mark.line)};
  }

  void open(YamlNode node) {
    if (frames_.size() == limits::kContractDepth) {
      throw Refusal{node.mark, fmt::format("nested deeper than {}", limits::kContractDepth)};
    }
    refuse_as_key(node);
    frames_.push_back({std::move(node), std::nullopt});
  }

  void close() {
    YamlNode node = std::move(frames_.back().node);
    frames_.pop_back();
    add(std::move(node));
  }

  /// A node that arrives where a key belongs must be text.
  void refuse_as_key(const YamlNode& node) const {
    if (frames_.empty() || !frames_.back().node.is_map() || frames_.back().pending) return;
    if (!node.is_scalar()) throw Refusal{node.mark, "a key must be text"};
    if (node.scalar == "<<" && !node.quoted) {
      throw Refusal{node.mark, "merge keys (<<) are not allowed; write the values out"};
    }
  }

  void add(YamlNode node) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& top = frames_.back();
    if (top.node.is_sequence()) {
      top.node.items.push_back(std::move(node));
    } else if (top.pending) {
      top.pending->value = std::move(node);
      top.node.entries.push_back(std::move(*top.pending));
      top.pending.reset();
    } else {
      refuse_as_key(node);
      top.pending = YamlEntry{std::move(node.scalar), node.mark, {}};
    }
  }

  std::string_view text_;
  std::vector<Frame> frames_;
  YamlNode root_;
};

Mark mark_at(std::string_view text, std::size_t offset) {
  Mark mark;
  for (char c : text.substr(0, offset)) {
    mark = c == '\n' ? Mark{mark.line + 1, 1} : Mark{mark.line, mark.column + 1};
  }
  return mark;
}

/// What must hold before the library sees the text.
std::optional<Refusal> prescan(std::string_view text) {
  if (text.size() > limits::kContractBytes) {
    return Refusal{{}, fmt::format("larger than {} bytes", limits::kContractBytes)};
  }
  std::size_t open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool control = (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
    if (control) return Refusal{mark_at(text, i), "a control character"};
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (open > kOpenBrackets) return Refusal{mark_at(text, i), "too many open brackets"};
  }
  if (!is_utf8(text)) return Refusal{{}, "the file is not UTF-8"};
  if (text.starts_with("\xef\xbb\xbf")) return Refusal{{}, "a byte order mark; save without it"};
  return std::nullopt;
}

std::unexpected<Error> refuse(std::string_view file, const Mark& mark, std::string_view why) {
  return fail(Code::kInvalidArgument,
              fmt::format("{}:{}:{}: {}", file, mark.line, mark.column, why), Origin::kContract);
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Result<YamlNode> parse_yaml(std::string_view text, std::string_view file_name) {
  if (const auto refusal = prescan(text)) return refuse(file_name, refusal->mark, refusal->why);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(text);
    if (!parser.HandleNextDocument(builder)) return YamlNode{};
    TreeBuilder second(text);
    if (parser.HandleNextDocument(second)) {
      return refuse(file_name, {}, "more than one document (---) in the file");
    }
    return builder.take();
  } catch (const Refusal& refusal) {
    return refuse(file_name, refusal.mark, refusal.why);
  } catch (const YAML::Exception& error) {
    return refuse(file_name, to_mark(error.mark), error.msg);
  } catch (const std::exception& error) {
    return refuse(file_name, {}, error.what());
  }
}

}  // namespace lr::text
