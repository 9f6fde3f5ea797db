// Matches in the order of their places.
#pragma once

#include <vector>

#include "secrets/matcher.h"

namespace lr::secrets {

/// Sorts by the first byte, then by the rule, then by the secret's first byte. Each rule's matches
/// come in order and most of them behind those of others, so there is little to do.
void put_in_order(std::vector<Match>& matches);

}  // namespace lr::secrets
