// The configuration of a repository (git-config, "Syntax"), as far as it says how to read it.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace lr::secrets::git {

/// Values by "section.key" or "section.subsection.key": section and key in lower case. Lines that
/// git would refuse are passed over; the last value of a key counts; includes are not followed.
class Config {
 public:
  static Config parse(std::string_view text);

  /// "" when it is not set.
  std::string_view get(std::string_view key) const;
  /// "true", "yes", "on", "1" or a key without a value.
  bool flag(std::string_view key) const;
  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace lr::secrets::git
