// One GET over HTTPS for the files that mail records point to: the MTA-STS policy, a BIMI logo.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/inspection.h"
#include "text/fields.h"

namespace lr::domain {

struct Fetched {
  enum class Outcome : std::uint8_t {
    kAnswer,     ///< Any status.
    kNoAddress,  ///< The host has no address.
    kFailed,     ///< No connection, no valid TLS, no HTTP; `why` says it.
    kUnknown,    ///< The DNS did not answer.
  };
  Outcome outcome = Outcome::kUnknown;
  int status = 0;
  text::Headers headers{};
  std::string body{};
  bool cut = false;  ///< There was more than `body_most`.
  std::string why{};
};

/// Connects to the addresses that the inspection's resolver knows, at most three of them, one
/// after the other; the certificate must be valid for the URL's host. Redirects are not followed.
Fetched fetch_https(Inspection& inspection, const std::string& url, std::size_t body_most);

}  // namespace lr::domain
