// The half of oracle.py that is ours: reads one case per line as JSON, writes one result per line.
//   {"kind":"spf","zone":[["name","TYPE","value"],…],"ip":…,"from":…,"helo":…}
//     → {"result":"pass","why":…,"voids":0}
//   {"kind":"dkim","zone":[…],"message":"latin-1 text","now":seconds}
//     → {"result":"pass","why":…}
#include <boost/json.hpp>
#include <iostream>
#include <string>

#include "domain/mail/dkim.h"
#include "domain/mail/spf.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

namespace json = boost::json;

/// Each code point is one byte, so that messages of any bytes fit into JSON.
std::string bytes_of(const json::value& value) {
  std::string out;
  const json::string& text = value.as_string();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      out += static_cast<char>(byte);
    } else {
      const auto next = static_cast<unsigned char>(text[++i]);
      out += static_cast<char>((byte & 0x03u) << 6u | (next & 0x3fu));
    }
  }
  return out;
}

Rdata rdata_of(RecordType type, const std::string& value) {
  switch (type) {
    case RecordType::kTxt:
      return Text{{value}};
    case RecordType::kMx: {
      const std::size_t space = value.find(' ');
      return MailExchange{static_cast<std::uint16_t>(std::stoi(value)), value.substr(space + 1)};
    }
    case RecordType::kPtr:
    case RecordType::kCname:
      return HostName{value};
    default:
      return *lr::text::parse_ip(value);
  }
}

RecordType type_of(std::string_view name) {
  for (const RecordType type : {RecordType::kA, RecordType::kAaaa, RecordType::kTxt,
                                RecordType::kMx, RecordType::kPtr, RecordType::kCname}) {
    if (record_type_name(type) == name) return type;
  }
  std::cerr << "oracle_judge: no record type " << name << "\n";
  std::exit(2);
}

Zone zone_of(const json::value& records) {
  Zone zone;
  for (const json::value& record : records.as_array()) {
    const std::string name = bytes_of(record.at(0));
    const std::string type = bytes_of(record.at(1));
    if (type == "TIMEOUT") {
      zone.set_unreachable(name);
      continue;
    }
    const RecordType number = type_of(type);
    zone.add({.name = name,
              .type = number,
              .ttl = 300,
              .data = rdata_of(number, bytes_of(record.at(2)))});
  }
  return zone;
}

json::object judge_spf(Zone& zone, const json::value& test) {
  const SpfAnswer answer = check_host(zone, {.client = *lr::text::parse_ip(bytes_of(test.at("ip"))),
                                             .helo = bytes_of(test.at("helo")),
                                             .mail_from = bytes_of(test.at("from"))});
  return {{"result", spf_result_name(answer.result)},
          {"why", answer.why},
          {"voids", answer.voids},
          {"lookups", answer.lookups}};
}

json::object judge_dkim(Zone& zone, const json::value& test) {
  const std::string text = bytes_of(test.at("message"));
  const auto message = Message::parse(text);
  if (!message) return {{"result", "permerror"}, {"why", message.error().detail()}};
  const auto verdicts = verify_dkim(zone, *message, test.at("now").as_int64());
  if (verdicts.empty()) return {{"result", "none"}, {"why", ""}};
  return {{"result", dkim_result_name(verdicts.front().result)}, {"why", verdicts.front().why}};
}

void judge_all() {
  for (std::string line; std::getline(std::cin, line);) {
    const json::value test = json::parse(line);
    Zone zone = zone_of(test.at("zone"));
    const bool spf = test.at("kind").as_string() == "spf";
    std::cout << json::serialize(spf ? judge_spf(zone, test) : judge_dkim(zone, test)) << "\n";
  }
}

}  // namespace
}  // namespace lr::domain

int main() {
  lr::domain::judge_all();
  return 0;
}
