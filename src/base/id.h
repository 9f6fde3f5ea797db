// Ids are types: a UserId is never mistaken for a TenantId, and two string parameters in a row
// cannot be swapped.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace lr {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}
  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string value_;
};

using UserId = Id<struct UserTag>;
using TenantId = Id<struct TenantTag>;
using ObjectId = Id<struct ObjectTag>;
using RequestId = Id<struct RequestTag>;

}  // namespace lr

template <class Tag>
struct std::hash<lr::Id<Tag>> {
  std::size_t operator()(const lr::Id<Tag>& id) const noexcept {
    return std::hash<std::string>()(id.str());
  }
};
