// Searches documents for known values on their way to the scanner.
#pragma once

#include <span>
#include <vector>

#include "secrets/exact/exact_values.h"
#include "secrets/findings/inventory.h"

namespace lr::secrets {

class ValueSearch final : public DocumentVisitor {
 public:
  /// `secrets` are those that `values` was built from. All references outlive the search.
  ValueSearch(const ExactValues& values, std::span<const NamedSecret> secrets, Inventory& inventory,
              DocumentVisitor& next);
  void visit(const Document& document) override;
  void visit_changed(const Document& document, std::span<const Range> changed) override;

 private:
  void report(const Document& document, std::size_t from);

  const ExactValues& values_;
  std::span<const NamedSecret> secrets_;
  Inventory& inventory_;
  DocumentVisitor& next_;
  std::vector<ExactMatch> matches_;
};

}  // namespace lr::secrets
