// HTTP Archive files (HAR 1.2): what a browser recorded of a session, with every header, cookie
// and body.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::secrets::sources {

/// Cheap: does the text begin like a HAR file?
bool looks_like_har(std::string_view head);

/// Calls `document(name, text)` for each part of each entry, counted from 1: "entry 17: request",
/// "entry 17: request body", "entry 17: response", "entry 17: response body" (base64 undone),
/// "entry 17: other" (sockets, initiators, timings), and "other" for the rest of the log. Every
/// string of the file stands in one of them. Error (kInvalidArgument) when the text breaks off or
/// is no JSON; what stood before has been visited.
Result<> read_har(
    std::string_view text,
    const std::function<void(std::string_view name, std::string_view text)>& document);

}  // namespace lr::secrets::sources
