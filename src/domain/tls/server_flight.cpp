#include "domain/tls/server_flight.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

namespace lr::domain::tls {
namespace {

constexpr std::uint8_t kChangeCipherSpec = 20;
constexpr std::uint8_t kAlertRecord = 21;
constexpr std::uint8_t kHandshake = 22;
constexpr std::size_t kRecordHead = 5;
constexpr std::size_t kMessageHead = 4;

/// SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3).
constexpr std::string_view kRetryRandom(
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
    "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c",
    32);

std::unexpected<Error> bad(const std::string& what) {
  return fail(Code::kBadGateway, "not a right TLS answer: " + what, Origin::kTarget);
}

std::size_t number(std::string_view bytes) {
  std::size_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

/// Reads fields from the front; after one that does not fit, everything is empty and ok() false.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}
  std::string_view bytes(std::size_t count) {
    if (!ok_ || rest_.size() < count) {
      ok_ = false;
      return {};
    }
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  std::size_t integer(std::size_t width) { return number(bytes(width)); }
  /// A vector with its length in `width` bytes before it.
  std::string_view vector(std::size_t width) { return bytes(integer(width)); }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

bool is_known(std::size_t version) { return version >= 0x0300 && version <= 0x0304; }

/// ALPN's answer is a list of exactly one name (RFC 7301 section 3.1).
Result<> take_alpn(std::string_view body, ServerHello& hello) {
  Fields fields(body);
  Fields list(fields.vector(2));
  const std::string_view name = list.vector(1);
  if (!fields.ok() || !fields.at_end() || !list.ok() || !list.at_end() || name.empty()) {
    return bad("the ALPN answer is not one protocol");
  }
  hello.alpn = std::string(name);
  return {};
}

Result<> take_extension(std::size_t type, std::string_view body, ServerHello& hello) {
  switch (type) {
    case 15:
      hello.heartbeat = true;
      return {};
    case 16:
      return take_alpn(body, hello);
    case 23:
      hello.extended_master_secret = true;
      return {};
    case 35:
      hello.session_ticket = true;
      return {};
    case 43:
      if (body.size() != 2 || number(body) != 0x0304) return bad("supported_versions is not 1.3");
      hello.version = Version::kTls13;
      return {};
    case 51:
      // A ServerHello has the group and a key, a retry the group alone.
      if (body.size() < 2) return bad("key_share is cut short");
      hello.group = static_cast<std::uint16_t>(number(body.substr(0, 2)));
      return {};
    case 0xff01:
      hello.renegotiation_info = true;
      return {};
    default:
      return {};
  }
}

Result<> take_extensions(std::string_view bytes, ServerHello& hello) {
  constexpr std::size_t kExtensions = 64;
  std::array<std::size_t, kExtensions> seen{};
  std::size_t count = 0;
  Fields fields(bytes);
  while (fields.ok() && !fields.at_end()) {
    const std::size_t type = fields.integer(2);
    const std::string_view body = fields.vector(2);
    if (!fields.ok()) break;
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(count);
    if (count == kExtensions) return bad("too many extensions");
    if (std::find(seen.begin(), end, type) != end) return bad("an extension came twice");
    seen[count++] = type;
    LR_TRY_VOID(take_extension(type, body, hello));
  }
  if (!fields.ok()) return bad("the extensions are cut short");
  return {};
}

int bit_length(std::string_view big_endian) {
  const std::size_t first = big_endian.find_first_not_of('\0');
  if (first == std::string_view::npos) return 0;
  const auto top = static_cast<std::uint8_t>(big_endian[first]);
  return static_cast<int>((big_endian.size() - first - 1) * 8) + std::bit_width(top);
}

}  // namespace

bool ServerHello::downgrade_sentinel() const {
  return random.size() == 32 && random.substr(24, 7) == "DOWNGRD" &&
         (random[31] == '\0' || random[31] == '\1');
}

std::string alert_name(const Alert& alert) {
  static constexpr std::pair<std::uint8_t, const char*> kNames[] = {
      {0, "close_notify"},
      {10, "unexpected_message"},
      {20, "bad_record_mac"},
      {22, "record_overflow"},
      {30, "decompression_failure"},
      {40, "handshake_failure"},
      {42, "bad_certificate"},
      {43, "unsupported_certificate"},
      {47, "illegal_parameter"},
      {48, "unknown_ca"},
      {49, "access_denied"},
      {50, "decode_error"},
      {51, "decrypt_error"},
      {70, "protocol_version"},
      {71, "insufficient_security"},
      {80, "internal_error"},
      {86, "inappropriate_fallback"},
      {90, "user_canceled"},
      {109, "missing_extension"},
      {110, "unsupported_extension"},
      {112, "unrecognized_name"},
      {116, "certificate_required"},
      {120, "no_application_protocol"}};
  for (const auto& [code, name] : kNames) {
    if (code == alert.description) return fmt::format("{} ({})", name, code);
  }
  return fmt::format("alert {}", alert.description);
}

Result<ServerHello> parse_server_hello(std::string_view body) {
  Fields fields(body);
  ServerHello hello;
  const std::size_t version = fields.integer(2);
  hello.random = fields.bytes(32);
  const std::string_view session = fields.vector(1);
  hello.suite = static_cast<std::uint16_t>(fields.integer(2));
  hello.compression = static_cast<std::uint8_t>(fields.integer(1));
  if (!fields.ok()) return bad("the ServerHello is cut short");
  if (session.size() > 32) return bad("the session id is too long");
  if (!is_known(version) || version > 0x0303) {
    return bad(fmt::format("the ServerHello has version 0x{:04x}", version));
  }
  hello.version = static_cast<Version>(version);
  hello.retry = hello.random == kRetryRandom;
  if (!fields.at_end()) {
    const std::string_view extensions = fields.vector(2);
    if (!fields.ok() || !fields.at_end()) return bad("the extensions are not what was announced");
    LR_TRY_VOID(take_extensions(extensions, hello));
  }
  if (hello.retry && hello.version != Version::kTls13) return bad("a retry without TLS 1.3");
  return hello;
}

Result<std::optional<KeyExchange>> parse_key_exchange(std::string_view body,
                                                      const ServerHello& hello) {
  const CipherSuite* suite = find_suite(hello.suite);
  const std::string_view kind = suite == nullptr ? "" : suite->key_exchange;
  if (kind != "DHE" && kind != "ECDHE" && kind != "DH" && kind != "ECDH") return std::nullopt;
  Fields fields(body);
  KeyExchange out;
  if (suite->authentication == "PSK") fields.vector(2);  // The hint (RFC 4279, RFC 5489).
  if (kind.starts_with("EC")) {
    const std::size_t curve_type = fields.integer(1);
    if (fields.ok() && curve_type != 3) return bad("the curve has no name");
    out.group = static_cast<std::uint16_t>(fields.integer(2));
    out.public_key = fields.vector(1);
  } else {
    const std::string_view prime = fields.vector(2);
    fields.vector(2);
    out.public_key = fields.vector(2);
    out.dh_bits = bit_length(prime);
  }
  const bool is_signed = !suite->anonymous && suite->authentication != "PSK";
  if (is_signed && hello.version >= Version::kTls12) {
    out.signature_scheme = static_cast<std::uint16_t>(fields.integer(2));
  }
  if (is_signed) fields.vector(2);
  if (!fields.ok() || !fields.at_end()) return bad("the key exchange is not what was announced");
  return out;
}

bool FlightReader::done() const {
  return failed_ || flight_.alert || flight_.hello_done ||
         (flight_.hello && flight_.hello->version == Version::kTls13);
}

Result<> FlightReader::feed(std::string_view bytes) {
  if (failed_) return bad("what came before was none");
  total_ += bytes.size();
  records_ += bytes;
  Result<> read = total_ > kFlightBytes ? bad("it is too long") : Result<>();
  std::size_t at = 0;
  while (read && !done() && records_.size() - at >= kRecordHead) {
    const std::string_view rest = std::string_view(records_).substr(at);
    const auto type = static_cast<std::uint8_t>(rest[0]);
    const std::size_t length = number(rest.substr(3, 2));
    if (type < kChangeCipherSpec || type > kHandshake || rest[1] != 3 || length > kRecordBytes) {
      read = bad("the record's head is none");
      break;
    }
    if (rest.size() < kRecordHead + length) break;
    read = take_record(type, rest.substr(kRecordHead, length));
    at += kRecordHead + length;
  }
  records_.erase(0, at);
  failed_ = !read;
  return read;
}

Result<> FlightReader::take_record(std::uint8_t type, std::string_view body) {
  if (type == kAlertRecord) return take_alert(body);
  if (type == kChangeCipherSpec) return bad("a change of keys before any were agreed");
  if (body.empty()) return bad("an empty handshake record");
  messages_ += body;
  return take_messages();
}

Result<> FlightReader::take_alert(std::string_view body) {
  if (body.size() != 2) return bad("an alert is two bytes");
  const Alert alert{static_cast<std::uint8_t>(body[0]), static_cast<std::uint8_t>(body[1])};
  // close_notify and whatever is fatal ends the connection; other warnings are passed over.
  if (alert.level != 1 || alert.description == 0) {
    flight_.alert = alert;
  } else if (++warnings_ > kWarnings) {
    return bad("too many warnings");
  }
  return {};
}

Result<> FlightReader::take_messages() {
  std::size_t at = 0;
  Result<> read;
  while (read && !done() && messages_.size() - at >= kMessageHead) {
    const std::string_view rest = std::string_view(messages_).substr(at);
    const std::size_t length = number(rest.substr(1, 3));
    if (length > kFlightBytes) return bad("a message is too long");
    if (rest.size() < kMessageHead + length) break;
    read = take_message(static_cast<std::uint8_t>(rest[0]), rest.substr(kMessageHead, length));
    at += kMessageHead + length;
  }
  messages_.erase(0, at);
  return read;
}

Result<> FlightReader::take_message(std::uint8_t type, std::string_view body) {
  if (!flight_.hello) {
    if (type != 2) return bad("the first message is no ServerHello");
    LR_TRY(flight_.hello, parse_server_hello(body));
    return {};
  }
  switch (type) {
    case 11:
      return take_certificates(body);
    case 12: {
      if (flight_.key_exchange) return bad("two key exchanges");
      LR_TRY(flight_.key_exchange, parse_key_exchange(body, *flight_.hello));
      return {};
    }
    case 13:  // CertificateRequest
    case 22:  // CertificateStatus
    case 23:  // SupplementalData
      return {};
    case 14:
      if (!body.empty()) return bad("ServerHelloDone has a body");
      flight_.hello_done = true;
      return {};
    default:
      return bad(fmt::format("message {} does not belong here", type));
  }
}

Result<> FlightReader::take_certificates(std::string_view body) {
  if (!flight_.certificates.empty()) return bad("two lists of certificates");
  Fields fields(body);
  Fields list(fields.vector(3));
  while (list.ok() && !list.at_end()) {
    if (flight_.certificates.size() == kCertificates) return bad("too many certificates");
    const std::string_view one = list.vector(3);
    if (list.ok()) flight_.certificates.emplace_back(one);
  }
  if (!fields.ok() || !fields.at_end() || !list.ok()) {
    return bad("the certificates are not what was announced");
  }
  return {};
}

}  // namespace lr::domain::tls
