// The Received fields of a message that has arrived (RFC 5321 section 4.4): who handed it over, and
// how. Only what the receiver itself wrote, at the top, can be believed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/mail/message.h"
#include "text/ip.h"

namespace lr::domain {

struct ReceivedField {
  std::string from{};                        ///< The name the client gave.
  std::optional<text::IpAddress> address{};  ///< As seen by the server.
  std::string by{};
  std::string with{};  ///< "ESMTPS"
  bool tls = false;
  std::string tls_version{};  ///< "TLSv1.3", "" when it is not said.
};

inline constexpr std::size_t kReceivedFields = 50;

/// Never fails: what is not there stays empty.
ReceivedField parse_received(std::string_view value);
/// Topmost first.
std::vector<ReceivedField> received_fields(const Message& message);
/// The hop over which the message came in from outside: the topmost field with a public address,
/// else the topmost with any; nullptr when there is none.
const ReceivedField* entry_hop(const std::vector<ReceivedField>& fields);

/// RFC 1918, loopback, link-local, shared and unique local addresses.
bool is_private_address(const text::IpAddress& ip);

}  // namespace lr::domain
