// The request head that goes to the upstream: canonical, with the client's fields minus those that
// belong to one hop or that only the guard may set, plus the guard's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "guard/exchange.h"

namespace lr::guard {

struct UpstreamHead {
  std::string_view method;
  std::string_view path;
  std::string_view query{};  ///< Without '?'.
  bool has_query = false;
  std::string_view authority;      ///< Host field.
  std::string_view public_host{};  ///< X-Forwarded-Host; "" for the client's Host.
  std::string_view key_header{};   ///< The API key's field, which stays here. "" for none.
  text::BodyFraming framing{};     ///< kNone sends no framing field.
  /// The answer will be inspected: no compression, no ranges, no conditional answers.
  bool inspected = false;
  /// A read of the guard's own: the client's body fields are left out.
  bool without_body_fields = false;
};

/// True for names that never come through from a client: hop-by-hop fields, identity and
/// forwarding fields in all their spellings, method and URL overrides, and every name with an
/// underscore (which CGI-style servers read as a dash).
bool is_guard_owned_field(std::string_view name);

/// Does a Connection field name further fields that stop at this hop (RFC 9110 section 7.6.1)?
bool connection_names_fields(const text::Fields& fields);

/// Appends the whole head, ended by the empty line.
void append_upstream_head(std::string& out, const Exchange& exchange, const UpstreamHead& what);

}  // namespace lr::guard
