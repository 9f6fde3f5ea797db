// Whole DNS messages (RFC 1035 section 4): what one server said, with its header and all of its
// sections. Messages come from anywhere, so every length is checked and every bound is named.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "domain/dns.h"

namespace lr::domain {

inline constexpr std::size_t kMessageRecords = 4'096;  ///< In one message.
inline constexpr std::uint16_t kEdnsBytes = 1'232;     ///< UDP size we offer (DNS flag day 2020).
inline constexpr auto kAxfr = static_cast<RecordType>(252);

/// RCODEs that are told apart (RFC 1035, RFC 6891).
enum class Rcode : std::uint16_t {
  kNoError = 0,
  kFormErr = 1,
  kServFail = 2,
  kNxDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kBadVers = 16,
};
std::string rcode_name(Rcode code);  ///< "REFUSED", "RCODE 11".

struct Question {
  std::string name;  ///< Lower case, no trailing dot.
  RecordType type = RecordType::kA;
  bool recursion = false;  ///< RD: ask the server to find out for us.
  bool edns = true;        ///< With an OPT record (RFC 6891).
  bool dnssec = true;      ///< DO, within it: signatures please.
};

struct DnsMessage {
  std::uint16_t id = 0;
  bool response = false;             ///< QR
  bool authoritative = false;        ///< AA
  bool truncated = false;            ///< TC
  bool recursion_available = false;  ///< RA
  Rcode rcode = Rcode::kNoError;     ///< With the upper bits of an OPT record.
  bool edns = false;                 ///< It has an OPT record.
  std::string question;              ///< "" without one.
  RecordType question_type = RecordType::kA;
  std::vector<Record> answer;
  std::vector<Record> authority;
  std::vector<Record> additional;  ///< Without the OPT record.
};

/// `name` must be askable (domain/zone.h).
std::string encode_question(const Question& question, std::uint16_t id);

/// Errors: kInvalidArgument, in words: cut off, a pointer that does not lead backwards, too many
/// records, RDATA that its type does not allow, bytes after the end. Names are in lower case, as
/// are those inside of RDATA.
Result<DnsMessage> parse_message(std::string_view wire);

/// The signature over an RRset (RFC 4034 section 3).
struct Signature {
  RecordType covered = RecordType::kA;
  std::uint8_t algorithm = 0;
  std::uint32_t expiration = 0;  ///< Seconds since 1970, modulo 2^32.
  std::uint32_t inception = 0;
  std::uint16_t key_tag = 0;
  std::string signer;
};
/// Errors: kInvalidArgument for RDATA that is too short.
Result<Signature> parse_signature(std::string_view rdata);

}  // namespace lr::domain
