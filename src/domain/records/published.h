// What a domain has published, in the shape that the areas of mail records judge and quote.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inspection.h"

namespace lr::domain {

/// The answer to one question for TXT.
struct TxtRecords {
  std::string name{};
  bool failed = false;  ///< Nobody could say; `why` says so.
  std::string why{};
  bool exists = true;  ///< False: NXDOMAIN.
  std::vector<Text> all{};
  std::vector<std::string> aliases{};  ///< Targets of CNAMEs on the way.

  /// The joined texts that `is_one` accepts, in order.
  std::vector<std::string> those(bool (*is_one)(std::string_view)) const;
};
TxtRecords ask_txt(Resolver& resolver, std::string_view name);

/// The domain of the product's mail.
std::string mail_domain(const Subject& subject);

QuotedRecord quote_txt(std::string_view name, std::string_view text, std::size_t begin = 0,
                       std::size_t end = 0);

/// "name. IN TXT "…"", cut into strings where it must be.
std::string txt_line(std::string_view name, std::string_view text);

/// `text` with the bytes [begin, end) replaced; one of two spaces that meet is dropped.
std::string with_bytes(std::string_view text, std::size_t begin, std::size_t end,
                       std::string_view by);

/// Does mail to this domain have somewhere to go: an MX that is no null MX, or an address?
/// nullopt: nobody could say.
std::optional<bool> accepts_mail(Resolver& resolver, std::string_view domain);

/// Does its DMARC policy (RFC 9989) ask for quarantine or reject? nullopt: nobody could say.
std::optional<bool> is_dmarc_enforced(Resolver& resolver, std::string_view domain);

/// Lower case ASCII.
std::string lower_case(std::string_view text);

}  // namespace lr::domain
