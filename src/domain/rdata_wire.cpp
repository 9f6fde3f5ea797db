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

}  // namespace

Result<Rdata> decode_rdata(RecordType type, std::string_view wire) {
  WireReader in(wire);
  LR_TRY(auto data, read(in, type));
  if (!in.empty()) return fail(Code::kInvalidArgument, "the record's data is too long");
  return data;
}

}  // namespace lr::domain
