// From YAML to a Contract. Every problem of a file is reported at once, each with its place, the
// wrong text and the cure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/secret.h"
#include "contract/contract.h"

namespace lr::contract {

struct Problem {
  Mark at;
  std::string path;     ///< "routes[3].access.roles[0]"
  std::string message;  ///< "unknown role \"amdin\"; did you mean \"admin\"?"
  bool warning = false;
  /// "launchready.yaml:12:9: error: routes[3]…: unknown role …"
  std::string str(std::string_view file) const;
};

struct LoadOutcome {
  std::optional<Contract> contract;  ///< Set when no problem is an error.
  std::vector<Problem> problems;     ///< Sorted by place; warnings too.
};

/// Reads a file named by the contract (schemas, API key files), relative to the contract's folder.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// Pure: the text and a reader in, the outcome out.
LoadOutcome load_contract_text(std::string_view text, std::string_view file_name,
                               const FileReader& read_file);
/// From disk; the reader is confined to regular files up to limits::kContractBytes.
LoadOutcome load_contract_file(const std::string& path);
/// All problems in one Error (kInvalidArgument, Origin::kContract), for callers that need one.
Result<Contract> load_contract(const std::string& path);

/// Reads the value behind a reference. Errors name the reference and the cure, never the value.
Result<Secret> read_secret(const SecretRef& reference);

/// JSON Schema (2020-12) of the contract file, for editors.
std::string export_schema();

}  // namespace lr::contract
