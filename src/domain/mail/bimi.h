// BIMI (draft-brand-indicators-for-message-identification): the logo that mailboxes may show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::domain {

struct BimiRecord {
  std::string logo;      ///< l=, an address of an SVG; "" with an empty `evidence`: declined.
  std::string evidence;  ///< a=, an address of a mark certificate in PEM; "" self-asserted.
  bool declined() const { return logo.empty() && evidence.empty(); }
};

/// Does the text begin with v=BIMI1? Records that do not are ignored.
bool is_bimi_record(std::string_view text);

/// Errors: kInvalidArgument with "column N: why". The addresses are not judged.
Result<BimiRecord> parse_bimi(std::string_view text);

inline constexpr std::size_t kBimiLogoBytes = 32u << 10;  ///< What receivers accept.

/// What keeps an SVG from being of the profile Tiny PS (draft-svg-tiny-ps-abrotman): version,
/// baseProfile, title, scripts, images, links to elsewhere, animation. Empty: nothing was found.
std::vector<std::string> tiny_ps_problems(std::string_view svg);

}  // namespace lr::domain
