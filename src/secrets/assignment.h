// Names that are given values, in any language: `KEY=v`, `"key": "v"`, `key => 'v'`,
// `<key>v</key>`, `--key v`, `setKey("v")`, `name: KEY` above `value: v`.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "secrets/document.h"
#include "secrets/pattern.h"

namespace lr::secrets {

/// A run of bytes of one set, remembered: names that stand in it are many, and what is behind each
/// of them need not be read again.
class KnownRun {
 public:
  /// Where the bytes of `set` that stand from `begin` on end, at most `longest` behind it. Always
  /// asked about the same bytes and set.
  std::size_t end(std::string_view bytes, const ByteSet& set, std::size_t begin,
                  std::size_t longest);

 private:
  Range known_;
};

/// What a value is made of, and how long it may be.
struct ValueShape {
  const ByteSet& bytes;
  std::size_t longest;
  KnownRun& run;
};

struct Assignment {
  Range value;
  bool quoted = false;  ///< The value is a string literal or an element, not a bare word.
};

/// Where the value given to a name begins, behind the operator and the opening quote.
struct ValueStart {
  std::size_t begin = 0;
  char quote = '\0';      ///< '\0': a bare word.
  bool element = false;   ///< Behind '>'.
  bool argument = false;  ///< Behind '(' or ','.
};
/// nullopt: the name is given none.
std::optional<ValueStart> value_start(std::string_view bytes, Range name);
/// The value that begins there, if it is of that shape and fills its place: behind it comes what
/// ends a value.
std::optional<Assignment> value_at(std::string_view bytes, const ValueStart& start,
                                   const ValueShape& shape);

/// Where the name that goes on at `at` ends.
std::size_t name_end(std::string_view bytes, std::size_t at);
/// No keyword stands farther from the end of a name that it says something about.
inline constexpr std::size_t kNameTail = 40;

/// Names that say they are of credentials and may be given a value, found once for all rules that
/// ask about the same bytes.
class GivenNames {
 public:
  struct Name {
    std::size_t first = 0;   ///< At most kNameWord bytes before `last`.
    std::size_t last = 0;    ///< Behind its last byte.
    std::size_t closer = 0;  ///< Where the '=', ':', ',', '(' or '>' behind it stands.
    std::optional<ValueStart> value;
  };

  void reset(std::string_view bytes);
  /// The names whose closer stands in `within`, in order. Views live until the next
  /// call.
  std::span<const Name> in(Range within);

 private:
  void read_to(std::size_t end);

  std::string_view bytes_;
  std::vector<Name> names_;
  Range read_;  ///< What `names_` are about.
};

/// The next name in `within` that says it is a credential and is given a value.
std::optional<Assignment> next_credential(std::string_view bytes, Range within,
                                          const ValueShape& shape, GivenNames& names);

}  // namespace lr::secrets
