#include "domain/rdata_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "crypto/digest.h"
#include "domain/zone.h"
#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr std::size_t kStringBytes = 255;
constexpr std::size_t kNameBytes = 253;
constexpr std::size_t kLabelBytes = 63;

constexpr auto kTypes = std::to_array<RecordType>(
    {RecordType::kA, RecordType::kNs, RecordType::kCname, RecordType::kSoa, RecordType::kPtr,
     RecordType::kMx, RecordType::kTxt, RecordType::kAaaa, RecordType::kSrv, RecordType::kDs,
     RecordType::kRrsig, RecordType::kNsec, RecordType::kDnskey, RecordType::kNsec3Param,
     RecordType::kTlsa, RecordType::kCds, RecordType::kCdnskey, RecordType::kHttps,
     RecordType::kCaa});

bool same(string_view a, string_view b) {
  return std::ranges::equal(a, b, {}, text::to_lower, text::to_lower);
}

std::unexpected<Error> wrong(std::string why) {
  return fail(Code::kInvalidArgument, std::move(why));
}

std::string quoted(string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      fmt::format_to(std::back_inserter(out), "\\{:03}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// As it was in the file, also when quotes or escapes kept it together.
std::string word_text(const ZoneToken& token) {
  const bool plain = !token.quoted && std::ranges::all_of(token.text, [](char c) {
    return c > 0x20 && c < 0x7f && string_view(";\"()\\").find(c) == string_view::npos;
  });
  return plain ? token.text : quoted(token.text);
}

/// Takes the tokens of one RDATA from the front.
class RdataReader {
 public:
  RdataReader(std::span<const ZoneToken> tokens, string_view origin)
      : tokens_(tokens), origin_(origin) {}

  bool empty() const { return tokens_.empty(); }

  Result<string_view> word(string_view what) {
    if (tokens_.empty()) return wrong(fmt::format("the {} is missing", what));
    const string_view text = tokens_.front().text;
    tokens_ = tokens_.subspan(1);
    return text;
  }

  template <class Number>
  Result<Number> number(string_view what) {
    LR_TRY(const string_view text, word(what));
    Number value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) {
      return wrong(fmt::format("'{}' is no {}", text, what));
    }
    return value;
  }

  Result<std::string> name(string_view what) {
    LR_TRY(const string_view text, word(what));
    return absolute_name(text, origin_);
  }

  Result<std::uint32_t> seconds(string_view what) {
    LR_TRY(const string_view text, word(what));
    const auto value = parse_zone_ttl(text);
    if (!value) return wrong(fmt::format("'{}' is no {}", text, what));
    return *value;
  }

  /// All that is left, which may be cut by white space.
  std::string rest() {
    std::string joined;
    for (; !tokens_.empty(); tokens_ = tokens_.subspan(1)) joined += tokens_.front().text;
    return joined;
  }

  /// All that is left, as it was written but for the white space.
  std::string words() {
    std::string joined;
    for (; !tokens_.empty(); tokens_ = tokens_.subspan(1)) {
      if (!joined.empty()) joined += ' ';
      joined += word_text(tokens_.front());
    }
    return joined;
  }

  Result<std::string> hex_rest(string_view what) {
    auto bytes = crypto::unhex(rest());
    if (!bytes) return wrong(fmt::format("the {} is not hexadecimal", what));
    return std::move(*bytes);
  }

  Result<> end() const {
    return tokens_.empty() ? Result<>()
                           : wrong(fmt::format("'{}' is too much", tokens_.front().text));
  }

 private:
  std::span<const ZoneToken> tokens_;
  string_view origin_;
};

Result<Rdata> read_address(RdataReader& in, bool v4) {
  LR_TRY(const string_view text, in.word("address"));
  const auto address = text::parse_ip(text);
  if (!address || text.contains(':') == v4) {
    return wrong(fmt::format("'{}' is no IPv{} address", text, v4 ? 4 : 6));
  }
  return *address;
}

Result<Rdata> read_text(RdataReader& in) {
  Text text;
  while (!in.empty()) {
    LR_TRY(const string_view piece, in.word("text"));
    if (piece.size() > kStringBytes) {
      return wrong(fmt::format("a string of {} bytes; cut it into strings of at most {}",
                               piece.size(), kStringBytes));
    }
    text.strings.emplace_back(piece);
  }
  if (text.strings.empty()) return wrong("the text is missing");
  return text;
}

Result<Rdata> read_mail_exchange(RdataReader& in) {
  MailExchange data;
  LR_TRY(data.preference, in.number<std::uint16_t>("preference"));
  LR_TRY(data.host, in.name("host"));
  return data;
}

Result<Rdata> read_authority(RdataReader& in) {
  StartOfAuthority data;
  LR_TRY(data.primary, in.name("primary server"));
  LR_TRY(data.contact, in.name("contact"));
  LR_TRY(data.serial, in.number<std::uint32_t>("serial"));
  LR_TRY(data.refresh, in.seconds("refresh"));
  LR_TRY(data.retry, in.seconds("retry"));
  LR_TRY(data.expire, in.seconds("expire"));
  LR_TRY(data.minimum, in.seconds("minimum"));
  return data;
}

Result<Rdata> read_caa(RdataReader& in) {
  CertificateAuthority data;
  LR_TRY(data.flags, in.number<std::uint8_t>("flags"));
  LR_TRY(data.tag, in.word("tag"));
  if (data.tag.empty()) return wrong("the tag is empty");  // RFC 8659 section 4.1
  LR_TRY(data.value, in.word("value"));
  return data;
}

Result<Rdata> read_tlsa(RdataReader& in) {
  TlsAssociation data;
  LR_TRY(data.usage, in.number<std::uint8_t>("usage"));
  LR_TRY(data.selector, in.number<std::uint8_t>("selector"));
  LR_TRY(data.matching, in.number<std::uint8_t>("matching type"));
  LR_TRY(data.data, in.hex_rest("association data"));
  return data;
}

Result<Rdata> read_signer(RdataReader& in) {
  DelegationSigner data;
  LR_TRY(data.key_tag, in.number<std::uint16_t>("key tag"));
  LR_TRY(data.algorithm, in.number<std::uint8_t>("algorithm"));
  LR_TRY(data.digest_type, in.number<std::uint8_t>("digest type"));
  LR_TRY(data.digest, in.hex_rest("digest"));
  return data;
}

Result<Rdata> read_key(RdataReader& in) {
  DnsKey data;
  LR_TRY(data.flags, in.number<std::uint16_t>("flags"));
  LR_TRY(data.protocol, in.number<std::uint8_t>("protocol"));
  LR_TRY(data.algorithm, in.number<std::uint8_t>("algorithm"));
  auto key = crypto::base64_decode(in.rest());
  if (!key) return wrong("the key is not base64");
  data.key = std::move(*key);
  return data;
}

/// RFC 3597 section 5: \# length hex.
Result<Rdata> read_opaque(RdataReader& in, RecordType type) {
  LR_TRY(const string_view mark, in.word("data"));
  if (mark != "#" && mark != "\\#") {
    return wrong(fmt::format("write a {} record as \\# LENGTH HEX", record_type_name(type)));
  }
  LR_TRY(const auto length, in.number<std::uint16_t>("length"));
  LR_TRY(auto wire, in.hex_rest("data"));
  if (wire.size() != length) return wrong("the length is not that of the data");
  return Opaque{.wire = std::move(wire)};
}

Result<Rdata> read(RdataReader& in, RecordType type) {
  switch (type) {
    case RecordType::kA:
    case RecordType::kAaaa:
      return read_address(in, type == RecordType::kA);
    case RecordType::kNs:
    case RecordType::kCname:
    case RecordType::kPtr: {
      LR_TRY(auto name, in.name("name"));
      return HostName{std::move(name)};
    }
    case RecordType::kMx:
      return read_mail_exchange(in);
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
      return Opaque{.text = in.words()};
  }
}

/// How much of a text goes into one string: behind a space, when one is near, for readers' sake.
std::size_t cut_of(string_view text) {
  constexpr std::size_t kNear = 80;
  if (text.size() <= kStringBytes) return text.size();
  const std::size_t space = text.substr(0, kStringBytes).rfind(' ');
  const bool near = space != string_view::npos && space + kNear >= kStringBytes;
  return near ? space + 1 : kStringBytes;
}

/// Strings over 255 bytes are cut; receivers join them again.
std::string text_strings(const Text& text) {
  std::string out;
  for (string_view piece : text.strings) {
    do {
      if (!out.empty()) out += ' ';
      const std::size_t cut = cut_of(piece);
      out += quoted(piece.substr(0, cut));
      piece.remove_prefix(cut);
    } while (!piece.empty());
  }
  return out;
}

/// A name with its last dot. White space in it, which only an escape can have put there, is written
/// as one, or the next reader would take it for the end of a word.
std::string name_text(string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\{:03}", byte);
    } else {
      out += c;
    }
  }
  return out + '.';
}

