// What a TLS server may answer: whole and in pieces, and the certificates in it. Half of the inputs
// are taken as messages and get right heads around them: otherwise every change of a length ends at
// the first record.
#include <algorithm>
#include <cstdint>
#include <string>

#include "domain/tls/certificate_facts.h"
#include "domain/tls/server_flight.h"
#include "fuzz/reach.h"

namespace lr::domain::tls {
namespace {

using fuzz::require;

enum class State { kHello, kTls13, kCertificates, kKeyExchange, kDone, kAlert, kRefused, kParsed };
fuzz::Reach<8> reach({"hellos", "hellos of TLS 1.3", "certificates", "key exchanges",
                      "whole flights", "alerts", "refused", "certificates that parse"});

std::string u24(std::size_t value) {
  return {static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value & 0xff)};
}

std::string record(std::string_view body) {
  return std::string("\x16\x03\x03") + u24(body.size()).substr(1) + std::string(body);
}

/// "T" + body, separated by 0xAA: each becomes a message of type T with a right head.
std::string with_heads(std::string_view input) {
  std::string out;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\xaa'), input.size());
    const std::string_view one = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    if (one.empty() || one.size() > 16'000) continue;
    out += record(one[0] + u24(one.size() - 1) + std::string(one.substr(1)));
  }
  return out;
}

struct Outcome {
  bool refused = false;
  bool done = false;
  ServerFlight flight{};
};

Outcome read(std::string_view bytes, std::size_t step) {
  FlightReader reader;
  Outcome out;
  for (std::size_t at = 0; at < bytes.size() && !out.refused && !reader.done(); at += step) {
    out.refused = !reader.feed(bytes.substr(at, step));
  }
  out.done = !out.refused && reader.done();
  out.flight = reader.take();
  return out;
}

void check(const std::string& bytes) {
  const Outcome whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  const Outcome pieces = read(bytes, 3);
  require(whole.done == pieces.done && whole.refused == pieces.refused,
          "pieces end like the whole");
  require(whole.flight.hello.has_value() == pieces.flight.hello.has_value(),
          "pieces have the same hello");
  require(whole.flight.certificates == pieces.flight.certificates,
          "pieces have the same certificates");
  require(whole.flight.certificates.size() <= FlightReader::kCertificates, "the list is bounded");
  if (whole.refused) reach.mark(State::kRefused);
  if (whole.done) reach.mark(State::kDone);
  if (whole.flight.alert) reach.mark(State::kAlert);
  if (whole.flight.key_exchange) reach.mark(State::kKeyExchange);
  if (!whole.flight.certificates.empty()) reach.mark(State::kCertificates);
  if (!whole.flight.hello) return;
  reach.mark(State::kHello);
  if (whole.flight.hello->version == Version::kTls13) reach.mark(State::kTls13);
  for (const std::string& der : whole.flight.certificates) {
    const Result<CertificateFacts> facts = read_certificate(der);
    if (!facts) continue;
    reach.mark(State::kParsed);
    require(facts->names.size() <= CertificateFacts::kNamesKept, "names are bounded");
  }
}

}  // namespace
}  // namespace lr::domain::tls

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace tls = lr::domain::tls;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  tls::reach.run();
  if (!input.empty() && input[0] == 'M') {
    tls::check(tls::with_heads(input.substr(1)));
  } else {
    tls::check(std::string(input));
  }
  return 0;
}
