// What a filter may use. Everything belongs to one worker, or may be used from any thread.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/rng.h"
#include "contract/contract.h"
#include "net/event_loop.h"
#include "store/ledger.h"
#include "store/ownership_store.h"
#include "store/rate_store.h"

namespace lr::guard {

struct Snapshot;
class JwksCache;
class Upstream;
class WorkerMetrics;

struct Services {
  const Snapshot& snapshot;
  const contract::Contract& contract;  ///< That of the snapshot.
  const Clock& clock;
  Rng& rng;
  store::OwnershipStore& ownership;
  store::RateStore& rates;
  store::Ledger& ledger;
  JwksCache& keys;
  Upstream& upstream;
  WorkerMetrics& metrics;
};

}  // namespace lr::guard
