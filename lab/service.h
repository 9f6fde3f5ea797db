// What every route of the lab works with: the shared state, one call, one answer.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "lab/defects.h"
#include "lab/model_client.h"
#include "lab/rate_gate.h"
#include "lab/schemas.h"
#include "lab/tokens.h"
#include "lab/world.h"
#include "net/http_server.h"
#include "text/fields.h"
#include "text/url.h"

namespace lr::lab {

namespace json = text::json;

/// The state behind all routes. Everything is touched on the loop's thread only.
struct Service {
  const FlawSet& flaws;
  const Clock& clock;
  const Tokens& tokens;
  const BodySchemas& schemas;
  World& world;
  ModelClient& model;
  RateGate gate{};
  SeededRng request_ids{0};
  std::optional<Caller> last_caller{};  ///< Only one of the defects looks at it.
};

struct RouteDef;

/// One request while it is being answered.
struct Call {
  explicit Call(net::ServerExchange& from) : exchange(from) {}
  Call(const Call&) = delete;  // `target` holds views into itself
  Call& operator=(const Call&) = delete;

  std::optional<std::string_view> field(std::string_view name) const {
    return exchange.head().fields.get(name);
  }
  /// The first query parameter of that name.
  std::optional<std::string_view> parameter(std::string_view name) const;
  bool reads() const { return method == "GET"; }

  net::ServerExchange& exchange;
  std::string request_id;
  std::string_view method;  ///< HEAD counts as GET.
  text::CanonicalTarget target;
  std::vector<text::QueryParameter> query;
  const RouteDef* route = nullptr;
  std::string id;             ///< The object that the path names.
  Caller caller;              ///< Set on every route that is not public.
  json::value body;           ///< Valid by the route's schema.
  text::Headers headers;      ///< Further fields of the answer.
  bool role_granted = false;  ///< By a defect: the role of the route is not asked for.
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};
Answer json_answer(int status, const json::value& value);
/// {"error":{"code","message","request_id"}} with the public text of the code.
Answer error_answer(const Service& service, const Call& call, const Error& error);

/// Every field of an answer but the framing ones: security, caching, CORS, request id.
text::Headers answer_headers(const Service& service, const Call& call, int status,
                             std::string_view content_type);
/// Is this the answer to a CORS preflight? Fills call.headers.
bool is_preflight(const Call& call);

/// Foreign objects look like missing ones: kNotFound.
Result<> require_owner(const Service& service, const Call& call, const Owner& owner);

}  // namespace lr::lab
