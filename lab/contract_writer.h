// Writes the lab's contract: the same table of routes that the application serves, as the promise
// that an audit proves and a guard enforces.
#pragma once

#include <string>

#include "base/error.h"
#include "crypto/jwk.h"
#include "lab/world.h"
#include "text/url.h"

namespace lr::lab {

/// The text of launchready.yaml. Pure.
std::string contract_text(const World& world, const text::Url& url);

/// Writes launchready.yaml, jwks.json, schemas/*.json and, readable by their owner only,
/// audit-key.json and ledger-key into `folder`, which is made when it does not exist. Returns the
/// contract's path.
Result<std::string> write_contract_files(const World& world, const text::Url& url,
                                         const crypto::Jwk& key, const std::string& folder);

}  // namespace lr::lab
