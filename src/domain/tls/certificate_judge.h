// Judges the certificates of one server. Pure.
#pragma once

#include <chrono>

#include "domain/subject.h"
#include "domain/tls/chain.h"
#include "domain/tls/verdict.h"

namespace lr::domain::tls {

struct ServedView {
  std::string host{};
  std::string peer{};  ///< "192.0.2.1:443"
  ChainFacts chain{};
  StapleFacts staple{};
  std::size_t timestamps = 0;  ///< SCTs, wherever they came.
  bool system_roots = true;    ///< False: a laboratory's roots.
  bool staple_known = true;    ///< False when the handshake was not completed.
};

/// One verdict for each check of the area `certificate` that looks at one certificate.
std::vector<Verdict> judge_certificate(const ServedView& view, WallTime now, TlsProfile profile,
                                       bool promised);

/// The longest life that a public CA may give to a certificate issued then (CA/Browser Forum,
/// baseline requirements section 6.3.2 and ballot SC-081v3).
std::chrono::days longest_life(WallTime issued);

}  // namespace lr::domain::tls
