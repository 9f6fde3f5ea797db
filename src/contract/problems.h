// Everything that is wrong with a contract, gathered so that one run reports it all.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/load.h"

namespace lr::contract {

class Problems {
 public:
  void error(Mark at, std::string path, std::string message) {
    add({at, std::move(path), std::move(message), false});
  }
  /// A literal secret. Whatever else is wrong at its place is not worth a line.
  void secret(Mark at, std::string path, std::string message);
  void warning(Mark at, std::string path, std::string message) {
    add({at, std::move(path), std::move(message), true});
  }
  bool has_errors() const { return errors_; }
  /// Sorted by place.
  std::vector<Problem> take();

 private:
  void add(Problem problem);
  std::vector<Problem> list_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> secrets_;  ///< Lines and columns.
  bool errors_ = false;
};

/// The text in quotes, shortened, without control characters, and hidden when it looks like a
/// credential: fit for a message about a file that may hold a secret by mistake.
std::string in_quotes(std::string_view text);

/// `unknown role "amdin"; did you mean "admin"?`, or the known names when none is near.
std::string unknown_name(std::string_view what, std::string_view name,
                         const std::vector<std::string_view>& known);

}  // namespace lr::contract
