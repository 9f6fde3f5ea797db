// Places of the product that can simply be looked at, for checks of headers, origins and errors.
#pragma once

#include <vector>

#include "audit/check_context.h"

namespace lr::audit {

/// A readable place, with the request of somebody who may read it and the answer to it.
struct Site {
  Cell cell;
  probe::Request request;  ///< Without a credential.
  const probe::Persona* persona = nullptr;
  bool is_private = false;
  const contract::Route* route = nullptr;
  probe::Exchange answer;
};

/// kOnce: only the answer is looked at. kOften: more requests follow, so that routes whose limits
/// count are left out.
enum class Visit : std::uint8_t { kOnce, kOften };
/// The GET routes that can be read, at most `most`; without a contract, or without such routes,
/// the root page and the page that it leads to.
net::Task<std::vector<Site>> readable_sites(CheckContext& context, std::size_t most, Visit visit);

/// An answer that is an error, and what was wrong with the request.
struct Provoked {
  Cell cell;
  std::string cause;
  probe::Exchange answer;
};

/// Makes the target complain in every harmless way: unknown paths, missing objects, wrong methods,
/// missing credentials, malformed bodies. Only answers of 400 and above are kept. `origin` is sent
/// as Origin when it is not "".
net::Task<std::vector<Provoked>> provoke_errors(CheckContext& context, const std::string& origin);

}  // namespace lr::audit
