// Zones signed once, before they are served, with keys and times of the test's choice: so that a
// signature can be in the past, a key too small, and a DS record wrong. Uses Knot's tools.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace lr::domain {

struct ZoneSigning {
  /// As keymgr spells it: "ecdsap256sha256", "rsasha256", "rsasha1", "ed25519".
  std::string algorithm = "ecdsap256sha256";
  unsigned key_bits = 0;  ///< 0: the algorithm's usual.
  bool nsec3 = false;
  unsigned nsec3_iterations = 0;
  std::chrono::seconds lifetime = std::chrono::days(30);  ///< Of the signatures.
  /// How long ago the zone was signed.
  std::chrono::seconds age{0};
};

struct SignedZone {
  std::string text;  ///< Zone file with absolute names.
  std::string ds;    ///< "x.lab. DS 12334 13 2 5124…": SHA-256, what a parent publishes.
};

/// `text` is a zone file below `name`. Errors: kUnavailable when Knot's tools are not installed or
/// refuse; the detail has what they said.
Result<SignedZone> sign_zone(const std::string& name, const std::string& text,
                             const ZoneSigning& signing);

/// "acme.lab" → "acme.lab.", "." → ".".
std::string absolute_name(const std::string& zone);

}  // namespace lr::domain
