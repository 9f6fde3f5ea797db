// Origins that must not be let in, and the browser's two ways of asking.
#pragma once

#include <string>
#include <vector>

#include "audit/sites.h"

namespace lr::audit {

struct OriginForm {
  std::string form;
  std::string origin;
};

/// An origin that nobody has anything to do with.
std::vector<OriginForm> stranger_origins();
/// What careless matching takes for `origin` (an allowed one, or the target's own).
std::vector<OriginForm> lookalikes_of(const std::string& origin);

/// Access-Control-Allow-Origin names exactly this origin.
bool lets_in(const probe::Exchange& answer, const std::string& origin);

/// Sends every form to every site as an ordinary request, and to the first site of each kind as a
/// preflight. Settles the cells: let in is found, everything else is proved.
net::Task<> try_origins(CheckContext& context, std::vector<OriginForm> forms,
                        std::size_t sites_max);

}  // namespace lr::audit
