// Questions to the DNS and their answers, as every check of this room sees them. A resolver may be
// the network, a recording, or a zone file that is not published yet; what it answers has the same
// shape, so that one judgement serves all three.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "text/ip.h"

namespace lr::domain {

/// IANA DNS RR TYPEs.
enum class RecordType : std::uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
  kSrv = 33,
  kDs = 43,
  kRrsig = 46,
  kNsec = 47,
  kDnskey = 48,
  kNsec3Param = 51,
  kTlsa = 52,
  kCds = 59,
  kCdnskey = 60,
  kHttps = 65,
  kCaa = 257,
};
std::string_view record_type_name(RecordType type);  ///< "A", "TXT"…; "TYPE" when unknown.

/// kFailed: nobody could say (timeout, SERVFAIL, REFUSED, bogus). Never read as "missing".
enum class Outcome : std::uint8_t { kAnswer, kNoData, kNxDomain, kFailed };
/// What DNSSEC validation said (RFC 4035 section 4.3).
enum class Trust : std::uint8_t { kUnknown, kInsecure, kSecure, kBogus };

/// A host name: CNAME, NS, PTR. Labels joined by dots, no trailing dot; bytes as they came.
struct HostName {
  std::string name;
};
struct MailExchange {
  std::uint16_t preference = 0;
  std::string host;  ///< "" for the null MX of RFC 7505.
};
/// The character strings of one TXT record; SPF, DKIM and DMARC read them joined.
struct Text {
  std::vector<std::string> strings;
  std::string joined() const;
};
struct StartOfAuthority {
  std::string primary;
  std::string contact;
  std::uint32_t serial = 0;
  std::uint32_t refresh = 0;
  std::uint32_t retry = 0;
  std::uint32_t expire = 0;
  std::uint32_t minimum = 0;
};
/// RFC 8659.
struct CertificateAuthority {
  std::uint8_t flags = 0;
  std::string tag;
  std::string value;
};
/// RFC 6698.
struct TlsAssociation {
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t matching = 0;
  std::string data;
};
/// RFC 4034 section 5.
struct DelegationSigner {
  std::uint16_t key_tag = 0;
  std::uint8_t algorithm = 0;
  std::uint8_t digest_type = 0;
  std::string digest;
};
/// RFC 4034 section 2.
struct DnsKey {
  std::uint16_t flags = 0;
  std::uint8_t protocol = 3;
  std::uint8_t algorithm = 0;
  std::string key;
};
/// Any type that no check reads field by field.
struct Opaque {
  std::string wire{};  ///< RDATA as on the wire, or "" when it came from a zone file.
  std::string text{};  ///< As the zone file had it, or "".
};
using Rdata = std::variant<Opaque, text::IpAddress, HostName, MailExchange, Text, StartOfAuthority,
                           CertificateAuthority, TlsAssociation, DelegationSigner, DnsKey>;

struct Record {
  std::string name;
  RecordType type = RecordType::kA;
  std::uint32_t ttl = 0;
  Rdata data;
};

struct Answer {
  Outcome outcome = Outcome::kFailed;
  std::vector<Record> records;       ///< Of the asked type, at the end of any CNAME chain.
  std::vector<std::string> aliases;  ///< The CNAME chain's targets, in order.
  Trust trust = Trust::kUnknown;
  std::string why;  ///< For kFailed and kBogus: "timeout", "SERVFAIL", the validator's reason.

  bool failed() const { return outcome == Outcome::kFailed; }
  /// NXDOMAIN or an empty answer: a "void lookup" of RFC 7208 section 4.6.4.
  bool empty() const { return outcome == Outcome::kNoData || outcome == Outcome::kNxDomain; }
  /// The RDATA of each record that holds a T.
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const Record& record : records) {
      if (const T* data = std::get_if<T>(&record.data)) found.push_back(*data);
    }
    return found;
  }
};

/// Blocks until the answer is there or its time is up; may be called from several threads.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// `name` without trailing dot. Never throws; a name that cannot be asked (a label over 63
  /// bytes, over 253 in all) is kNxDomain.
  virtual Answer query(std::string_view name, RecordType type) = 0;
};

}  // namespace lr::domain
