// The structured log: one JSON object per line, redacted by construction. A line is built from
// typed fields: literals, numbers, ids, and text that somebody judged fit to be shown and wrapped
// in Shown. A plain string does not compile, and neither does a Secret, so that a token, a cookie,
// an e-mail address or a body cannot slip in by accident.
//
// Writing never blocks the caller: lines go into a bounded buffer that one writer thread empties.
// When the buffer is full, lines are dropped and counted, and the count is logged.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"

namespace lr {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

/// Text that stands in the source code.
class Literal {
 public:
  consteval Literal(const char* text) : text_(text) {}  // NOLINT: implicit on purpose.
  constexpr std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

/// Text that is fit for a log: a route template, an address, a reason. Wrapping is the moment to
/// think: nothing that a client typed freely, no credential, no body. Cut at 256 bytes.
class Shown {
 public:
  explicit Shown(std::string_view text) : text_(text) {}
  std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

class Log;

/// One line; written when it dies.
class LogLine {
 public:
  LogLine(Log* log, LogLevel level, Literal message);
  ~LogLine();
  LogLine(LogLine&& other) noexcept;
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;
  LogLine& operator=(LogLine&&) = delete;

  LogLine& add(Literal key, Literal value) { return add_text(key, value.view()); }
  LogLine& add(Literal key, Shown value) { return add_text(key, value.view()); }
  template <class Tag>
  LogLine& add(Literal key, const Id<Tag>& value) {
    return add_text(key, value.str());
  }
  template <std::integral T>
  LogLine& add(Literal key, T value) {
    if constexpr (std::same_as<T, bool>) {
      return add_bare(key, value ? "true" : "false");
    } else {
      const fmt::format_int digits(value);
      return add_bare(key, {digits.data(), digits.size()});
    }
  }
  /// In milliseconds with three decimals.
  LogLine& add(Literal key, nanoseconds value);

 private:
  LogLine& add_text(Literal key, std::string_view value);
  /// A value that needs no quotes.
  LogLine& add_bare(Literal key, std::string_view value);
  void append_key(Literal key);
  Log* log_;  ///< Null: the level is off and nothing is built.
  fmt::basic_memory_buffer<char, 480> text_;
};

struct LogOptions {
  LogLevel least = LogLevel::kInfo;
  std::size_t buffer_bytes_max = 4U << 20U;
  milliseconds flush_every{100};
};

class Log {
 public:
  /// Writes to an open stream (stderr), which is not closed.
  static std::unique_ptr<Log> to_stream(std::FILE* stream, LogOptions options = {});
  /// Appends to a file; kUnavailable with the path when it cannot be opened.
  static Result<std::unique_ptr<Log>> to_file(const std::string& path, LogOptions options = {});
  ~Log();  ///< Writes what is buffered.

  bool enabled(LogLevel level) const { return level >= least_; }
  LogLine line(LogLevel level, Literal message) {
    return LogLine(enabled(level) ? this : nullptr, level, message);
  }
  /// Any thread. Returns when everything logged so far was handed to the kernel.
  void flush();
  std::uint64_t dropped() const;

 private:
  friend class LogLine;
  struct Impl;
  Log(std::unique_ptr<Impl> impl, LogLevel least);
  void append(std::string_view line);
  std::unique_ptr<Impl> impl_;
  LogLevel least_;
};

}  // namespace lr
