// One worker's compiled form of a snapshot: filters in order, the upstream, the counters. Requests
// keep the lane they started in until they end, so a reload changes nothing under their feet.
#pragma once

#include <memory>
#include <vector>

#include "guard/filter.h"
#include "guard/metrics.h"
#include "guard/snapshot.h"
#include "guard/upstream.h"

namespace lr::guard {

struct Lane {
  Lane(SnapshotPtr from, std::shared_ptr<Upstream> to, Services services_of_worker)
      : snapshot(std::move(from)), upstream(std::move(to)), services(services_of_worker) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  SnapshotPtr snapshot;
  std::shared_ptr<Upstream> upstream;
  Services services;
  std::vector<std::unique_ptr<Filter>> filters;
  std::vector<RouteMetrics*> routes;  ///< By route.
  RouteMetrics* unmatched = nullptr;
};

using LanePtr = std::shared_ptr<Lane>;

/// `services` must refer to `snapshot` and `upstream`.
Result<LanePtr> make_lane(SnapshotPtr snapshot, std::shared_ptr<Upstream> upstream,
                          const Services& services);

}  // namespace lr::guard
