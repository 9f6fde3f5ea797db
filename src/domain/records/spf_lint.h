// What one SPF record says that its owner will hardly mean. Looks at the text only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/check.h"
#include "domain/mail/spf_record.h"

namespace lr::domain {

struct SpfRemark {
  std::string_view check{};  ///< Behind "spf.": "pass_all".
  std::size_t begin = 0;     ///< The bytes in question; equal: all of it.
  std::size_t end = 0;
  std::string observed{};
  std::string corrected{};  ///< The record's text as it should be, or "".
  std::optional<report::Severity> severity{};
};

/// The checks that lint_spf() decides: what it does not remark upon is in order.
std::vector<std::string_view> spf_lint_checks();

/// `text` is what `record` was parsed from.
std::vector<SpfRemark> lint_spf(std::string_view text, const SpfRecord& record);

/// What a broken term was probably meant to be ("ipv4:…" → "ip4:…"), or "".
std::string likely_spf_term(std::string_view term);

/// A term that nobody understands.
struct SpfLeftOut {
  std::string term{};
  std::string why{};
};
/// The record with every broken term replaced by what was meant, or left out and added to
/// `left_out`.
std::string with_likely_spf_terms(std::string text, std::vector<SpfLeftOut>& left_out);

/// Where two strings of a TXT record were joined without the space between their terms: an offset
/// in the joined text; nullopt when all is well.
std::optional<std::size_t> lost_space(const std::vector<std::string>& strings);

}  // namespace lr::domain
