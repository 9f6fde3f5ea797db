#pragma once

#include <cstddef>
#include <span>

#include "secrets/findings/inventory.h"
#include "secrets/import/suppression_import.h"

namespace lr::secrets {

/// Takes out the places that an entry of another scanner's file covers; returns how many. Places
/// must be located before: entries may name commits.
std::size_t drop_imported(Inventory& inventory, std::span<const ImportedSuppression> entries);

}  // namespace lr::secrets
