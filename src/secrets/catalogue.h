// Rules compiled for matching: immutable, shared by all threads.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/rule.h"

namespace lr::secrets {

class Catalogue {
 public:
  /// The product's own rules, compiled when the program was built: ready within milliseconds.
  static Result<std::unique_ptr<Catalogue>> built_in();
  /// Compiles rules now (imports, tests). Errors name the rule and why: a pattern that RE2 or
  /// Vectorscan refuses, a group it does not have, an id that is taken.
  static Result<std::unique_ptr<Catalogue>> compile(std::vector<Rule> rules);
  /// A catalogue that encode_catalogue() wrote; the bytes may go away afterwards.
  static Result<std::unique_ptr<Catalogue>> from_blob(std::string_view blob);
  ~Catalogue();

  std::span<const Rule> rules() const;
  const Rule* find(std::string_view id) const;

  struct Impl;  ///< The compiled form, for scanner.cpp.
  const Impl& impl() const { return *impl_; }

 private:
  explicit Catalogue(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lr::secrets
