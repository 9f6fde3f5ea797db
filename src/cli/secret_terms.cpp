#include "cli/secret_terms.h"

#include <utility>

#include "contract/load.h"

namespace lr::cli {

ContractSecrets read_contract_secrets(const contract::Contract& contract) {
  ContractSecrets out;
  for (const contract::ProductSecret& secret : contract.all_secrets()) {
    out.terms.push_back(
        {secret.name, secret.publishable, secret.allowed_in, secret.owner, secret.rotate, {}});
    // The file that holds the value may hold it.
    if (secret.value.kind == contract::SecretRef::Kind::kFile) {
      out.terms.back().holder = secret.value.name;
    }
    auto value = contract::read_secret(secret.value);
    if (value) {
      out.values.push_back({secret.name, std::move(*value)});
    } else {
      out.missing.push_back(secret.name + ": " + value.error().detail());
    }
  }
  return out;
}

}  // namespace lr::cli
