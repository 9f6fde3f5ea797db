// One request as a probe sends it, and the answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.h"
#include "text/fields.h"
#include "text/json.h"

namespace lr::probe {

/// Why a request is sent. Only controls say something about the health of the target: an attack
/// may well be answered with an error.
enum class Intent : std::uint8_t { kControl, kAttack };

struct Request {
  std::string method = "GET";
  std::string target = "/";  ///< Path and query, sent byte for byte.
  text::Headers headers;
  std::string body;
  Intent intent = Intent::kAttack;
  /// Wait and try again when the answer is 429. False for probes of the limits themselves.
  bool patient = true;
  /// Shell variable that stands for the credential in curl lines, e.g. "TOKEN_USER_A".
  std::string credential_variable = "TOKEN";
  /// What that credential is, when its name does not say: "a token that expired two hours ago".
  std::string credential_note;
};

struct Exchange {
  Request request;
  net::HttpResponse response;

  int status() const { return response.status; }
  bool ok() const { return status() >= 200 && status() < 300; }
  bool refused() const { return status() == 401 || status() == 403; }
  bool crashed() const { return status() >= 500; }
  bool limited() const { return status() == 429; }
  /// Without parameters, in lower case; "" when absent.
  std::string content_type() const;
  /// The body as JSON, or nullopt when it is none (or was cut).
  std::optional<text::json::value> json() const;
};

/// Adds "name=value" to the query of `target`.
void append_query(std::string& target, std::string_view name, std::string_view value);

}  // namespace lr::probe
