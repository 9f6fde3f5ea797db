// One question and one answer over UDP (RFC 768), for DNS servers that are asked directly.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "net/stream.h"

namespace lr::net {

/// No datagram is longer.
inline constexpr std::size_t kDatagramBytes = 65'535;
/// Datagrams that `accept` refuses before the exchange gives up: a flood must end too.
inline constexpr std::size_t kRefusedDatagrams = 64;

/// Sends `request` from a fresh port and returns the first datagram from `server` that `accept`
/// says is the answer; others are dropped. Blocks until then or the deadline. Only datagrams of
/// that address and port are seen at all, because the socket is connected. Errors:
/// kDeadlineExceeded; kUnavailable when the port is closed or there is no route;
/// kResourceExhausted after kRefusedDatagrams.
Result<std::string> exchange_datagrams(const Endpoint& server, std::string_view request,
                                       Deadline deadline,
                                       const std::function<bool(std::string_view)>& accept);

}  // namespace lr::net
