// Everything that follows from one version of the contract and is the same for all workers.
// Immutable: a reload builds a new one, and requests under way finish with theirs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "crypto/jwk.h"
#include "decide/router.h"
#include "guard/guard.h"

namespace lr::guard {

/// A limit rule with its wire forms ready.
struct CompiledRule {
  contract::LimitKey key = contract::LimitKey::kIp;
  contract::Rate rate;
  bool unauthenticated_only = false;
  std::string name;        ///< "chat-user"
  std::string policy;      ///< "\"chat-user\";q=10;w=60"
  std::string key_prefix;  ///< Of its keys in the rate store.
  std::string account;     ///< Pointer into the body, for per_account.
};

struct Snapshot {
  explicit Snapshot(contract::Contract loaded) : contract(std::move(loaded)), router(contract) {}

  contract::Contract contract;
  decide::Router router;
  const contract::Environment* environment = nullptr;
  text::Url upstream;
  /// Goes up as X-Forwarded-Host where any Host is accepted: an application that makes links of it
  /// must not make them to wherever a client says. "" where the client's name is one of ours, or
  /// nobody has said which ours is.
  std::string public_host;
  /// By issuer; null where the keys come from a URL.
  std::vector<std::shared_ptr<const crypto::JwkSet>> fixed_keys;
  std::vector<std::vector<CompiledRule>> limits;  ///< By contract limit.
  std::vector<std::string> route_policies;        ///< RateLimit-Policy by route; "" for none.
  /// By object: the route that shows one such object and nothing else, for reading its owner
  /// field before anything is done to it.
  std::vector<std::optional<contract::RouteIndex>> read_routes;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// Loads contract, key files and secrets. Errors name the place and the cure.
Result<SnapshotPtr> load_snapshot(const GuardOptions& options);

}  // namespace lr::guard
