// One route's rules as lines of text, for `contract explain`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "contract/contract.h"

namespace lr::cli {

/// ("access", "one of the roles viewer; owner of conversation"), ("limits", …), …
using RuleLines = std::vector<std::pair<std::string, std::string>>;
RuleLines rule_lines(const contract::Contract& contract, const contract::Route& route);
/// "GET, DELETE".
std::string method_list(contract::MethodSet methods);

}  // namespace lr::cli
