// A real authoritative DNS server (Knot DNS) on a port of its own on the loopback, with zones that
// it signs itself. For tests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/testing/process.h"

namespace lr::domain {

struct KnotZone {
  std::string name;  ///< "signed.test"
  std::string text;  ///< Zone file, below `name`.
  bool sign = false;
  std::string settings{};  ///< More lines for the zone in knot.conf: "acl: open".
};

struct KnotSettings {
  std::vector<std::string> addresses{"127.0.0.1"};
  std::uint16_t port = 0;  ///< 0: a free one.
  std::string sections{};  ///< More of knot.conf, before the zones: "acl:\n  - id: open\n…".
};

class KnotServer {
 public:
  /// Writes its files into a folder that is gone with the server, and waits until it answers.
  /// Errors: kUnavailable when Knot is not installed or does not start.
  static Result<std::unique_ptr<KnotServer>> start(const std::vector<KnotZone>& zones,
                                                   const KnotSettings& settings = {});
  ~KnotServer() = default;
  KnotServer(const KnotServer&) = delete;
  KnotServer& operator=(const KnotServer&) = delete;

  /// "127.0.0.1@port", as the resolver wants it; the first address.
  std::string address() const;
  std::uint16_t port() const { return settings_.port; }
  /// The DS record that a parent would publish for a signed zone, as text.
  Result<std::string> trust_anchor(const std::string& zone) const;

 private:
  KnotServer(std::unique_ptr<ScratchFolder> folder, KnotSettings settings)
      : folder_(std::move(folder)), settings_(std::move(settings)) {}
  Result<> launch(const std::vector<KnotZone>& zones);

  std::unique_ptr<ScratchFolder> folder_;
  KnotSettings settings_;
  std::unique_ptr<ChildProcess> child_{};  ///< Ends before its folder does.
};

}  // namespace lr::domain
