// The request cases of llhttp (the parser of Node.js) against ours. We may refuse more; accepting
// what llhttp refuses in its strict mode, or finding a message to end elsewhere, is a failure.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "contract/contract.h"
#include "text/ascii.h"
#include "text/http1.h"
#include "text/json.h"

namespace lr::text {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name;
  std::string type;
  std::string input;
  std::string log;
};

struct Reading {
  enum class Outcome { kAccepted, kIncomplete, kRefused } outcome = Outcome::kAccepted;
  std::string why;
  std::size_t messages = 0;
  std::size_t body_bytes = 0;
};
using Outcome = Reading::Outcome;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// "\x1b" in a case stands for that byte.
std::string replace_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text.substr(i, 2) == "\\x" && i + 3 < text.size() &&
                        hex_value(text[i + 2]) >= 0 && hex_value(text[i + 3]) >= 0;
    if (!escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(hex_value(text[i + 2]) * 16 + hex_value(text[i + 3]));
    i += 3;
  }
  return out;
}

/// The notation of llhttp's test files: lines end in CRLF, a backslash joins lines, and \r \n \t
/// \f \xNN are bytes.
std::string decode_input(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  replace_all(text, "\\\n", "");
  replace_all(text, "\n", "\r\n");
  replace_all(text, "\\r", "\r");
  replace_all(text, "\\n", "\n");
  replace_all(text, "\\t", "\t");
  replace_all(text, "\\f", "\f");
  return replace_hex(text);
}

std::string read_block(std::istream& file) {
  std::string block;
  std::string line;
  while (std::getline(file, line) && line != "```") block += line + "\n";
  return block;
}

std::vector<Case> read_cases(const fs::path& path) {
  constexpr std::string_view kMeta = "<!-- meta=";
  std::ifstream file(path);
  std::vector<Case> cases;
  std::string line;
  Case current;
  while (std::getline(file, line)) {
    if (line.starts_with("#")) current.name = path.filename().string() + ": " + line;
    if (line.starts_with(kMeta)) {
      const std::string_view body = std::string_view(line).substr(kMeta.size());
      const json::value meta = parse_json(body.substr(0, body.rfind("-->"))).value();
      current.type = meta.at("type").as_string();
    }
    if (line == "```http") current.input = decode_input(read_block(file));
    if (line == "```log") {
      current.log = read_block(file);
      cases.push_back(current);
    }
  }
  return cases;
}

/// Most cases were written without a Host field. It is put in where that is all that is missing,
/// so that the rest of the case counts.
bool insert_host(std::string& bytes, const Error& error) {
  if (error.detail().find("no Host field") == std::string::npos) return false;
  const std::size_t line_end = bytes.find("\r\n");
  bytes.insert(line_end + 2, "Host: a.example\r\n");
  return true;
}

/// Removes one body from the front. False unless it is complete.
bool read_body(const BodyFraming& framing, std::string& bytes, Reading& reading) {
  if (framing.kind == BodyFraming::Kind::kLength) {
    if (bytes.size() < framing.length) return false;
    reading.body_bytes += framing.length;
    bytes.erase(0, framing.length);
    return true;
  }
  ChunkedDecoder decoder;
  while (framing.kind == BodyFraming::Kind::kChunked && !decoder.done()) {
    std::string_view data;
    const auto taken = decoder.feed(bytes, data);
    if (!taken) {
      reading.outcome = Outcome::kRefused;
      reading.why = taken.error().detail();
      return false;
    }
    reading.body_bytes += data.size();
    if (*taken == 0) return false;
    bytes.erase(0, *taken);
  }
  return true;
}

