// A DNS server that answers as a test wants: silence, garbage, loops, truncation. On UDP and TCP.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"

namespace lr::domain {

/// A question as it came.
struct ScriptedQuestion {
  std::string id;       ///< Two bytes.
  std::string section;  ///< The question section's bytes: name, type, class.
  std::string name;     ///< "www.acme.lab", lower case.
  std::uint16_t type = 0;
  bool tcp = false;
};

class ScriptedDns {
 public:
  /// Called on the server's threads, several at a time for TCP; the whole message to send, or ""
  /// for silence.
  using Script = std::function<std::string(const ScriptedQuestion&)>;

  /// Listens on one loopback address. Errors: kUnavailable when the port is taken.
  static Result<std::unique_ptr<ScriptedDns>> start(const std::string& address, std::uint16_t port,
                                                    Script script);
  ~ScriptedDns();
  ScriptedDns(const ScriptedDns&) = delete;
  ScriptedDns& operator=(const ScriptedDns&) = delete;

 private:
  explicit ScriptedDns(Script script) : script_(std::move(script)) {}
  void serve(const std::stop_token& stop);
  void answer_datagram() const;
  void answer_connection();

  Script script_;
  int udp_ = -1;
  int tcp_ = -1;
  std::vector<std::jthread> connections_{};  ///< Each ends a second after its last question.
  std::jthread thread_{};
};

/// A header with these flag bytes ("\x84\x00": an authoritative answer), the question, and records
/// made by scripted_record().
std::string scripted_answer(const ScriptedQuestion& question, std::string_view flags,
                            const std::vector<std::string>& records);
/// A record in wire form, of class IN.
std::string scripted_record(std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                            std::string_view rdata);
/// A name in wire form, without compression.
std::string wire_name(std::string_view name);

}  // namespace lr::domain
