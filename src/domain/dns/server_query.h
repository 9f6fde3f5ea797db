// Questions to one server, past every resolver: what the servers of a zone say themselves.
#pragma once

#include <span>
#include <string>

#include "base/clock.h"
#include "domain/dns/message.h"
#include "net/stream.h"

namespace lr::domain {

enum class Transport : std::uint8_t {
  kUdp,      ///< TCP as well when the answer is cut (TC, RFC 7766).
  kUdpOnly,  ///< A cut answer is the answer.
  kTcp,
};

inline constexpr milliseconds kServerPatience{1'000};  ///< For one question to one server.
inline constexpr std::size_t kTransferMessages = 4;    ///< Read of a zone transfer, at most.

/// Blocks. The answer must come from the server's address with our id and our question; anything
/// else is dropped. Errors: kDeadlineExceeded, kUnavailable, kInvalidArgument for an answer that
/// is no message.
Result<DnsMessage> ask_server(const net::Endpoint& server, const Question& question,
                              Transport transport = Transport::kUdp,
                              milliseconds patience = kServerPatience);

/// The same to the first of `servers` that answers at all; two are tried.
Result<DnsMessage> ask_servers(std::span<const net::Endpoint> servers, const Question& question,
                               Transport transport = Transport::kUdp);

/// What a server gives to a stranger who asks for the whole zone (AXFR, RFC 5936).
struct Transfer {
  bool open = false;          ///< It handed out more than the SOA record.
  std::size_t records = 0;    ///< Read before we hung up.
  std::string first_names{};  ///< Some names out of it, as evidence.
  Rcode rcode = Rcode::kNoError;
};
/// Reads a few messages only and hangs up. Errors as ask_server().
Result<Transfer> try_transfer(const net::Endpoint& server, const std::string& zone,
                              milliseconds patience = kServerPatience);

}  // namespace lr::domain
