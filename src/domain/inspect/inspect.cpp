#include "domain/inspect/inspect.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "domain/inspection.h"

namespace lr::domain {
namespace {

bool is_wanted(std::string_view id, report::Control control, const std::vector<std::string>& only) {
  return only.empty() || std::ranges::any_of(only, [&](const std::string& name) {
           return name == id || report::parse_control(name) == control ||
                  (id.starts_with(name) && id.substr(name.size()).starts_with('.'));
         });
}

bool is_wanted(const Area& area, const std::vector<std::string>& only) {
  return std::ranges::any_of(
      area.checks, [&](const CheckDef& check) { return is_wanted(check.id, check.control, only); });
}

/// An area judges all of its checks together; what was not asked for is left out.
void add_wanted(const Inspection& inspection, const std::vector<std::string>& only,
                report::Report& report) {
  report::Report all;
  inspection.report_to(all);
  std::set<std::string> left_out;
  for (const report::CheckRow& row : all.checks) {
    if (!is_wanted(row.id, row.control, only)) left_out.insert(row.id);
  }
  const auto take = [&](auto& from, auto& to, auto id) {
    for (auto& one : from) {
      if (!left_out.contains(std::invoke(id, one))) to.push_back(std::move(one));
    }
  };
  take(all.checks, report.checks, &report::CheckRow::id);
  take(all.findings, report.findings, &report::Finding::check);
  take(all.inconclusive, report.inconclusive, &report::Inconclusive::check);
  take(all.rules, report.rules, &report::RuleText::id);
  report.requests += all.requests;
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
  for (const auto& inspection : inspections) add_wanted(*inspection, options.only, report);
}

}  // namespace lr::domain
