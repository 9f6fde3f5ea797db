// What some of the defects leave open: pages that no contract lists.
#pragma once

#include <optional>

#include "lab/service.h"

namespace lr::lab {

/// The page behind a door that a defect left open, or nullopt when the path is none or its defect
/// is off.
std::optional<Answer> open_door(const Service& service, const Call& call);

}  // namespace lr::lab
