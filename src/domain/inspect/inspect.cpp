#include "domain/inspect/inspect.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "domain/inspection.h"

namespace lr::domain {
namespace {

bool is_wanted(const Area& area, const std::vector<std::string>& only) {
  if (only.empty()) return true;
  return std::ranges::any_of(only, [&](const std::string& name) {
    if (name == area.name) return true;
    return std::ranges::any_of(area.checks, [&](const CheckDef& check) {
      return name == check.id || report::parse_control(name) == check.control;
    });
  });
}

}  // namespace

void inspect(std::span<const Area* const> areas, const Subject& subject, const Network& network,
             const InspectOptions& options, report::Report& report) {
  std::vector<const Area*> wanted;
  std::ranges::copy_if(areas, std::back_inserter(wanted),
                       [&](const Area* area) { return is_wanted(*area, options.only); });
  std::vector<std::unique_ptr<Inspection>> inspections;
  for (const Area* area : wanted) {
    inspections.push_back(std::make_unique<Inspection>(*area, subject, network));
  }
  std::atomic<std::size_t> next{0};
  std::mutex telling;
  std::size_t done = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < wanted.size(); i = next++) {
      wanted[i]->inspect(*inspections[i]);
      const std::scoped_lock lock(telling);
      ++done;
      if (options.on_progress) options.on_progress(wanted[i]->name, done, wanted.size());
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t count = std::min(options.threads, wanted.size());
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back(work);
  }
  for (const auto& inspection : inspections) inspection->report_to(report);
}

}  // namespace lr::domain
