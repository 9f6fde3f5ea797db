// The samples of a rule, run through the real scanner.
#pragma once

#include <string>
#include <vector>

#include "secrets/catalogue.h"
#include "secrets/rule.h"

namespace lr::secrets {

/// What is wrong with the samples of `rule`, which is one of the catalogue's; empty when all is
/// well. Texts name the rule and the sample's number, never a generated value.
std::vector<std::string> check_samples(const Catalogue& catalogue, const Rule& rule);

}  // namespace lr::secrets
