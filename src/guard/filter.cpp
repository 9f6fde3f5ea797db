#include "guard/filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "guard/guard.h"

namespace lr::guard {
namespace {

bool holds(std::span<const FilterDef* const> list, std::string_view id) {
  return std::ranges::any_of(list, [&](const FilterDef* def) { return def->id == id; });
}

bool ready(const FilterDef& def, std::span<const FilterDef* const> placed) {
  return std::ranges::all_of(def.after, [&](std::string_view id) { return holds(placed, id); });
}

}  // namespace

net::Task<Verdict> Filter::on_request_slow(Exchange& /*exchange*/) { co_return Verdict::pass(); }
Verdict Filter::on_response(Exchange& /*exchange*/) { return Verdict::pass(); }
net::Task<Verdict> Filter::on_response_body(Exchange& /*exchange*/) { co_return Verdict::pass(); }

Result<std::vector<const FilterDef*>> order_filters(std::span<const FilterDef* const> filters) {
  for (const FilterDef* def : filters) {
    for (const std::string_view id : def->after) {
      if (!holds(filters, id)) {
        return fail(Code::kInternal,
                    fmt::format("filter {} runs after {}, which does not exist", def->id, id));
      }
    }
  }
  std::vector<const FilterDef*> ordered;
  std::vector<const FilterDef*> waiting(filters.begin(), filters.end());
  std::ranges::sort(waiting, {}, &FilterDef::id);
  while (!waiting.empty()) {
    const auto next =
        std::ranges::find_if(waiting, [&](const FilterDef* def) { return ready(*def, ordered); });
    if (next == waiting.end()) {
      return fail(Code::kInternal, fmt::format("filter {} waits for itself", waiting.front()->id));
    }
    ordered.push_back(*next);
    waiting.erase(next);
  }
  return ordered;
}

std::string explain_pipeline() {
  const auto ordered = order_filters(all_filters());
  if (!ordered) return ordered.error().detail() + "\n";
  std::string out;
  int number = 0;
  for (const FilterDef* def : *ordered) {
    out += fmt::format("{:2}. {:<20} {}\n", ++number, def->id, def->title);
    if (!def->after.empty()) {
      out += fmt::format("    after {}: {}\n", fmt::join(def->after, ", "), def->why_after);
    }
    if (!def->section.empty()) out += fmt::format("    contract: {}\n", def->section);
  }
  return out;
}

}  // namespace lr::guard
