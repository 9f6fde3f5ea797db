// Judges the DKIM keys of the promised selectors for the area dkim.
#pragma once

#include "domain/inspection.h"

namespace lr::domain {

void judge_dkim(Inspection& inspection);

/// "<selector>._domainkey.<domain>"
std::string dkim_key_name(std::string_view selector, std::string_view domain);

inline constexpr std::size_t kSelectorsMax = 50;

}  // namespace lr::domain
