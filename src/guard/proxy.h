// Forwards one allowed request and releases the answer: streamed as it comes, or held back until
// the filters have judged it.
#pragma once

#include "guard/lane.h"

namespace lr::guard {

/// Pass: the answer was released (or broke off and the connection was cut). Reject: nothing was
/// sent to the client yet and the verdict says what to answer.
net::Task<Verdict> forward(Lane& lane, Exchange& exchange);

/// Runs on_response of every filter, the one nearest to the upstream first. Local answers pass
/// always.
Verdict filter_response(Lane& lane, Exchange& exchange);

}  // namespace lr::guard