struct RdataWriter {
  std::string operator()(const Opaque& data) const {
    if (!data.text.empty()) return data.text;
    return fmt::format("\\# {} {}", data.wire.size(), crypto::hex(data.wire));
  }
  std::string operator()(const text::IpAddress& address) const { return address.str(); }
  std::string operator()(const HostName& host) const { return name_text(host.name); }
  std::string operator()(const MailExchange& data) const {
    return fmt::format("{} {}", data.preference, name_text(data.host));
  }
  std::string operator()(const Text& data) const { return text_strings(data); }
  std::string operator()(const StartOfAuthority& data) const {
    return fmt::format("{} {} {} {} {} {} {}", name_text(data.primary), name_text(data.contact),
                       data.serial, data.refresh, data.retry, data.expire, data.minimum);
  }
  std::string operator()(const CertificateAuthority& data) const {
    // Servers may send an empty tag, which has to stand there to be seen.
    const std::string tag = data.tag.empty() ? "\"\"" : word_text({data.tag, false});
    return fmt::format("{} {} {}", data.flags, tag, quoted(data.value));
  }
  std::string operator()(const TlsAssociation& data) const {
    return fmt::format("{} {} {} {}", data.usage, data.selector, data.matching,
                       crypto::hex(data.data));
  }
  std::string operator()(const DelegationSigner& data) const {
    return fmt::format("{} {} {} {}", data.key_tag, data.algorithm, data.digest_type,
                       crypto::hex(data.digest));
  }
  std::string operator()(const DnsKey& data) const {
    return fmt::format("{} {} {} {}", data.flags, data.protocol, data.algorithm,
                       crypto::base64_encode(data.key));
  }
};

}  // namespace

