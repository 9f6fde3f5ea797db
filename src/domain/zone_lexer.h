// The tokens of a zone file, entry by entry: comments are gone, parentheses joined, strings whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::domain {

struct ZoneToken {
  std::string text;  ///< Quotes and escapes resolved, except that "\." stays "\." in names.
  bool quoted = false;
};

/// One directive or resource record.
struct ZoneEntry {
  std::size_t line = 0;         ///< Of its first token.
  bool owner_is_blank = false;  ///< It began with white space: the owner before it is meant.
  std::vector<ZoneToken> tokens;
};

class ZoneLexer {
 public:
  explicit ZoneLexer(std::string_view text) : text_(text) {}

  /// The next entry with at least one token; no tokens at the end. Errors: kInvalidArgument with
  /// "line: why".
  Result<ZoneEntry> next();

 private:
  Result<bool> token(ZoneEntry& entry);
  Result<ZoneToken> quoted();
  Result<ZoneToken> bare();
  Result<> escape(std::string& out);
  void skip_comment();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  int depth_ = 0;  ///< Of parentheses.
};

}  // namespace lr::domain
