#include "domain/tls/client_hello.h"

#include "text/ip.h"

namespace lr::domain::tls {
namespace {

constexpr std::uint16_t kGrease = 0x7a7a;

// ExtensionType values of the IANA registry.
constexpr std::uint16_t kServerName = 0;
constexpr std::uint16_t kStatusRequest = 5;
constexpr std::uint16_t kSupportedGroups = 10;
constexpr std::uint16_t kPointFormats = 11;
constexpr std::uint16_t kSignatureAlgorithms = 13;
constexpr std::uint16_t kHeartbeat = 15;
constexpr std::uint16_t kAlpn = 16;
constexpr std::uint16_t kExtendedMasterSecret = 23;
constexpr std::uint16_t kSessionTicket = 35;
constexpr std::uint16_t kSupportedVersions = 43;
constexpr std::uint16_t kKeyShare = 51;
constexpr std::uint16_t kRenegotiationInfo = 0xff01;

std::string u8(std::size_t value) { return std::string(1, static_cast<char>(value & 0xff)); }
std::string u16(std::size_t value) { return u8(value >> 8) + u8(value); }
std::string u24(std::size_t value) { return u8(value >> 16) + u16(value); }

std::string short_list(const std::vector<std::uint16_t>& values) {
  std::string bytes;
  for (const std::uint16_t value : values) bytes += u16(value);
  return u16(bytes.size()) + bytes;
}

std::vector<std::uint16_t> with_grease(std::vector<std::uint16_t> values, bool grease) {
  if (grease) values.insert(values.begin(), kGrease);
  return values;
}

void append_extension(std::string& out, std::uint16_t type, const std::string& body) {
  out += u16(type) + u16(body.size()) + body;
}

std::string protocol_names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += u8(name.size()) + name;
  return u16(list.size()) + list;
}

/// What describes the handshake to come, in TLS 1.3 (RFC 8446 section 4.2).
void append_tls13(std::string& out, const ClientHello& hello) {
  std::string versions = hello.grease ? u16(kGrease) : "";
  versions += u16(static_cast<std::uint16_t>(Version::kTls13));
  append_extension(out, kSupportedVersions, u8(versions.size()) + versions);
  append_extension(out, kKeyShare, u16(0));
}

std::string extensions_of(const ClientHello& hello) {
  std::string out;
  const bool tls13 = hello.version == Version::kTls13;
  if (hello.grease) append_extension(out, kGrease, "");
  if (!hello.server_name.empty() && !text::parse_ip(hello.server_name)) {
    const std::string entry = u8(0) + u16(hello.server_name.size()) + hello.server_name;
    append_extension(out, kServerName, u16(entry.size()) + entry);
  }
  if (hello.extended_master_secret && !tls13) append_extension(out, kExtendedMasterSecret, "");
  if (hello.renegotiation_info && !tls13) append_extension(out, kRenegotiationInfo, u8(0));
  if (!hello.groups.empty()) {
    append_extension(out, kSupportedGroups, short_list(with_grease(hello.groups, hello.grease)));
    append_extension(out, kPointFormats, u8(1) + u8(0));
  }
  if (hello.session_ticket && !tls13) append_extension(out, kSessionTicket, "");
  if (!hello.alpn.empty()) append_extension(out, kAlpn, protocol_names(hello.alpn));
  if (hello.status_request) append_extension(out, kStatusRequest, u8(1) + u16(0) + u16(0));
  if (!hello.signature_schemes.empty() && hello.version >= Version::kTls12) {
    append_extension(out, kSignatureAlgorithms,
                     short_list(with_grease(hello.signature_schemes, hello.grease)));
  }
  if (hello.heartbeat) append_extension(out, kHeartbeat, u8(1));
  if (tls13) append_tls13(out, hello);
  return out;
}

}  // namespace

std::string client_hello(const ClientHello& hello) {
  const auto highest = static_cast<std::uint16_t>(hello.version);
  // Both fields stay at 1.2 when the client speaks 1.3 (RFC 8446 section 4.1.2); the record says
  // TLS 1.0 at most, for old servers (RFC 8446 section 5.1).
  const std::uint16_t legacy = std::min<std::uint16_t>(highest, 0x0303);
  const std::uint16_t record = std::min<std::uint16_t>(highest, 0x0301);
  std::string body = u16(legacy) + hello.random + u8(hello.session_id.size()) + hello.session_id;
  body += short_list(with_grease(hello.suites, hello.grease));
  body += u8(hello.compression.size());
  for (const std::uint8_t method : hello.compression) body += u8(method);
  if (hello.extensions) {
    const std::string extensions = extensions_of(hello);
    body += u16(extensions.size()) + extensions;
  }
  const std::string message = u8(1) + u24(body.size()) + body;
  return u8(22) + u16(record) + u16(message.size()) + message;
}

}  // namespace lr::domain::tls
