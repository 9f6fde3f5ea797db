// The canonical forms that DKIM and ARC sign (RFC 6376 section 3.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/mail/message.h"

namespace lr::domain {

enum class CanonicalForm : std::uint8_t { kSimple, kRelaxed };

struct Canonicalization {
  CanonicalForm header = CanonicalForm::kSimple;
  CanonicalForm body = CanonicalForm::kSimple;
};

/// The value of c=: "relaxed/simple", "relaxed" (the body is simple then).
std::optional<Canonicalization> parse_canonicalization(std::string_view text);

/// Without the final CRLF.
std::string canonical_field(const HeaderField& field, CanonicalForm form);
std::string canonical_body(std::string_view body, CanonicalForm form);

/// The field with the value of its b= tag taken out, as it was when it was signed.
std::string without_signature(std::string_view raw);

}  // namespace lr::domain
