// What is promised about a domain: from a contract, or from a bare name what any good one has.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "contract/contract.h"
#include "domain/dns.h"
#include "domain/subject.h"

namespace lr::cli {

/// Of the sections `domains`, `mail` and `edge`; `name` replaces the primary domain when it is not
/// "". Reads the secrets they refer to. Errors: kInvalidArgument when neither says a name, or a
/// secret cannot be read.
Result<domain::Subject> subject_of(const contract::Contract& contract, std::string_view name);

/// Of a name alone: the name and its www. are web hosts when they have addresses.
Result<domain::Subject> subject_of(std::string_view name, domain::Resolver& resolver);

}  // namespace lr::cli
