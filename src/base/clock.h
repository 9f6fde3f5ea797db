// Time is a parameter. Pure rooms take time points; rooms that do I/O hold a Clock, which tests
// replace with a FakeClock.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

namespace lr {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Wall time, for token expiry, logs and ledgers.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
/// Monotonic time, for timeouts and rate limits.
using MonoTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual MonoTime mono() const = 0;
};

/// The machine's own clock.
class SystemClock final : public Clock {
 public:
  WallTime wall() const override;
  MonoTime mono() const override;
};

/// Stands still until told to move; both times advance together.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(WallTime start) : wall_(start) {}
  WallTime wall() const override { return wall_; }
  MonoTime mono() const override { return mono_; }
  void advance(nanoseconds by);

 private:
  WallTime wall_;
  MonoTime mono_{};
};

/// "2026-01-31T10:42:07.123456Z" (RFC 3339, UTC, microseconds).
std::string format_rfc3339(WallTime time);

/// An absolute point by which something must be done. Deadlines are inherited and only shrink.
class Deadline {
 public:
  static Deadline never() { return Deadline(MonoTime::max()); }
  static Deadline at(MonoTime when) { return Deadline(when); }
  static Deadline after(nanoseconds duration) {
    return Deadline(std::chrono::steady_clock::now() + duration);
  }
  MonoTime when() const { return when_; }
  bool expired(MonoTime now) const { return now >= when_; }
  Deadline sooner(Deadline other) const { return Deadline(std::min(when_, other.when_)); }

 private:
  explicit Deadline(MonoTime when) : when_(when) {}
  MonoTime when_;
};

}  // namespace lr
