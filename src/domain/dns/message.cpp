#include "domain/dns/message.h"

#include <fmt/format.h>

#include <array>

#include "domain/rdata_wire.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr std::uint16_t kOpt = 41;
constexpr std::uint16_t kInternet = 1;
constexpr std::size_t kNameBytes = 255;  ///< On the wire (RFC 1035 section 2.3.4).
constexpr std::uint16_t kSrvType = 33;

std::unexpected<Error> wrong(std::string why) {
  return fail(Code::kInvalidArgument, "the DNS message " + std::move(why));
}

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}

class MessageReader {
 public:
  explicit MessageReader(string_view wire) : wire_(wire) {}

  bool at_end() const { return at_ == wire_.size(); }
  std::size_t position() const { return at_; }

  template <class Number>
  Result<Number> number() {
    if (wire_.size() - at_ < sizeof(Number)) return wrong("is cut off");
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      value = value << 8 | static_cast<std::uint8_t>(wire_[at_++]);
    }
    return static_cast<Number>(value);
  }

  Result<string_view> bytes(std::size_t count) {
    if (wire_.size() - at_ < count) return wrong("is cut off");
    const string_view taken = wire_.substr(at_, count);
    at_ += count;
    return taken;
  }

  /// Follows compression pointers (section 4.1.4). Each must lead to before the piece of the name
  /// that holds it, so that no chain of them can go round in circles.
  Result<std::string> name() {
    std::string out;
    std::size_t at = at_;
    std::size_t piece = at_;
    std::size_t wire_bytes = 1;
    bool jumped = false;
    while (true) {
      if (at >= wire_.size()) return wrong("is cut off inside a name");
      const auto length = static_cast<std::uint8_t>(wire_[at]);
      if ((length & 0xc0) == 0xc0) {
        if (at + 1 >= wire_.size()) return wrong("is cut off inside a name");
        const std::size_t target = (length & 0x3fu) << 8 | static_cast<std::uint8_t>(wire_[at + 1]);
        if (!jumped) at_ = at + 2;
        jumped = true;
        if (target >= piece) return wrong("has a name whose pointer does not lead backwards");
        at = piece = target;
        continue;
      }
      if (length > 63) return wrong("has a label of an unknown kind");
      ++at;
      if (length == 0) break;
      if (wire_.size() - at < length) return wrong("is cut off inside a name");
      wire_bytes += length + 1u;
      if (wire_bytes > kNameBytes) return wrong("has a name of more than 255 bytes");
      if (!out.empty()) out += '.';
      out += wire_.substr(at, length);
      at += length;
    }
    if (!jumped) at_ = at;
    return canonical_name(out);
  }

 private:
  string_view wire_;
  std::size_t at_ = 0;
};

/// RDATA with its names written out, as decode_rdata() wants them. Only the types of RFC 1035 may
/// compress theirs; servers do it for SRV too.
Result<std::string> written_out(MessageReader& in, std::uint16_t type, std::size_t length) {
  const std::size_t end = in.position() + length;
  std::string out;
  std::size_t fixed = 0;
  std::size_t names = 0;
  switch (type) {
    case static_cast<std::uint16_t>(RecordType::kNs):
    case static_cast<std::uint16_t>(RecordType::kCname):
    case static_cast<std::uint16_t>(RecordType::kPtr):
      names = 1;
      break;
    case static_cast<std::uint16_t>(RecordType::kMx):
      fixed = 2;
      names = 1;
      break;
    case kSrvType:
      fixed = 6;
      names = 1;
      break;
    case static_cast<std::uint16_t>(RecordType::kSoa):
      names = 2;
      break;
    default:
      break;
  }
  LR_TRY(out, in.bytes(fixed));
  for (; names > 0; --names) {
    LR_TRY(const std::string name, in.name());
    out += encode_name(name);
  }
  if (in.position() > end) return wrong("has a record that is longer than it says");
  LR_TRY(const string_view rest, in.bytes(end - in.position()));
  return out + std::string(rest);
}

