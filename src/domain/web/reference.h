// Where a link of a page or a Location field leads (RFC 3986 section 5).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "text/url.h"

namespace lr::domain {

/// Resolves `reference` as found at `base`; leading and trailing white space and the fragment are
/// dropped, as browsers do. Errors: kInvalidArgument for schemes other than http and https and for
/// what is no URL.
Result<text::Url> resolve_reference(const text::Url& base, std::string_view reference);

/// The scheme of a reference in lower case: "http", "data"; "" when it is relative.
std::string scheme_of(std::string_view reference);

/// Is `host` that domain or below it?
bool is_within(std::string_view host, std::string_view domain);

}  // namespace lr::domain