/// Reads all messages as a connection would.
Reading read_messages(std::string bytes) {
  Reading reading;
  while (!bytes.empty()) {
    RequestHead head;
    const auto taken = parse_request_head(bytes, head);
    if (!taken && insert_host(bytes, taken.error())) continue;
    if (!taken) {
      return {Outcome::kRefused, taken.error().detail(), reading.messages, reading.body_bytes};
    }
    if (*taken == 0) {
      reading.outcome = Outcome::kIncomplete;
      return reading;
    }
    // The grammar takes any token; that no route can have the method is decided behind it.
    if (!contract::parse_method(head.method)) {
      return {Outcome::kRefused, "a method that no route can have", reading.messages,
              reading.body_bytes};
    }
    const bool keep_alive = head.keep_alive;
    const BodyFraming framing = head.framing;
    bytes.erase(0, *taken);
    if (!read_body(framing, bytes, reading)) {
      if (reading.outcome == Outcome::kAccepted) reading.outcome = Outcome::kIncomplete;
      return reading;
    }
    ++reading.messages;
    if (!keep_alive && !bytes.empty()) {
      // Whatever follows is never read: the connection ends with this message.
      return {Outcome::kRefused, "data behind the last message", reading.messages,
              reading.body_bytes};
    }
  }
  return reading;
}

/// Pauses for CONNECT, Upgrade and PRI (codes 21 to 24) are no refusals.
bool refused_by_llhttp(std::string_view log) {
  constexpr std::string_view kError = "error code=";
  const std::size_t at = log.find(kError);
  if (at == std::string_view::npos) return false;
  const int code = std::atoi(log.data() + at + kError.size());
  return code < 21 || code > 24;
}

std::size_t count(std::string_view log, std::string_view word) {
  std::size_t found = 0;
  for (std::size_t at = log.find(word); at != std::string_view::npos; at = log.find(word, at + 1)) {
    ++found;
  }
  return found;
}

/// The sum of N over "len=N span[body]".
std::size_t body_bytes(const std::string& log) {
  std::istringstream lines(log);
  std::string line;
  std::size_t total = 0;
  while (std::getline(lines, line)) {
    const std::size_t at = line.find(" span[body]");
    const std::size_t length = line.find("len=");
    if (at != std::string::npos && length < at) {
      total += static_cast<std::size_t>(std::atoi(line.c_str() + length + 4));
    }
  }
  return total;
}

struct Tally {
  int agreed = 0;
  int lenient_only = 0;
  std::map<std::string, int> stricter;
};

void compare(const Case& test, Tally& tally) {
  const Reading ours = read_messages(test.input);
  const bool theirs_refused = refused_by_llhttp(test.log);
  if (ours.outcome == Outcome::kRefused) {
    if (theirs_refused) ++tally.agreed;
    if (!theirs_refused) ++tally.stricter[ours.why];
    return;
  }
  // An input that ends too early for us was not accepted either.
  const bool accepted = ours.outcome == Outcome::kAccepted;
  EXPECT_FALSE(accepted && theirs_refused) << test.name << "\n" << test.log;
  const bool handed_over = test.log.find("error code=2") != std::string::npos;
  if (accepted && !theirs_refused && !handed_over) {
    EXPECT_EQ(ours.messages, count(test.log, " message complete")) << test.name;
    EXPECT_EQ(ours.body_bytes, body_bytes(test.log)) << test.name;
  }
  ++tally.agreed;
}

TEST(Llhttp, NothingIsAcceptedThatItsStrictModeRefuses) {
  const char* folder = std::getenv("CONFORMANCE");
  const fs::path suite = folder == nullptr ? fs::path() : fs::path(folder) / "llhttp/test/request";
  if (folder == nullptr || !fs::is_directory(suite)) {
    std::printf("llhttp: the suite was not run: CONFORMANCE names no folder with llhttp/\n");
    return;
  }
  Tally tally;
  for (const auto& file : fs::directory_iterator(suite)) {
    for (const Case& test : read_cases(file.path())) {
      if (test.type == "request") {
        compare(test, tally);
      } else {
        ++tally.lenient_only;
      }
    }
  }
  int stricter = 0;
  for (const auto& [why, times] : tally.stricter) stricter += times;
  std::printf("llhttp: %d cases agreed, we are stricter in %d, %d for its lenient modes not run\n",
              tally.agreed, stricter, tally.lenient_only);
  for (const auto& [why, times] : tally.stricter) std::printf("  %3d  %s\n", times, why.c_str());
  EXPECT_GT(tally.agreed, 50);
}

}  // namespace
}  // namespace lr::text
