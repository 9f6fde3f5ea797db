// The guard: a gateway in front of a chatbot's API that enforces the contract.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "contract/contract.h"

namespace lr::guard {

struct GuardOptions {
  std::string contract_path;
  std::string environment;  ///< "" picks the only one, or "production".
  // Overrides of the contract, for demos, tests and `--listen`.
  std::optional<contract::ListenAddress> listen;
  std::optional<contract::ListenAddress> admin;
  std::optional<text::Url> upstream;
  std::optional<unsigned> workers;
  std::optional<std::string> state_folder;  ///< Where ledger and state go.
  bool quiet = false;                       ///< No access log (benchmarks of the rest only).
  bool announce_json = false;               ///< run_guard() prints its addresses as JSON.
};

/// A running guard: worker threads, listeners, admin listener.
class Guard {
 public:
  /// Loads the contract, opens the stores and listens; nothing is left running on an error.
  static Result<std::unique_ptr<Guard>> start(GuardOptions options);
  virtual ~Guard() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::uint16_t admin_port() const = 0;
  /// Loads the contract and certificates again; on any error the running ones stay.
  virtual Result<> reload() = 0;
  /// Drains within the contract's bound and stops.
  virtual void stop() = 0;
};

/// Runs until SIGTERM or SIGINT (drain), reloads on SIGHUP. Blocks.
Result<> run_guard(GuardOptions options);

/// The filters in the order in which they run, one per line with the reason, for
/// `guard --explain-pipeline`.
std::string explain_pipeline();

}  // namespace lr::guard
