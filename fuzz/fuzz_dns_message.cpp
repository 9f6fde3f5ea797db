// DNS messages from anywhere: names with pointers end, and what was read can be written again.
#include <cstdint>
#include <string>

#include "domain/dns/message.h"
#include "domain/rdata_wire.h"
#include "fuzz/reach.h"

namespace lr::domain {
namespace {

using fuzz::require;

enum class State { kRecords, kPointer, kEdns, kSignature, kRefused };
fuzz::Reach<5> reach({"messages with records", "with a pointer", "with EDNS", "signatures",
                      "messages refused"});

constexpr std::size_t kNameBytes = 255;

/// Records read back from their own RDATA are the same, unless a label holds a dot.
void check_record(const Record& record) {
  require(record.name.size() <= kNameBytes, "names are short enough");
  const std::string wire = encode_rdata(record.data);
  const auto again = decode_rdata(record.type, wire);
  if (again) require(encode_rdata(*again) == wire, "RDATA reads back the same");
  const auto* opaque = std::get_if<Opaque>(&record.data);
  if (record.type != RecordType::kRrsig || opaque == nullptr) return;
  if (parse_signature(opaque->wire)) reach.mark(State::kSignature);
}

void run(std::string_view wire) {
  reach.run();
  const auto message = parse_message(wire);
  if (!message) return reach.mark(State::kRefused);
  std::size_t count = 0;
  for (const auto* section : {&message->answer, &message->authority, &message->additional}) {
    for (const Record& record : *section) check_record(record);
    count += section->size();
  }
  require(count <= kMessageRecords, "records are bounded");
  if (count > 0) reach.mark(State::kRecords);
  if (message->edns) reach.mark(State::kEdns);
  if (count > 0 && wire.find('\xc0') != std::string_view::npos) reach.mark(State::kPointer);
}

}  // namespace
}  // namespace lr::domain

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::domain::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
