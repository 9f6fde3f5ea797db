// Searches documents for known values on their way to the scanner.
#pragma once

#include <span>
#include <vector>

#include "secrets/exact/exact_values.h"
#include "secrets/findings/inventory.h"
#include "secrets/scanner.h"

namespace lr::secrets {

class ValueSearch final : public DocumentVisitor, public LayerVisitor {
 public:
  /// `secrets` are those that `values` was built from. All references outlive the search.
  ValueSearch(const ExactValues& values, std::span<const NamedSecret> secrets, Inventory& inventory,
              DocumentVisitor& next);
  void visit(const Document& document) override;
  void visit_changed(const Document& document, std::span<const Range> changed) override;
  /// Searches what the scanner behind this one decodes (Scanner::show_layers()): values that were
  /// encoded more than once, or over several lines. Such a value is not named a second time where
  /// it was found in the document itself.
  void visit_layer(const DecodedLayer& layer) override;

 private:
  struct Seen {
    std::uint32_t value = 0;
    Range at;  ///< In the document.
  };
  bool was_seen(std::uint32_t value, const Range& origin) const;
  void report(const Document& document, std::size_t from);

  const ExactValues& values_;
  std::span<const NamedSecret> secrets_;
  Inventory& inventory_;
  DocumentVisitor& next_;
  std::vector<ExactMatch> matches_;
  std::vector<Seen> seen_;  ///< In the document that is being visited.
};

}  // namespace lr::secrets
