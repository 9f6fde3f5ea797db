// The public suffix list (publicsuffix.org), which RFC 7489 needs to know the organizational
// domain of a name.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::domain {

class PublicSuffixList {
 public:
  /// The list's own text form. Rules in UTF-8 are kept as A-labels; what cannot be is left out.
  static PublicSuffixList parse(std::string_view text);
  /// Errors: kNotFound when there is no such file or no rule in it.
  static Result<PublicSuffixList> load(const std::string& file);

  /// The suffix and one label more; "" for a name that is a suffix itself.
  std::string registrable(std::string_view name) const;
  std::size_t size() const { return rules_.size() + wildcards_.size() + exceptions_.size(); }

 private:
  std::size_t suffix_labels(std::string_view name) const;

  std::set<std::string, std::less<>> rules_;
  std::set<std::string, std::less<>> wildcards_;   ///< "ck" for "*.ck".
  std::set<std::string, std::less<>> exceptions_;  ///< "www.ck" for "!www.ck".
};

/// Where Debian's package `publicsuffix` puts the list.
inline constexpr std::string_view kPublicSuffixFile =
    "/usr/share/publicsuffix/public_suffix_list.dat";
inline constexpr std::size_t kPublicSuffixBytes = 4u << 20;

}  // namespace lr::domain
