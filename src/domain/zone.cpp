#include "domain/zone.h"

#include <algorithm>

#include "text/ascii.h"

namespace lr::domain {
namespace {

constexpr std::size_t kNameBytes = 253;
constexpr std::size_t kLabelBytes = 63;

std::string parent_of(const std::string& name) {
  const std::size_t dot = name.find('.');
  return dot == std::string::npos ? std::string() : name.substr(dot + 1);
}

}  // namespace

bool is_askable(std::string_view name) {
  if (name.size() > kNameBytes || name.empty()) return false;
  while (true) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    if (dot == 0 || dot > kLabelBytes) return false;
    if (dot == name.size()) return true;
    name.remove_prefix(dot + 1);
  }
}

std::string canonical_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), text::to_lower);
  return lower;
}

void Zone::add(Record record) {
  const std::string name = canonical_name(record.name);
  for (std::string above = name; !above.empty(); above = parent_of(above)) names_.insert(above);
  records_[{name, record.type}].push_back(std::move(record));
}

void Zone::set_unreachable(std::string_view name) { unreachable_.insert(canonical_name(name)); }

const std::vector<Record>* Zone::find(const std::string& name, RecordType type) const {
  const auto found = records_.find({name, type});
  return found == records_.end() ? nullptr : &found->second;
}

bool Zone::exists(const std::string& name) const { return names_.contains(name); }

std::string Zone::wildcard_for(std::string name) const {
  // Only the closest name that exists may have the wildcard.
  while (!name.empty() && !exists(name)) {
    name = parent_of(name);
    if (exists("*." + name) && (exists(name) || name.empty())) return "*." + name;
  }
  return {};
}

Answer Zone::query(std::string_view asked, RecordType type) {
  Answer answer;
  std::string name = canonical_name(asked);
  for (std::size_t hops = 0; hops <= kAliases; ++hops) {
    if (!is_askable(name)) {
      answer.outcome = Outcome::kNxDomain;
      return answer;
    }
    const std::string owner = exists(name) ? name : wildcard_for(name);
    if (const auto* records = find(owner, type)) {
      answer.outcome = Outcome::kAnswer;
      answer.records = *records;
      return answer;
    }
    if (unreachable_.contains(name)) {
      answer.why = "timeout";
      return answer;
    }
    const auto* alias = find(owner, RecordType::kCname);
    const HostName* target =
        alias == nullptr ? nullptr : std::get_if<HostName>(&alias->front().data);
    if (target == nullptr) {
      answer.outcome = owner.empty() ? Outcome::kNxDomain : Outcome::kNoData;
      return answer;
    }
    name = canonical_name(target->name);
    answer.aliases.push_back(name);
  }
  answer.outcome = Outcome::kFailed;
  answer.why = "the CNAME chain does not end";
  return answer;
}

}  // namespace lr::domain