std::optional<RecordType> record_type_of(std::string_view name) {
  for (const RecordType type : kTypes) {
    if (same(name, record_type_name(type))) return type;
  }
  if (name.size() < 5 || !same(name.substr(0, 4), "TYPE")) return std::nullopt;
  std::uint16_t number = 0;
  const auto [end, problem] = std::from_chars(name.data() + 4, name.data() + name.size(), number);
  if (problem != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return static_cast<RecordType>(number);
}

std::optional<std::uint32_t> parse_zone_ttl(std::string_view text) {
  constexpr std::uint64_t kMost = 0x7fffffff;
  if (text.empty() || !text::is_digit(text.front())) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    std::uint64_t count = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (problem != std::errc() || count > kMost) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::uint64_t unit = 1;
    if (!text.empty()) {
      constexpr string_view kUnits = "smhdw";
      constexpr std::array<std::uint64_t, 5> kSeconds{1, 60, 3600, 86400, 604800};
      const std::size_t index = kUnits.find(text::to_lower(text.front()));
      if (index == string_view::npos) return std::nullopt;
      unit = kSeconds[index];
      text.remove_prefix(1);
    }
    total += count * unit;
    if (total > kMost) return std::nullopt;
  }
  return static_cast<std::uint32_t>(total);
}

Result<std::string> absolute_name(std::string_view text, std::string_view origin) {
  if (text == "@") return std::string(origin);
  if (text == ".") return std::string();
  std::string name = text.ends_with('.') || origin.empty()
                         ? canonical_name(text)
                         : canonical_name(text) + "." + std::string(origin);
  string_view rest = name;
  while (!rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    if (dot == 0 || dot > kLabelBytes) return wrong(fmt::format("'{}' is no name", text));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  if (name.empty() || name.size() > kNameBytes) return wrong(fmt::format("'{}' is no name", text));
  return name;
}

Result<Rdata> parse_rdata(RecordType type, std::span<const ZoneToken> tokens,
                          std::string_view origin) {
  RdataReader in(tokens, origin);
  const bool generic = !tokens.empty() && !tokens.front().quoted &&
                       (tokens.front().text == "\\#" || tokens.front().text == "#");
  LR_TRY(auto data, generic ? read_opaque(in, type) : read(in, type));
  LR_TRY_VOID(in.end());
  return data;
}

std::string rdata_text(const Rdata& data) { return std::visit(RdataWriter(), data); }

}  // namespace lr::domain
