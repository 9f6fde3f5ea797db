// check_host() of SPF (RFC 7208 section 4): may this address send mail for this domain?
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/dns.h"
#include "text/ip.h"

namespace lr::domain {

/// Section 2.6.
enum class SpfResult : std::uint8_t {
  kNone,
  kNeutral,
  kPass,
  kFail,
  kSoftFail,
  kTempError,
  kPermError,
};
std::string_view spf_result_name(SpfResult result);  ///< "none", "pass", "temperror"…

struct SpfQuestion {
  text::IpAddress client;   ///< Of the SMTP client.
  std::string helo;         ///< The name it gave.
  std::string mail_from{};  ///< "" for bounces: postmaster@helo is used.
  std::string receiver{};   ///< This host, for the macro r; "" becomes "unknown".
  std::int64_t time = 0;    ///< Seconds since 1970, for the macro t.
};

/// One record that was read on the way; the root first, includes and redirects below it.
struct SpfStep {
  int depth = 0;
  std::string domain;
  std::string record{};  ///< "" when there is none.
  SpfResult result = SpfResult::kNone;
  std::string because{};  ///< The term that decided, or why it is an error.
};

struct SpfAnswer {
  SpfResult result = SpfResult::kNone;
  std::string explanation;  ///< For kFail: of exp=, expanded; "" when there is none.
  std::string why;          ///< For errors, in words.
  std::string term;         ///< The directive that matched, as written.
  int lookups = 0;          ///< Terms that cost a lookup (at most 10).
  int voids = 0;            ///< Lookups without an answer (at most 2).
  std::vector<SpfStep> steps;
};

/// The limits of section 4.6.4.
inline constexpr int kSpfLookups = 10;
inline constexpr int kSpfVoidLookups = 2;
inline constexpr std::size_t kSpfNames = 10;  ///< MX or PTR names looked up for one term.

SpfAnswer check_host(Resolver& resolver, const SpfQuestion& question);

}  // namespace lr::domain
