// The lab: a weak chatbot whose defects are switched by name, and the deterministic stand-in for
// an LLM behind it that obeys whatever any message says. For tests, `launchready lab` and
// `make demo` only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "text/url.h"

namespace lr::lab {

/// One switch. `control` and `check` say what an audit must report when it is on.
struct Defect {
  std::string_view name;     ///< "conversation_read_unowned"
  std::string_view control;  ///< "OWNER"
  std::string_view check;    ///< Id of the check that must fail.
  std::string_view what;     ///< One sentence.
  bool guard_closes = true;  ///< False: only the application itself can fix it.
};
std::span<const Defect> all_defects();

struct LabOptions {
  std::vector<std::string> defects;  ///< Names; unknown ones are an error with the nearest name.
  std::uint16_t port = 0;
  std::uint64_t seed = 1;  ///< Names, ids, order of seeded data.
};

/// A running lab on its own thread: the chatbot and its stand-in LLM.
class Lab {
 public:
  static Result<std::unique_ptr<Lab>> start(LabOptions options);
  virtual ~Lab() = default;  ///< Stops it.
  virtual text::Url url() const = 0;
  /// The contract of the product, complete, with `environments` pointing at this lab and the test
  /// signing key under `folder`. Writes the contract and what it refers to; returns its path.
  virtual Result<std::string> write_contract(const std::string& folder) const = 0;
};

/// "all", "none" or "a,b" → names.
Result<std::vector<std::string>> parse_defects(std::string_view list);

}  // namespace lr::lab
