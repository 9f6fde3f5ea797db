// What the YAML reader says about a file, with the cure that a writer of contracts needs.
#pragma once

#include <string_view>

#include "contract/load.h"

namespace lr::contract {

/// `error` is parse_yaml()'s "file:line:column: why" about `text`.
Problem syntax_problem(const Error& error, std::string_view file_name, std::string_view text);

}  // namespace lr::contract
