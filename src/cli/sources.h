// Where a verb's contract, environment, times and secrets come from.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "contract/contract.h"

namespace lr::cli {

/// The contract at `path`, or from stdin for "-" (files it names are then relative to the working
/// folder). Errors are one line: the first problem and how many more there are.
Result<contract::Contract> open_contract(const std::string& path);

/// `name`, or for "" the only environment or the one called "production". Errors name the choices.
Result<const contract::Environment*> choose_environment(const contract::Contract& contract,
                                                        std::string_view name);

/// A value behind "${NAME}" or "file:path"; an empty Secret for "".
Result<Secret> open_secret(std::string_view reference, std::string_view flag);

/// "2026-11-22", "2026-11-22T10:42Z" or "2026-11-22T10:42:07.5Z" (UTC).
std::optional<WallTime> parse_time(std::string_view text);

}  // namespace lr::cli
