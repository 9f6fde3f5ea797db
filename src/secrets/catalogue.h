// Rules compiled for matching: immutable, shared by all threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/rule.h"

namespace lr::secrets {

/// Instructions of RE2 that one pattern may compile to. Our largest has a quarter of that; a rule
/// with nested counts ("(a{1,500}){1,500}") has millions, and each would be paid for at each hit.
inline constexpr int kPatternProgramMax = 20'000;

/// What looks for literals. Both find the same.
enum class FirstStage : std::uint8_t {
  kFastest,  ///< LiteralFinder, where the processor can run it.
  kVectorscan,
};

class Catalogue {
 public:
  /// The product's own rules, compiled when the program was built: ready within milliseconds.
  static Result<std::unique_ptr<Catalogue>> built_in(FirstStage first = FirstStage::kFastest);
  /// Compiles rules now (imports, tests). Errors name the rule and why: a pattern that RE2 or
  /// Vectorscan refuses, a group it does not have, an id that is taken, or "cost over budget": a
  /// pattern over kPatternProgramMax, or one that would have to be tried at every byte because no
  /// literal of kLiteralBitsMin (forms.h), keyword or path narrows it down.
  static Result<std::unique_ptr<Catalogue>> compile(std::vector<Rule> rules,
                                                    FirstStage first = FirstStage::kFastest);
  /// The same of `rules` and those of `known` that have another id, which were compiled before and
  /// are not checked again.
  static Result<std::unique_ptr<Catalogue>> compile_beside(const Catalogue& known,
                                                           std::vector<Rule> rules);
  /// A catalogue that encode_catalogue() wrote; the bytes may go away afterwards.
  static Result<std::unique_ptr<Catalogue>> from_blob(std::string_view blob,
                                                      FirstStage first = FirstStage::kFastest);
  ~Catalogue();

  std::span<const Rule> rules() const;
  const Rule* find(std::string_view id) const;

  struct Impl;  ///< The compiled form, for scanner.cpp.
  const Impl& impl() const { return *impl_; }

 private:
  explicit Catalogue(std::unique_ptr<Impl> impl);
  static Result<std::unique_ptr<Catalogue>> compile_checked(std::vector<Rule> rules,
                                                            FirstStage first);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lr::secrets
