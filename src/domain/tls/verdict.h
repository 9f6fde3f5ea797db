// What pure judgement says of one check for one host; the areas hand it on to the Inspection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/inspection.h"

namespace lr::domain::tls {

struct Verdict {
  enum class Kind : std::uint8_t { kProved, kFound, kUnproved, kNotApplicable };
  std::string_view check{};  ///< Behind the area's name and the dot.
  Kind kind = Kind::kProved;
  Found found{};         ///< For kFound; `about` is set by who collects.
  std::string reason{};  ///< For kUnproved and kNotApplicable.
};

/// Collects verdicts about one host.
class Verdicts {
 public:
  explicit Verdicts(std::string about) : about_(std::move(about)) {}

  void proved(std::string_view check) { all_.push_back({.check = check, .found = {}}); }
  void found(std::string_view check, Found what) {
    what.about = about_;
    all_.push_back({.check = check, .kind = Verdict::Kind::kFound, .found = std::move(what)});
  }
  void unproved(std::string_view check, std::string reason) {
    all_.push_back({check, Verdict::Kind::kUnproved, {}, std::move(reason)});
  }
  void not_applicable(std::string_view check, std::string reason) {
    all_.push_back({check, Verdict::Kind::kNotApplicable, {}, std::move(reason)});
  }
  /// found() when `bad`, else proved().
  void judge(std::string_view check, bool bad, Found what) {
    bad ? found(check, std::move(what)) : proved(check);
  }
  const std::string& about() const { return about_; }
  const std::vector<Verdict>& all() const { return all_; }
  std::vector<Verdict> take() { return std::move(all_); }

 private:
  std::string about_;
  std::vector<Verdict> all_{};
};

/// Hands them on. A check that is not applicable to one host is only said so when no host has
/// another word on it, which is for the caller to do with rest_not_applicable().
void tell(Inspection& inspection, std::string_view about, const std::vector<Verdict>& verdicts);

}  // namespace lr::domain::tls
