#include "probe/state.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace lr::probe {
namespace {

namespace json = text::json;
using Leaves = std::map<std::string, std::string>;

constexpr std::size_t kLeavesMax = 2'000;

void collect(const json::value& value, const std::string& place, Leaves& out) {
  if (out.size() >= kLeavesMax) return;
  if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      collect(member.value(), place + "/" + std::string(member.key()), out);
    }
  } else if (value.is_array()) {
    std::size_t index = 0;
    for (const json::value& item : value.get_array()) {
      collect(item, fmt::format("{}/{}", place, index++), out);
    }
  } else {
    out.emplace(place, json::serialize(value));
  }
}

bool is_gone(int status) { return status == 404 || status == 410; }

}  // namespace

StateWitness::Leaves StateWitness::leaves_of(const Exchange& exchange) {
  Leaves out;
  if (const auto document = exchange.json()) {
    collect(*document, "", out);
  } else {
    out.emplace("", exchange.response.body);
  }
  return out;
}

StateWitness::StateWitness(const Exchange& first, const Exchange& second)
    : sound_(first.ok() && second.ok()), before_(leaves_of(first)) {
  const Leaves again = leaves_of(second);
  for (const auto& [place, value] : before_) {
    const auto found = again.find(place);
    if (found == again.end() || found->second != value) restless_.insert(place);
  }
  for (const auto& [place, value] : again) {
    if (!before_.contains(place)) restless_.insert(place);
  }
}

bool StateWitness::can_judge(const Exchange& after) {
  return after.ok() || is_gone(after.status());
}

std::string StateWitness::change(const Exchange& after) const {
  if (is_gone(after.status())) return "it is gone";
  if (!after.ok()) return "";
  const Leaves now = leaves_of(after);
  for (const auto& [place, value] : now) {
    if (restless_.contains(place)) continue;
    const auto found = before_.find(place);
    if (found == before_.end()) return place + " was added";
    if (found->second != value) return (place.empty() ? "the content" : place) + " changed";
  }
  for (const auto& [place, value] : before_) {
    if (!now.contains(place) && !restless_.contains(place)) return place + " is missing";
  }
  return "";
}

}  // namespace lr::probe
