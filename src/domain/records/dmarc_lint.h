// What one DMARC record says that its owner will hardly mean. Looks at the text only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/mail/dmarc_record.h"

namespace lr::domain {

struct DmarcRemark {
  std::string_view check{};  ///< Behind "dmarc.": "subdomains_weaker".
  std::size_t begin = 0;     ///< The bytes in question; equal: all of it.
  std::size_t end = 0;
  std::string observed{};
  std::string corrected{};  ///< The record's text as it should be, or "".
};

/// The checks that lint_dmarc() decides: what it does not remark upon is in order.
std::vector<std::string_view> dmarc_lint_checks();

/// `text` is what `record` was parsed from.
std::vector<DmarcRemark> lint_dmarc(std::string_view text, const DmarcRecord& record);

/// A tag and its bytes; broken parts have the name "".
struct DmarcTag {
  std::string_view name{};
  std::string_view value{};
  std::size_t begin = 0;
  std::size_t end = 0;
};
std::vector<DmarcTag> dmarc_tags(std::string_view text);

/// The record with the tag set: in its place, p= behind the version, others at the end.
std::string with_dmarc_tag(std::string_view text, std::string_view name, std::string_view value);
std::string without_dmarc_tag(std::string_view text, std::string_view name);

}  // namespace lr::domain
