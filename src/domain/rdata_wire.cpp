#include "domain/rdata_wire.h"

#include <algorithm>

namespace lr::domain {
namespace {

using std::string_view;

std::unexpected<Error> truncated() {
  return fail(Code::kInvalidArgument, "the record's data is cut off");
}

class WireReader {
 public:
  explicit WireReader(string_view wire) : rest_(wire) {}

  bool empty() const { return rest_.empty(); }

  Result<string_view> bytes(std::size_t count) {
    if (rest_.size() < count) return truncated();
    const string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  /// Big endian.
  template <class Number>
  Result<Number> number() {
    LR_TRY(const string_view raw, bytes(sizeof(Number)));
    std::uint64_t value = 0;
    for (const char c : raw) value = value << 8 | static_cast<std::uint8_t>(c);
    return static_cast<Number>(value);
  }

  Result<std::string> name() {
    std::string out;
    while (true) {
      LR_TRY(const auto length, number<std::uint8_t>());
      if (length == 0) return out;
      if (length > 63) return fail(Code::kInvalidArgument, "a label has more than 63 bytes");
      LR_TRY(const string_view label, bytes(length));
      if (!out.empty()) out += '.';
      out += label;
      if (out.size() > 255) return fail(Code::kInvalidArgument, "a name has more than 255 bytes");
    }
  }

  /// <character-string>: a length byte and that many bytes.
  Result<std::string> text() {
    LR_TRY(const auto length, number<std::uint8_t>());
    LR_TRY(const string_view raw, bytes(length));
    return std::string(raw);
  }

  std::string rest() { return std::string(std::exchange(rest_, {})); }

 private:
  string_view rest_;
};

Result<Rdata> read_address(WireReader& in, bool v4) {
  text::IpAddress address;
  LR_TRY(const string_view raw, in.bytes(v4 ? 4 : 16));
  std::ranges::transform(raw, address.bytes.begin() + (v4 ? 12 : 0),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  if (v4) address.bytes[10] = address.bytes[11] = 0xff;
  return address;
}

Result<Rdata> read_text(WireReader& in) {
  Text text;
  while (!in.empty()) {
    LR_TRY(auto piece, in.text());
    text.strings.push_back(std::move(piece));
  }
  return text;
}

Result<Rdata> read_authority(WireReader& in) {
  StartOfAuthority data;
  LR_TRY(data.primary, in.name());
  LR_TRY(data.contact, in.name());
  LR_TRY(data.serial, in.number<std::uint32_t>());
  LR_TRY(data.refresh, in.number<std::uint32_t>());
  LR_TRY(data.retry, in.number<std::uint32_t>());
  LR_TRY(data.expire, in.number<std::uint32_t>());
  LR_TRY(data.minimum, in.number<std::uint32_t>());
  return data;
}

Result<Rdata> read_caa(WireReader& in) {
  CertificateAuthority data;
  LR_TRY(data.flags, in.number<std::uint8_t>());
  LR_TRY(data.tag, in.text());
  data.value = in.rest();
  return data;
}

Result<Rdata> read_tlsa(WireReader& in) {
  TlsAssociation data;
  LR_TRY(data.usage, in.number<std::uint8_t>());
  LR_TRY(data.selector, in.number<std::uint8_t>());
  LR_TRY(data.matching, in.number<std::uint8_t>());
  data.data = in.rest();
  return data;
}

Result<Rdata> read_signer(WireReader& in) {
  DelegationSigner data;
  LR_TRY(data.key_tag, in.number<std::uint16_t>());
  LR_TRY(data.algorithm, in.number<std::uint8_t>());
  LR_TRY(data.digest_type, in.number<std::uint8_t>());
  data.digest = in.rest();
  return data;
}

Result<Rdata> read_key(WireReader& in) {
  DnsKey data;
  LR_TRY(data.flags, in.number<std::uint16_t>());
  LR_TRY(data.protocol, in.number<std::uint8_t>());
  LR_TRY(data.algorithm, in.number<std::uint8_t>());
  data.key = in.rest();
  return data;
}

Result<Rdata> read(WireReader& in, RecordType type) {
  switch (type) {
    case RecordType::kA:
    case RecordType::kAaaa:
      return read_address(in, type == RecordType::kA);
    case RecordType::kNs:
    case RecordType::kCname:
    case RecordType::kPtr: {
      LR_TRY(auto name, in.name());
      return HostName{std::move(name)};
    }
    case RecordType::kMx: {
      MailExchange data;
      LR_TRY(data.preference, in.number<std::uint16_t>());
      LR_TRY(data.host, in.name());
      return data;
    }
    case RecordType::kTxt:
      return read_text(in);
    case RecordType::kSoa:
      return read_authority(in);
    case RecordType::kCaa:
      return read_caa(in);
    case RecordType::kTlsa:
      return read_tlsa(in);
    case RecordType::kDs:
    case RecordType::kCds:
      return read_signer(in);
    case RecordType::kDnskey:
    case RecordType::kCdnskey:
      return read_key(in);
    default:
      return Opaque{.wire = in.rest()};
  }
}

/// Big endian.
template <class Number>
std::string number_bytes(Number value) {
  std::string out(sizeof(Number), '\0');
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<char>(value >> (8 * (out.size() - 1 - i)) & 0xff);
  }
  return out;
}

/// <character-string>, cut into several when it is too long for one.
std::string counted(string_view text) {
  std::string out;
  do {
    const string_view piece = text.substr(0, 255);
    out += static_cast<char>(piece.size());
    out += piece;
    text.remove_prefix(piece.size());
  } while (!text.empty());
  return out;
}

struct WireWriter {
  std::string operator()(const Opaque& data) const { return data.wire; }
  std::string operator()(const text::IpAddress& address) const {
    const std::string all(address.bytes.begin(), address.bytes.end());
    return address.is_v4() ? all.substr(12) : all;
  }
  std::string operator()(const HostName& host) const { return encode_name(host.name); }
  std::string operator()(const MailExchange& data) const {
    return number_bytes(data.preference) + encode_name(data.host);
  }
  std::string operator()(const Text& data) const {
    std::string out;
    for (const std::string& piece : data.strings) out += counted(piece);
    return out;
  }
  std::string operator()(const StartOfAuthority& data) const {
    return encode_name(data.primary) + encode_name(data.contact) + number_bytes(data.serial) +
           number_bytes(data.refresh) + number_bytes(data.retry) + number_bytes(data.expire) +
           number_bytes(data.minimum);
  }
  std::string operator()(const CertificateAuthority& data) const {
    return number_bytes(data.flags) + counted(data.tag) + data.value;
  }
  std::string operator()(const TlsAssociation& data) const {
    return number_bytes(data.usage) + number_bytes(data.selector) + number_bytes(data.matching) +
           data.data;
  }
  std::string operator()(const DelegationSigner& data) const {
    return number_bytes(data.key_tag) + number_bytes(data.algorithm) +
           number_bytes(data.digest_type) + data.digest;
  }
  std::string operator()(const DnsKey& data) const {
    return number_bytes(data.flags) + number_bytes(data.protocol) + number_bytes(data.algorithm) +
           data.key;
  }
};

}  // namespace

std::string encode_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    out += static_cast<char>(dot);
    out += name.substr(0, dot);
    name.remove_prefix(std::min(dot + 1, name.size()));
  }
  return out + '\0';
}

std::string encode_rdata(const Rdata& data) { return std::visit(WireWriter(), data); }

Result<Rdata> decode_rdata(RecordType type, std::string_view wire) {
  WireReader in(wire);
  LR_TRY(auto data, read(in, type));
  if (!in.empty()) return fail(Code::kInvalidArgument, "the record's data is too long");
  return data;
}

}  // namespace lr::domain
