// Loading contracts from text in tests.
#pragma once

#include <string>
#include <string_view>

#include "contract/load.h"

namespace lr::contract::testing {

/// Loads with a reader that knows chat.json, odd.json and keys.yaml.
LoadOutcome load(std::string_view yaml);
/// Every problem as one line, without the file name: "12:9: error: routes[0]…: …".
std::string problems_of(std::string_view yaml);
/// The contract, or a test failure that prints the problems.
Contract loaded(std::string_view yaml);

/// Head of a contract with issuer, roles viewer/staff/admin, object conversation (learned), order
/// (field) and note (none), ready for sections to be added.
inline constexpr std::string_view kHead = R"yaml(version: 1
identity:
  issuers:
    - { name: acme, issuer: "https://id.acme.example", audience: chat, jwks: keys.json }
roles: { viewer: {}, staff: { includes: [viewer] }, admin: { includes: [staff] } }
scopes: [chat.read]
objects:
  conversation: { id: uuid, ownership: { learn: /id } }
  order: { id: integer, ownership: { field: /customer_id } }
  note:
)yaml";

/// A contract that uses every key of the table.
extern const std::string_view kFullContract;
/// The sections about names, mail and the edge, which may stand alone.
extern const std::string_view kDomainContract;

}  // namespace lr::contract::testing
