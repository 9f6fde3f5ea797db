// What a contract knows about the product's secrets, with the values as they are on this machine.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"
#include "secrets/exact/exact_values.h"
#include "secrets/findings/placement.h"

namespace lr::cli {

struct ContractSecrets {
  std::vector<secrets::NamedSecret> values;
  std::vector<secrets::SecretTerms> terms;
  /// "DB_URL: the environment variable DB_URL is not set": never a value.
  std::vector<std::string> missing;
};
/// References that cannot be read here are named, not errors: CI seldom has production's values.
ContractSecrets read_contract_secrets(const contract::Contract& contract);

}  // namespace lr::cli
