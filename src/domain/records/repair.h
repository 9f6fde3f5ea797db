// One record's text put right: what is meant is kept, what keeps it from counting is changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/records/published.h"

namespace lr::domain {

struct SpfRepair {
  std::string text{};  ///< The record as it should be; "" when nobody can say.
  std::string why{};
  std::vector<std::string> open{};
};
/// `txt` are the TXT records of the mail domain. Several SPF records are merged, promised senders
/// that do not pass are added, broken terms are replaced by what was meant. A term that nobody
/// understands would spoil the record: it is left out, and `open` says so.
SpfRepair repair_spf(const TxtRecords& txt, const Subject& subject, Resolver& resolver);

/// `txt` are those at "_dmarc."; the first DMARC record is kept as far as it can be. A domain
/// above that already says enough needs none: "".
std::string repair_dmarc(const TxtRecords& txt, const Subject& subject);

/// The same key without stray quotes, t=y, h= without sha256, s= without email, g=; "" when the
/// key itself is no good.
std::string repair_dkim(std::string_view record);

}  // namespace lr::domain
