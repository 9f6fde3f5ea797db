// Everything that an SPF record leads to: what a receiver has to look up in the worst case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/dns.h"
#include "domain/mail/spf_record.h"

namespace lr::domain {

struct SpfTreeNode {
  enum class State : std::uint8_t {
    kRead,
    kNone,     ///< There is no SPF record.
    kSeveral,  ///< There are several.
    kBroken,   ///< It cannot be read.
    kUnknown,  ///< Nobody could say.
    kLoop,     ///< It is its own ancestor.
  };
  int depth = 0;
  std::string domain{};
  std::string via{};  ///< "include:esp.example" or "redirect=…"; "" for the root.
  State state = State::kNone;
  std::string record{};
  std::string why{};  ///< For kBroken and kUnknown.
  std::optional<SpfRecord> parsed{};
  int lookups = 0;  ///< Of its own terms.
};

/// A name that a term looks up in vain.
struct SpfVoid {
  std::string domain{};  ///< Whose record the term is in.
  std::string term{};    ///< As written.
  std::string name{};
};

struct SpfTree {
  std::vector<SpfTreeNode> nodes{};  ///< Depth first, the root at the front.
  int lookups = 0;                   ///< Of all terms (RFC 7208 section 4.6.4).
  std::vector<SpfVoid> voids{};
  bool failed = false;  ///< Some answer is missing, so that the numbers may be too small.
  std::string why{};
  bool cut = false;  ///< There are more than kSpfTreeNodes records.

  /// One line per record, indented.
  std::string text() const;
};

inline constexpr std::size_t kSpfTreeNodes = 40;
inline constexpr std::size_t kSpfTreeVoids = 20;

/// Terms behind `all` are not looked at, names with macros are counted but not asked for.
SpfTree read_spf_tree(Resolver& resolver, std::string_view domain);

/// The name when no macro is in it; `current` when it is empty; nullopt with macros.
std::optional<std::string> plain_domain(const SpfMacroString& parts, std::string_view current);

}  // namespace lr::domain
