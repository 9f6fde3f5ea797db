// A value that must never be printed. It cannot be copied, compared with ==, streamed or
// formatted; it is overwritten when it dies; and the single way to read it has a name that a
// reviewer can search for.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace lr {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(Secret&& other) noexcept : value_(std::exchange(other.value_, {})) {}
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  /// The bytes, for handing to a MAC, a header or a connection. Never for a log or a report.
  std::string_view expose() const { return value_; }
  bool empty() const { return value_.empty(); }
  /// A second owner of the same value; spelled out because every copy is one more place to leak.
  Secret duplicate() const { return Secret(value_); }

 private:
  void wipe() noexcept;
  std::string value_;
};

}  // namespace lr
