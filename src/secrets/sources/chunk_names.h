// The names of lazily loaded chunks, as webpack's runtime computes them:
//   t.u=e=>"static/js/"+({7:"admin"}[e]||e)+"."+{7:"1a2b",9:"3c4d"}[e]+".chunk.js"
// The expression is parsed and evaluated for every chunk id that it, or an import elsewhere, names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lr::secrets::sources {

class ChunkName {
 public:
  /// Every expression in a script that names chunks: `.u=`, `.miniCssF=` of webpack 5, and
  /// `.p+"…"` of webpack 4. Bounded; what it does not understand it leaves out.
  static std::vector<ChunkName> find(std::string_view script);

  /// The ids that stand in the expression itself.
  std::vector<std::string> ids() const;
  /// The file name for an id: "static/js/admin.1a2b.chunk.js". Nullopt when the expression has
  /// nothing for it.
  std::optional<std::string> name(std::string_view id) const;

 private:
  friend class ChunkNameParser;
  enum class Kind : std::uint8_t { kText, kId, kLookup, kJoin, kOr, kEqual, kChoose, kEmpty };
  struct Node {
    Kind kind = Kind::kText;
    std::string text = {};
    std::vector<std::size_t> children = {};
    std::map<std::string, std::string, std::less<>> members = {};
  };
  std::optional<std::string> evaluate(std::size_t node, std::string_view id) const;

  std::vector<Node> nodes_;
  std::size_t root_ = 0;
};

/// The ids in calls that load a chunk: `n.e(417)`, `r.e("admin")`.
std::vector<std::string> loaded_chunk_ids(std::string_view script);

}  // namespace lr::secrets::sources
