#include "domain/dns.h"

namespace lr::domain {

std::string_view record_type_name(RecordType type) {
  switch (type) {
    case RecordType::kA:
      return "A";
    case RecordType::kNs:
      return "NS";
    case RecordType::kCname:
      return "CNAME";
    case RecordType::kSoa:
      return "SOA";
    case RecordType::kPtr:
      return "PTR";
    case RecordType::kMx:
      return "MX";
    case RecordType::kTxt:
      return "TXT";
    case RecordType::kAaaa:
      return "AAAA";
    case RecordType::kSrv:
      return "SRV";
    case RecordType::kDs:
      return "DS";
    case RecordType::kRrsig:
      return "RRSIG";
    case RecordType::kNsec:
      return "NSEC";
    case RecordType::kDnskey:
      return "DNSKEY";
    case RecordType::kNsec3Param:
      return "NSEC3PARAM";
    case RecordType::kTlsa:
      return "TLSA";
    case RecordType::kCds:
      return "CDS";
    case RecordType::kCdnskey:
      return "CDNSKEY";
    case RecordType::kHttps:
      return "HTTPS";
    case RecordType::kCaa:
      return "CAA";
  }
  return "TYPE";
}

std::string Text::joined() const {
  std::string whole;
  for (const std::string& part : strings) whole += part;
  return whole;
}

}  // namespace lr::domain
