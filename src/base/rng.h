// Randomness is a parameter too: the operating system's in production, a seeded one in tests.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace lr {

class Rng {
 public:
  virtual ~Rng() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t next_u64();
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// `bytes` random bytes as lower-case hexadecimal.
  std::string hex(std::size_t bytes);
  /// A version 4 UUID (RFC 9562).
  std::string uuid();
};

/// getrandom(2): fit for keys, nonces and canaries.
class SystemRng final : public Rng {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

/// SplitMix64: repeatable, for tests and for load patterns only.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t step();
  std::uint64_t state_;
};

}  // namespace lr
