// Judges the DMARC policy of the product's mail domain for the area dmarc.
#pragma once

#include "domain/inspection.h"

namespace lr::domain {

void judge_dmarc(Inspection& inspection);

}  // namespace lr::domain
