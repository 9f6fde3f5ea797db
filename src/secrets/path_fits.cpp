#include "secrets/path_fits.h"

namespace lr::secrets {

PathFits::PathFits(const Catalogue::Impl& catalogue) : catalogue_(&catalogue) {
  for (const RulePatterns& patterns : catalogue.patterns) {
    known_.push_back(patterns.path == nullptr ? Known::kFits : Known::kNot);
  }
}

void PathFits::begin(std::string_view path) {
  path_ = path;
  for (const std::uint32_t rule : asked_) known_[rule] = Known::kNot;
  asked_.clear();
}

void PathFits::ask(std::uint32_t rule) {
  const RE2& wanted = catalogue_->patterns[rule].path->get();
  const bool fits = RE2::PartialMatch(re2::StringPiece(path_.data(), path_.size()), wanted);
  known_[rule] = fits ? Known::kFits : Known::kDoesNotFit;
  asked_.push_back(rule);
}

}  // namespace lr::secrets
