// HTTP messages of evidence as SARIF webRequest and webResponse objects (SARIF 2.1.0, sections
// 3.46 and 3.47).
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

namespace lr::report {

/// The protocol version may be missing from the first line. Text that is no HTTP message stands as
/// the body.
boost::json::object sarif_web_request(std::string_view message);
boost::json::object sarif_web_response(std::string_view message);

}  // namespace lr::report
