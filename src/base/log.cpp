#include "base/log.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

namespace lr {
namespace {

constexpr std::size_t kShownBytesMax = 256;
constexpr std::size_t kShards = 8;
constexpr std::size_t kWakeBytes = 64 * 1024;

/// Between the time and the message.
std::string_view level_field(LogLevel level) {
  constexpr std::array<std::string_view, 4> kFields = {
      R"(","level":"debug","message":")", R"(","level":"info","message":")",
      R"(","level":"warn","message":")", R"(","level":"error","message":")"};
  return kFields[static_cast<std::size_t>(level)];
}

template <class Out>
void append(Out& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

/// May stand in a JSON string as it is.
constexpr auto kPlain = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0x20; c < 0x7F; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

/// Every byte that is not printable ASCII is escaped, so that a line is always valid JSON and a
/// terminal never sees a control sequence.
template <class Out>
void append_escaped(Out& out, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    const char* const special = std::find_if_not(at, end, is_plain);
    out.append(at, special);
    if (special == end) return;
    if (*special == '"' || *special == '\\') {
      out.push_back('\\');
      out.push_back(*special);
    } else {
      const unsigned byte = static_cast<unsigned char>(*special);
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    }
    at = special + 1;
  }
}

/// `number`, which has at most `width` digits, with zeros in front.
template <class Out>
void append_padded(Out& out, std::int64_t number, std::size_t width) {
  char digits[20];
  for (std::size_t i = width; i-- > 0; number /= 10) {
    digits[i] = static_cast<char>('0' + number % 10);
  }
  out.append(digits, digits + width);
}

/// The date changes once a second; formatting it for every line would cost more than the rest.
template <class Out>
void append_time(Out& out) {
  thread_local std::int64_t cached_second = -1;
  thread_local std::string cached;
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const std::int64_t micros = now.time_since_epoch().count();
  const std::int64_t second = micros / 1'000'000;
  if (second != cached_second) {
    cached = format_rfc3339(WallTime(std::chrono::microseconds(second * 1'000'000))).substr(0, 19);
    cached_second = second;
  }
  append(out, cached);
  out.push_back('.');
  append_padded(out, micros % 1'000'000, 6);
  out.push_back('Z');
}

std::size_t shard_of_this_thread() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed) % kShards;
  return mine;
}

}  // namespace

struct Log::Impl {
  struct alignas(64) Shard {
    std::mutex mutex;
    std::string text;
  };

  std::FILE* stream = nullptr;
  bool owned = false;
  LogOptions options;
  std::array<Shard, kShards> shards;
  std::atomic<std::uint64_t> dropped{0};
  std::uint64_t reported = 0;

  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable done;
  bool stopping = false;
  bool wanted = false;
  std::uint64_t flushes_asked = 0;
  std::uint64_t flushes_done = 0;
  std::thread writer;

  /// A log that cannot be written must not stop the program.
  void write_out(std::string_view bytes) const {
    if (bytes.empty()) return;
    static_cast<void>(std::fwrite(bytes.data(), 1, bytes.size(), stream));
    static_cast<void>(std::fflush(stream));
  }

  void empty_shards() {
    std::string batch;
    for (Shard& shard : shards) {
      batch.clear();
      {
        const std::lock_guard lock(shard.mutex);
        batch.swap(shard.text);
      }
      write_out(batch);
      const std::lock_guard lock(shard.mutex);
      if (shard.text.empty() && batch.capacity() <= 2 * kWakeBytes) {
        batch.clear();
        shard.text.swap(batch);  // Keeps the capacity.
      }
    }
    const std::uint64_t lost = dropped.load(std::memory_order_relaxed);
    if (lost == reported) return;
    write_out(fmt::format("{{\"level\":\"warn\",\"message\":\"log lines dropped\",\"count\":{}}}\n",
                          lost - reported));
    reported = lost;
  }

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait_for(lock, options.flush_every, [this] { return stopping || wanted; });
      wanted = false;
      const bool last = stopping;
      const std::uint64_t asked = flushes_asked;
      lock.unlock();
      empty_shards();
      lock.lock();
      flushes_done = asked;
      done.notify_all();
      if (last) return;
    }
  }

  void wake_writer() {
    const std::lock_guard lock(mutex);
    wanted = true;
    wake.notify_one();
  }
};

