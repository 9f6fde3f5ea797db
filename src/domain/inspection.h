// Where an area puts its verdicts. Three-valued: proved (ok), found (bad), unproved (nobody could
// say: a timeout is never "missing"); and not applicable with the reason. What an area does not
// mention at all becomes inconclusive, so that a forgotten check is never green.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/check.h"
#include "domain/network.h"
#include "domain/subject.h"

namespace lr::domain {

/// A record as published, and the part of it that is wrong.
struct QuotedRecord {
  std::string name{};  ///< "_dmarc.acme.example"
  RecordType type = RecordType::kTxt;
  std::string text{};     ///< As published, strings joined.
  std::size_t begin = 0;  ///< The wrong bytes are [begin, end) of text; equal: all of it.
  std::size_t end = 0;
};

struct Found {
  std::string about{};  ///< The name, host or URL it is about: "www.acme.example".
  std::string title{};  ///< "" takes the check's.
  std::string why{};    ///< "" takes the check's.
  std::string fix{};    ///< "" takes the check's.
  std::optional<report::Severity> severity{};
  std::optional<QuotedRecord> record{};  ///< Becomes evidence.
  std::string corrected{};               ///< The record as it should be, in zone file form.
  std::string observed{};   ///< Evidence that is no record: a handshake, an answer, bytes in hex.
  std::string expected{};   ///< What was promised or is usual.
  std::string reproduce{};  ///< A command line; "" for records makes one of `dig`.
};

class Inspection {
 public:
  Inspection(const Area& area, const Subject& subject, const Network& network);

  const Subject& subject() const { return subject_; }
  const Network& network() const { return network_; }
  Resolver& resolver() const { return network_.resolver; }

  // `check` is the part of an id behind the area's name and the dot, or the whole id.
  void proved(std::string_view check, std::string_view about);
  void found(std::string_view check, Found found);
  void unproved(std::string_view check, std::string_view about, std::string reason);
  void not_applicable(std::string_view check, std::string reason);
  /// Every check of the area that has no word yet.
  void rest_not_applicable(const std::string& reason);
  void rest_unproved(std::string_view about, const std::string& reason);
  void rest_proved(std::string_view about);
  /// found(), or proved() when `found` is empty.
  void judge(std::string_view check, std::string_view about, std::optional<Found> found);

  /// Connections, handshakes and questions to servers, for the report.
  void count_requests(std::size_t count);

  /// Adds rows, findings, unproved places and rule texts. After the area has ended.
  void report_to(report::Report& report) const;
  /// True when the area said nothing of some check. For tests.
  std::vector<std::string_view> silent_checks() const;

 private:
  struct Cells {
    std::size_t proved = 0;
    std::vector<Found> found;
    std::vector<report::Inconclusive> unproved;
    std::string not_applicable;
    bool silent() const {
      return proved == 0 && found.empty() && unproved.empty() && not_applicable.empty();
    }
  };
  Cells& cells(std::string_view check);
  const CheckDef& def(std::string_view check) const;
  report::Finding finding_of(const CheckDef& check, const Found& found) const;
  report::CheckRow row_of(const CheckDef& check, const Cells& cells) const;

  const Area& area_;
  const Subject& subject_;
  const Network& network_;
  mutable std::mutex mutex_;
  std::map<std::string_view, Cells> cells_{};  ///< By id, all of them from the start.
  std::size_t requests_ = 0;
};

}  // namespace lr::domain
