// Macro expansion of SPF (RFC 7208 section 7), and what it says of names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/dns.h"
#include "domain/mail/spf_record.h"
#include "text/ip.h"

namespace lr::domain {

/// What the letters stand for.
struct SpfMacroValues {
  text::IpAddress client;   ///< i, c, v
  std::string helo;         ///< h
  std::string sender;       ///< s, l, o: always with a local part.
  std::string receiver;     ///< r
  std::int64_t time = 0;    ///< t
  std::string validated{};  ///< p, set before it is needed.

  std::string_view sender_domain() const;
  /// A or AAAA, as the client's address needs.
  RecordType address_type() const;
  /// "4.3.2.1.in-addr.arpa" or the nibbles under ip6.arpa.
  std::string reverse_name() const;
};

/// `domain` is d.
std::string expand_spf_macros(const SpfMacroString& parts, const SpfMacroValues& values,
                              std::string_view domain);

/// Takes labels off the left until 253 characters are left; drops a trailing dot.
std::string fit_domain(std::string name);

/// Section 4.3: at least two labels, each of 1 to 63 bytes, at most 253 in all.
bool is_mail_domain(std::string_view name);

/// Is `name` the same name as `domain`, or below it? Ignores case.
bool is_same_or_below(std::string_view name, std::string_view domain);

}  // namespace lr::domain