/// One resource record; an OPT record goes into the message's header fields instead.
Result<> read_record(MessageReader& in, DnsMessage& message, std::vector<Record>& section) {
  Record record{.name = {}, .data = {}};
  LR_TRY(record.name, in.name());
  LR_TRY(const auto type, in.number<std::uint16_t>());
  LR_TRY(const auto kind, in.number<std::uint16_t>());
  LR_TRY(record.ttl, in.number<std::uint32_t>());
  LR_TRY(const auto length, in.number<std::uint16_t>());
  if (type == kOpt) {
    LR_TRY_VOID(in.bytes(length));
    message.edns = true;
    message.rcode =
        static_cast<Rcode>(static_cast<unsigned>(message.rcode) | (record.ttl >> 24 & 0xff) << 4);
    return {};
  }
  record.type = static_cast<RecordType>(type);
  LR_TRY(const std::string wire, written_out(in, type, length));
  if (kind != kInternet) return {};
  LR_TRY(record.data, decode_rdata(record.type, wire));
  section.push_back(std::move(record));
  return {};
}

}  // namespace

std::string rcode_name(Rcode code) {
  switch (code) {
    case Rcode::kNoError:
      return "NOERROR";
    case Rcode::kFormErr:
      return "FORMERR";
    case Rcode::kServFail:
      return "SERVFAIL";
    case Rcode::kNxDomain:
      return "NXDOMAIN";
    case Rcode::kNotImp:
      return "NOTIMP";
    case Rcode::kRefused:
      return "REFUSED";
    case Rcode::kBadVers:
      return "BADVERS";
  }
  return fmt::format("RCODE {}", static_cast<int>(code));
}

std::string encode_question(const Question& question, std::uint16_t id) {
  std::string out;
  put16(out, id);
  put16(out, question.recursion ? 0x0100 : 0);
  put16(out, 1);
  put16(out, 0);
  put16(out, 0);
  put16(out, question.edns ? 1 : 0);
  out += encode_name(question.name);
  put16(out, static_cast<unsigned>(question.type));
  put16(out, kInternet);
  if (!question.edns) return out;
  out += '\0';
  put16(out, kOpt);
  put16(out, kEdnsBytes);
  put16(out, 0);
  put16(out, question.dnssec ? 0x8000 : 0);
  put16(out, 0);
  return out;
}

Result<DnsMessage> parse_message(std::string_view wire) {
  MessageReader in(wire);
  DnsMessage out;
  LR_TRY(out.id, in.number<std::uint16_t>());
  LR_TRY(const auto flags, in.number<std::uint16_t>());
  out.response = (flags & 0x8000) != 0;
  out.authoritative = (flags & 0x0400) != 0;
  out.truncated = (flags & 0x0200) != 0;
  out.recursion_available = (flags & 0x0080) != 0;
  out.rcode = static_cast<Rcode>(flags & 0x000f);
  LR_TRY(const auto questions, in.number<std::uint16_t>());
  std::array<std::uint16_t, 3> counts{};
  for (std::uint16_t& count : counts) {
    LR_TRY(count, in.number<std::uint16_t>());
  }
  if (questions > 1) return wrong("has more than one question");
  if (std::size_t{counts[0]} + counts[1] + counts[2] > kMessageRecords) {
    return wrong("has too many records");
  }
  if (questions == 1) {
    LR_TRY(out.question, in.name());
    LR_TRY(const auto type, in.number<std::uint16_t>());
    out.question_type = static_cast<RecordType>(type);
    LR_TRY_VOID(in.number<std::uint16_t>());
  }
  std::array<std::vector<Record>*, 3> sections{&out.answer, &out.authority, &out.additional};
  for (std::size_t i = 0; i < sections.size(); ++i) {
    for (std::uint16_t left = counts[i]; left > 0; --left) {
      LR_TRY_VOID(read_record(in, out, *sections[i]));
    }
  }
  if (!in.at_end()) return wrong("goes on after its end");
  return out;
}

Result<Signature> parse_signature(std::string_view rdata) {
  MessageReader in(rdata);
  Signature out;
  LR_TRY(const auto covered, in.number<std::uint16_t>());
  out.covered = static_cast<RecordType>(covered);
  LR_TRY(out.algorithm, in.number<std::uint8_t>());
  LR_TRY_VOID(in.bytes(5));  // Labels and original TTL.
  LR_TRY(out.expiration, in.number<std::uint32_t>());
  LR_TRY(out.inception, in.number<std::uint32_t>());
  LR_TRY(out.key_tag, in.number<std::uint16_t>());
  LR_TRY(out.signer, in.name());
  return out;
}

}  // namespace lr::domain
