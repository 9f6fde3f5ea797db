// Fetches what the web hosts serve as certificates, each with either kind of key, and judges it.
#pragma once

#include <span>

#include "domain/inspection.h"

namespace lr::domain::tls {

/// Says a word on each of `checks`, which are those of the area `certificate`.
void inspect_certificates(Inspection& inspection, std::span<const CheckDef> checks);

}  // namespace lr::domain::tls
