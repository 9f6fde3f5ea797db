// Which objects a request names, wherever it names them, and whose they are.
#pragma once

#include "guard/filter.h"

namespace lr::guard {

/// Fills exchange.objects from path, query, headers and body, with the owners that the store
/// knows. An id given several times or in a list names several objects. Rejects with kNotFound
/// what cannot be an id of its kind, and with kUnprocessable what is no id at all.
Verdict collect_objects(const Services& services, Exchange& exchange);

/// The object must belong to the caller (access.owner or a reference asks for it).
bool is_asked_for(const contract::Route& route, contract::ObjectIndex object);

/// The answer to this very request shows the object, so that its owner field can be judged there.
bool answer_proves(const Services& services, const Exchange& exchange, const NamedObject& named);

/// The learned object that a DELETE of its own path removes, or null.
const NamedObject* forgotten_object(const Exchange& exchange);

/// Reads the object from the upstream as the caller and judges its owner fields. Sets named.owner
/// when it is the caller's. Rejects only when the upstream could not be asked.
net::Task<Verdict> prove_owner(const Services& services, Exchange& exchange, NamedObject& named);

}  // namespace lr::guard
