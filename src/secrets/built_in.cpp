// The rules of the product, as tools/secret_rules_compiler.cpp put them into the program.
#include "secrets/catalogue.h"
#include "secrets/catalogue_blob.h"

// Defined by the object file that cmake/SecretRules.cmake makes.
extern "C" const char lr_secret_rules_begin[];
extern "C" const char lr_secret_rules_end[];

namespace lr::secrets {

Result<std::unique_ptr<Catalogue>> Catalogue::built_in(FirstStage first) {
  return from_blob({lr_secret_rules_begin, lr_secret_rules_end}, first);
}

}  // namespace lr::secrets
