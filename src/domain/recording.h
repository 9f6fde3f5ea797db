// Answers of the DNS kept in a file, and answered from it again: the same judgement everywhere and
// at any time.
//
// {"format": "launchready-dns", "version": 1, "answers": [
//   {"name": "acme.example", "type": "A", "outcome": "answer", "trust": "secure",
//    "aliases": ["edge.example"], "why": "",
//    "records": [{"name": "edge.example", "type": "A", "ttl": 300, "wire": "c0000201",
//                 "text": "192.0.2.1"}]}]}
// "wire" is the RDATA in hexadecimal; "text" is for people and is not read when there is "wire".
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "domain/dns.h"

namespace lr::domain {

inline constexpr std::size_t kRecordingBytes = 64u << 20;
inline constexpr std::size_t kRecordingAnswers = 50'000;

using RecordedAnswers = std::map<std::pair<std::string, RecordType>, Answer>;

class RecordingResolver final : public Resolver {
 public:
  /// `below` must outlive this.
  explicit RecordingResolver(Resolver& below) : below_(below) {}

  Answer query(std::string_view name, RecordType type) override;
  /// Everything answered so far, sorted by name and type: the same answers give the same bytes.
  std::string recording() const;

 private:
  Resolver& below_;
  mutable std::mutex mutex_;
  RecordedAnswers answers_;
};

class ReplayResolver final : public Resolver {
 public:
  /// Errors: kInvalidArgument for what is no recording, for another version, and for records that
  /// cannot be read, with the name; kPayloadTooLarge above the bounds.
  static Result<std::unique_ptr<ReplayResolver>> parse(std::string_view text);

  /// A question that was never asked while recording is kFailed, "not in the recording".
  Answer query(std::string_view name, RecordType type) override;

 private:
  explicit ReplayResolver(RecordedAnswers answers) : answers_(std::move(answers)) {}
  RecordedAnswers answers_;  ///< Not changed after construction, so threads may share it.
};

}  // namespace lr::domain
