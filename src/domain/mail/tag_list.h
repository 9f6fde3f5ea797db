// The tag=value lists of DKIM, ARC and DMARC (RFC 6376 section 3.2).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::domain {

struct Tag {
  std::string_view name;   ///< As written: names are case-sensitive.
  std::string_view value;  ///< Without the white space around it; folds inside are kept.
  std::size_t begin = 0;   ///< Of the name, in the text.
  std::size_t end = 0;     ///< Behind the value.
};

class TagList {
 public:
  /// Views into `text`. Errors: kInvalidArgument for a part that is no tag=value, a name that is
  /// no name, or a name that comes twice. One ';' may end the list.
  static Result<TagList> parse(std::string_view text);

  const Tag* find(std::string_view name) const;
  std::optional<std::string_view> value(std::string_view name) const;
  const std::vector<Tag>& tags() const { return tags_; }

 private:
  std::vector<Tag> tags_;
};

/// Spaces, tabs and line breaks at both ends are gone.
std::string_view trim_folding(std::string_view text);
/// All white space is gone: for base64 and names that were folded.
std::string without_folding(std::string_view text);

}  // namespace lr::domain
