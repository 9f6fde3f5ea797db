// A real authoritative DNS server (Knot DNS) on a port of its own on the loopback, with zones that
// it signs itself. For tests.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

namespace lr::domain {

struct KnotZone {
  std::string name;  ///< "signed.test"
  std::string text;  ///< Zone file, below `name`.
  bool sign = false;
};

class KnotServer {
 public:
  /// Writes its files into a folder that is gone with the server, and waits until it answers.
  /// Errors: kUnavailable when Knot is not installed or does not start.
  static Result<std::unique_ptr<KnotServer>> start(const std::vector<KnotZone>& zones);
  ~KnotServer();
  KnotServer(const KnotServer&) = delete;
  KnotServer& operator=(const KnotServer&) = delete;

  /// "127.0.0.1@port", as the resolver wants it.
  std::string address() const;
  /// The DS record that a parent would publish for a signed zone, as text.
  Result<std::string> trust_anchor(const std::string& zone) const;

 private:
  KnotServer(std::filesystem::path folder, int port, pid_t child)
      : folder_(std::move(folder)), port_(port), child_(child) {}

  std::filesystem::path folder_;
  int port_;
  pid_t child_;
};

}  // namespace lr::domain
