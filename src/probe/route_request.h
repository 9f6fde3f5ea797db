// A request that a route's own contract calls valid.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "contract/contract.h"
#include "probe/exchange.h"

namespace lr::probe {

/// Ids to use wherever the route names an object of that kind.
using ObjectIds = std::map<contract::ObjectIndex, std::string>;

/// Every kind of object that a request for the route names: in its path and by its references.
std::vector<contract::ObjectIndex> objects_named(const contract::Route& route);
/// The ones in the path only.
std::vector<contract::ObjectIndex> objects_in_path(const contract::Route& route);

struct RouteRequestOptions {
  /// Text for free strings of the body.
  std::string marker;
  /// Leave optional references (query, body, header) out.
  bool path_only = false;
};

/// Path with ids, references in query, body and header, and a body generated from the schema.
/// kNotFound when `ids` lacks an object of the path.
Result<Request> make_route_request(const contract::Route& route, contract::Method method,
                                   const ObjectIds& ids, const RouteRequestOptions& options);

/// Puts `id` where `reference` says.
void place_reference(Request& request, const contract::Reference& reference, std::string_view id);

/// True when the path cannot be written without guessing: `**` or a parameter that is no object.
bool has_free_path(const contract::Route& route);

}  // namespace lr::probe
