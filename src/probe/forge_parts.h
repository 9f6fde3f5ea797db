// Taking tokens apart and putting them together wrongly; for the forge_*.cpp files.
#pragma once

#include <functional>

#include "probe/forge.h"

namespace lr::probe {

struct TokenParts {
  std::string header_text;   ///< base64url
  std::string payload_text;  ///< base64url
  std::string signature_text;
  text::json::object header;
  text::json::object claims;
};
std::optional<TokenParts> take_apart(std::string_view token);

std::string encode(const text::json::object& part);
/// "header.payload.signature" with the signature given as bytes.
std::string assemble(const text::json::object& header, const text::json::object& claims,
                     std::string_view signature);

Forgery bearer(std::string form, std::string_view token);

/// A token of the material's subject with `edit` applied to its claims, signed by the test key.
/// Appends nothing without a test key.
void append_signed(std::vector<Forgery>& out, const ForgeMaterial& material, std::string form,
                   const std::function<void(text::json::object& claims)>& edit);

}  // namespace lr::probe
