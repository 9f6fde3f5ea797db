// How a secret is shown, and how it is kept out of everything else that is shown: a key may stand
// in a file name, an author's name or a URL.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "secrets/exact/exact_values.h"
#include "secrets/rule.h"

namespace lr::secrets {

/// "sk_live_…(32 characters)": the prefix that every key of this kind has, and the length. Values
/// without such a prefix show nothing but their length.
std::string masked(std::string_view value, const Rule* rule);

/// Takes known values out of texts, in every encoding. May be shared by threads.
class Masking {
 public:
  Masking() = default;
  explicit Masking(std::span<const NamedSecret> secrets);
  /// The text with "[redacted:NAME]" in place of every value.
  std::string apply(std::string_view text) const;

 private:
  ExactValues values_;
  /// Values too short or too plain for ExactValues: replaced where they stand as they are.
  std::vector<NamedSecret> plain_;
};

}  // namespace lr::secrets
