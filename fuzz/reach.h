// A fuzz target that never gets past the first check finds nothing and looks healthy. So every
// target names the states it must reach, and fails at the end when one was never seen.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace lr::fuzz {

/// Shorter runs (a single input, a corpus merge) are not judged.
inline constexpr std::uint64_t kRunsToJudge = 20'000;

/// One static object per target. States are the enumerators of an enum that count from 0.
template <std::size_t kStates>
class Reach {
 public:
  explicit Reach(const std::array<const char*, kStates>& names) : names_(names) {}
  Reach(const Reach&) = delete;
  Reach& operator=(const Reach&) = delete;
  ~Reach() { report(); }

  void run() { ++runs_; }
  template <class State>
  void mark(State state) {
    ++counts_[static_cast<std::size_t>(state)];
  }

 private:
  void report() const {
    bool all = true;
    std::fprintf(stderr, "reached:");
    for (std::size_t i = 0; i < kStates; ++i) {
      std::fprintf(stderr, " %s %llu%s", names_[i], static_cast<unsigned long long>(counts_[i]),
                   i + 1 < kStates ? "," : "\n");
      all = all && counts_[i] > 0;
    }
    if (all || runs_ < kRunsToJudge) return;
    std::fprintf(stderr, "fuzz: a state was never reached in %llu runs\n",
                 static_cast<unsigned long long>(runs_));
    std::_Exit(1);
  }

  std::array<const char*, kStates> names_;
  std::array<std::uint64_t, kStates> counts_{};
  std::uint64_t runs_ = 0;
};

/// Aborts, which libFuzzer reports with the input.
inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz: %s does not hold\n", what);
  std::abort();
}

}  // namespace lr::fuzz
