// A mail server for tests that behaves as it is told, right or wrong, on a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "domain/testing/certificates.h"

namespace lr::domain {

struct MxBehaviour {
  std::string greeting = "220 mx.acme.example ESMTP\r\n";
  std::string name = "mx.acme.example";
  std::string plain_keywords{};  ///< "250-AUTH PLAIN\r\n": more lines of EHLO before TLS.
  bool knows_ehlo = true;
  int busy_for = 0;  ///< So many connections are told at EHLO to come later.
  bool starttls = true;
  TestCertificate certificate{};  ///< Of the handshake.
  bool garbage_handshake = false;
  bool silent_handshake = false;
  bool talks_before_tls = false;  ///< Sends a line in the clear behind the 220.
  bool obeys_early_commands = false;
  bool silent = false;  ///< Takes the connection and says nothing.
  std::string vrfy = "252 2.0.0 perhaps";
  std::string expn = "502 5.5.1 no";
  /// The reply to RCPT for the path between the brackets.
  std::function<std::string(std::string_view path)> recipient{};
};

/// Takes mail for acme.example only, of every local part that is "postmaster".
std::string postmaster_only(std::string_view path);

class ScriptedMx {
 public:
  explicit ScriptedMx(MxBehaviour behaviour);
  ~ScriptedMx();
  std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lr::domain
