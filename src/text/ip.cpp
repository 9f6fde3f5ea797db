#include "text/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "text/ascii.h"

namespace lr::text {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kTextBytes = 45;  // The longest IPv6 text, with an embedded dotted quad.

/// The first `bits` bits of the address, the rest zero.
IpAddress truncate(IpAddress address, int bits) {
  for (int i = 0; i < 16; ++i) {
    const int keep = std::clamp(bits - i * 8, 0, 8);
    auto& byte = address.bytes[static_cast<std::size_t>(i)];
    byte = static_cast<std::uint8_t>(byte & ~(0xff >> keep));
  }
  return address;
}

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

std::string IpAddress::str() const {
  char text[INET6_ADDRSTRLEN];
  if (!is_v4()) return ::inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  // By hand, because inet_ntop(3) goes through printf and every request shows its address.
  char* end = text;
  for (std::size_t i = 12; i < 16; ++i) {
    end = std::to_chars(end, text + sizeof text, bytes[i]).ptr;
    *end++ = '.';
  }
  return {text, end - 1};
}

IpAddress IpAddress::limit_key() const { return is_v4() ? *this : truncate(*this, 64); }

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return bytes[15] == 1 &&
         std::all_of(bytes.begin(), bytes.end() - 1, [](int b) { return b == 0; });
}

Result<IpAddress> parse_ip(std::string_view text) {
  char terminated[kTextBytes + 1] = {};
  const auto allowed = [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; };
  const bool plain =
      !text.empty() && text.size() <= kTextBytes && std::ranges::all_of(text, allowed);
  if (plain) {
    std::memcpy(terminated, text.data(), text.size());
    IpAddress address;
    if (::inet_pton(AF_INET6, terminated, address.bytes.data()) == 1) return address;
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
    if (::inet_pton(AF_INET, terminated, address.bytes.data() + 12) == 1) return address;
  }
  return fail(Code::kInvalidArgument, "not an IP address");
}

bool IpPrefix::contains(const IpAddress& candidate) const {
  return truncate(candidate, bits) == truncate(address, bits);
}

Result<IpPrefix> parse_ip_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  IpPrefix prefix;
  LR_TRY(prefix.address, parse_ip(text.substr(0, slash)));
  if (slash == std::string_view::npos) return prefix;
  // Written as IPv6, "::ffff:10.0.0.0/104" counts the bits of the mapped form already.
  const int mapped_bits = text.find(':') == std::string_view::npos ? 96 : 0;
  const std::string_view digits = text.substr(slash + 1);
  int bits = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool number = !digits.empty() && is_digit(digits[0]) && error == std::errc() &&
                      stop == digits.data() + digits.size();
  const bool canonical = number && (digits.size() == 1 || digits[0] != '0');
  if (!canonical || bits + mapped_bits > 128) {
    return fail(Code::kInvalidArgument, "not a prefix length");
  }
  prefix.bits = bits + mapped_bits;
  if (truncate(prefix.address, prefix.bits) != prefix.address) {
    const std::string network = truncate(prefix.address, prefix.bits).str();
    return fail(Code::kInvalidArgument, "bits are set behind the prefix; did you mean " + network +
                                            std::string(text.substr(slash)));
  }
  return prefix;
}

}  // namespace lr::text
