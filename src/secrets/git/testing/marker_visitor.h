// A visitor that looks for one text, the way a scanner looks for secrets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "secrets/document.h"

namespace lr::secrets::git::testing {

class MarkerVisitor final : public DocumentVisitor {
 public:
  explicit MarkerVisitor(std::string marker) : marker_(std::move(marker)) {}

  void visit(const Document& document) override;
  /// Finds only what touches a changed byte or spans a cut: the least that is promised.
  void visit_changed(const Document& document, std::span<const Range> changed) override;

  /// Where the marker was found, once per match.
  std::vector<Place>& places() { return places_; }
  std::vector<Place*> place_pointers();
  std::size_t documents() const { return documents_; }

 private:
  void found(const Document& document, std::size_t at);

  std::string marker_;
  std::vector<Place> places_;
  std::size_t documents_ = 0;
};

}  // namespace lr::secrets::git::testing
