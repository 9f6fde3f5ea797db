#include "guard/lane.h"

namespace lr::guard {

Result<LanePtr> make_lane(SnapshotPtr snapshot, std::shared_ptr<Upstream> upstream,
                          const Services& services) {
  auto lane = std::make_shared<Lane>(std::move(snapshot), std::move(upstream), services);
  LR_TRY(const auto ordered, order_filters(all_filters()));
  for (const FilterDef* def : ordered) {
    auto filter = def->make(lane->services);
    if (!filter) return std::unexpected(std::move(filter).error().context(def->id));
    lane->filters.push_back(std::move(*filter));
  }
  for (const contract::Route& route : lane->snapshot->contract.routes) {
    lane->routes.push_back(&services.metrics.route(route.path));
  }
  lane->unmatched = &services.metrics.route("");
  return lane;
}

}  // namespace lr::guard
