// The root zone's trust anchors, for machines without a file of them.
#pragma once

#include <string>
#include <vector>

namespace lr::domain {

/// DS records of the root's key signing keys as IANA publishes them (root-anchors.xml): KSK-2017
/// and KSK-2024.
std::vector<std::string> root_trust_anchors();

}  // namespace lr::domain