LogLine::LogLine(Log* log, LogLevel level, Literal message) : log_(log) {
  if (log_ == nullptr) return;
  append(text_, "{\"time\":\"");
  append_time(text_);
  append(text_, level_field(level));
  append_escaped(text_, message.view());
  text_.push_back('"');
}

LogLine::LogLine(LogLine&& other) noexcept
    : log_(std::exchange(other.log_, nullptr)), text_(std::move(other.text_)) {}

LogLine::~LogLine() {
  if (log_ == nullptr) return;
  text_.push_back('}');
  text_.push_back('\n');
  log_->append(std::string_view(text_.data(), text_.size()));
}

LogLine& LogLine::add_text(Literal key, std::string_view value) {
  if (log_ == nullptr) return *this;
  append_key(key);
  text_.push_back('"');
  append_escaped(text_, value.substr(0, kShownBytesMax));
  text_.push_back('"');
  return *this;
}

LogLine& LogLine::add_bare(Literal key, std::string_view value) {
  if (log_ == nullptr) return *this;
  append_key(key);
  append(text_, value);
  return *this;
}

void LogLine::append_key(Literal key) {
  append(text_, ",\"");
  append(text_, key.view());
  append(text_, "\":");
}

LogLine& LogLine::add(Literal key, nanoseconds value) {
  if (log_ == nullptr) return *this;
  // A negative duration can only come from a broken clock.
  const std::int64_t micros = std::max<std::int64_t>(0, value.count() / 1'000);
  const fmt::format_int whole(micros / 1'000);
  add_bare(key, {whole.data(), whole.size()});
  text_.push_back('.');
  append_padded(text_, micros % 1'000, 3);
  return *this;
}

Log::Log(std::unique_ptr<Impl> impl, LogLevel least) : impl_(std::move(impl)), least_(least) {
  impl_->writer = std::thread([state = impl_.get()] { state->run(); });
}

std::unique_ptr<Log> Log::to_stream(std::FILE* stream, LogOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->stream = stream;
  impl->options = options;
  return std::unique_ptr<Log>(new Log(std::move(impl), options.least));
}

Result<std::unique_ptr<Log>> Log::to_file(const std::string& path, LogOptions options) {
  std::FILE* stream = std::fopen(path.c_str(), "ae");
  if (stream == nullptr) {
    return fail(Code::kUnavailable,
                fmt::format("cannot open the log file {}: {}", path, std::strerror(errno)));
  }
  auto log = to_stream(stream, options);
  log->impl_->owned = true;
  return log;
}

Log::~Log() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    impl_->wake.notify_one();
  }
  impl_->writer.join();
  if (impl_->owned) std::fclose(impl_->stream);
}

void Log::append(std::string_view line) {
  Impl::Shard& shard = impl_->shards[shard_of_this_thread()];
  bool crossed = false;
  {
    const std::lock_guard lock(shard.mutex);
    if (shard.text.size() + line.size() > impl_->options.buffer_bytes_max / kShards) {
      impl_->dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const bool below = shard.text.size() < kWakeBytes;
    shard.text.append(line);
    crossed = below && shard.text.size() >= kWakeBytes;
  }
  if (crossed) impl_->wake_writer();
}

void Log::flush() {
  std::unique_lock lock(impl_->mutex);
  const std::uint64_t mine = ++impl_->flushes_asked;
  impl_->wanted = true;
  impl_->wake.notify_one();
  impl_->done.wait(lock, [&] { return impl_->flushes_done >= mine; });
}

std::uint64_t Log::dropped() const { return impl_->dropped.load(std::memory_order_relaxed); }

}  // namespace lr
