#include "secrets/byte_runs.h"

namespace lr::secrets {
namespace {

std::optional<ByteRun> run_of(const PatternNode& node) {
  if (node.op == PatternNode::Op::kBytes) return ByteRun{node.bytes, 1, 1};
  if (node.op != PatternNode::Op::kRepeat) return std::nullopt;
  const PatternNode& inner = node.children.front();
  if (inner.op != PatternNode::Op::kBytes) return std::nullopt;
  return ByteRun{inner.bytes, node.min, node.max};
}

/// A run that may end sooner or later must not share a byte with what may come right behind it, or
/// taking as much as it can would not be right.
bool is_forced(const std::vector<ByteRun>& runs) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].min == runs[i].max) continue;
    for (std::size_t next = i + 1; next < runs.size(); ++next) {
      if ((runs[i].set & runs[next].set).any()) return false;
      if (runs[next].min > 0) break;
    }
  }
  return true;
}

}  // namespace

std::optional<std::vector<ByteRun>> byte_runs(const PatternNode& tree) {
  std::vector<ByteRun> runs;
  const std::vector<PatternNode> alone{tree};
  const bool many = tree.op == PatternNode::Op::kConcat;
  for (const PatternNode& node : many ? tree.children : alone) {
    if (node.op == PatternNode::Op::kEmpty) continue;  // "(?i)"
    const auto run = run_of(node);
    if (!run) return std::nullopt;
    runs.push_back(*run);
  }
  return is_forced(runs) ? std::optional(std::move(runs)) : std::nullopt;
}

bool runs_match(const std::vector<ByteRun>& runs, std::string_view text) {
  std::size_t at = 0;
  for (const ByteRun& run : runs) {
    const std::size_t begin = at;
    while (at < text.size() && at - begin < run.max &&
           run.set[static_cast<std::uint8_t>(text[at])]) {
      ++at;
    }
    if (at - begin < run.min) return false;
  }
  return at == text.size();
}

}  // namespace lr::secrets
