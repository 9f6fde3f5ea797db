#include "secrets/sources/decompress.h"

#include <bzlib.h>
#include <lzma.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <utility>

namespace lr::secrets::sources {
namespace {

constexpr std::uint64_t kFirstBytes = 64 << 10;
constexpr std::size_t kBzip2Piece = 1 << 30;  ///< Its counters have 32 bits.
constexpr int kZstdWindowLog = 27;

enum class Step : std::uint8_t { kGoesOn, kEnd, kDamaged, kNotSupported, kMemory };

std::string_view problem_of(Step step) {
  switch (step) {
    case Step::kNotSupported:
      return "compressed in a way that is not supported";
    case Step::kMemory:
      return "needs more memory to unpack than allowed";
    default:
      return "damaged or cut off";
  }
}

class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Takes what it reads off the front of `in` and what it writes off the front of `out`. kEnd: a
  /// stream is complete; the next call begins another one.
  virtual Step decode(std::string_view& in, std::span<char>& out) = 0;
};

/// xz and lzma.
class LzmaDecoder final : public Decoder {
 public:
  explicit LzmaDecoder(Format format) : format_(format) {}
  ~LzmaDecoder() override { lzma_end(&stream_); }
  LzmaDecoder(const LzmaDecoder&) = delete;
  LzmaDecoder& operator=(const LzmaDecoder&) = delete;

  Step decode(std::string_view& in, std::span<char>& out) override {
    if (!open_) {
      const lzma_ret ready = format_ == Format::kXz
                                 ? lzma_stream_decoder(&stream_, kDecoderBytes, 0)
                                 : lzma_alone_decoder(&stream_, kDecoderBytes);
      if (ready != LZMA_OK) return step_of(ready);
      open_ = true;
    }
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = out.size();
    const lzma_ret got = lzma_code(&stream_, LZMA_FINISH);
    in.remove_prefix(in.size() - stream_.avail_in);
    out = out.subspan(out.size() - stream_.avail_out);
    open_ = got != LZMA_STREAM_END;
    return step_of(got);
  }

 private:
  static Step step_of(lzma_ret code) {
    switch (code) {
      case LZMA_OK:
      case LZMA_BUF_ERROR:  // Nothing left to read, or no room to write.
        return Step::kGoesOn;
      case LZMA_STREAM_END:
        return Step::kEnd;
      case LZMA_MEM_ERROR:
      case LZMA_MEMLIMIT_ERROR:
        return Step::kMemory;
      case LZMA_OPTIONS_ERROR:
      case LZMA_UNSUPPORTED_CHECK:
        return Step::kNotSupported;
      default:
        return Step::kDamaged;
    }
  }

  Format format_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool open_ = false;
};

class Bzip2Decoder final : public Decoder {
 public:
  Bzip2Decoder() = default;
  ~Bzip2Decoder() override { close(); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;

  Step decode(std::string_view& in, std::span<char>& out) override {
    if (!open_) {
      stream_ = {};
      if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) return Step::kMemory;
      open_ = true;
    }
    const std::size_t reads = std::min(in.size(), kBzip2Piece);
    const std::size_t writes = std::min(out.size(), kBzip2Piece);
    stream_.next_in = const_cast<char*>(in.data());  // The library takes it so and only reads.
    stream_.avail_in = static_cast<unsigned>(reads);
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<unsigned>(writes);
    const int got = BZ2_bzDecompress(&stream_);
    in.remove_prefix(reads - stream_.avail_in);
    out = out.subspan(writes - stream_.avail_out);
    if (got == BZ_STREAM_END) close();
    if (got == BZ_MEM_ERROR) return Step::kMemory;
    if (got != BZ_OK) return got == BZ_STREAM_END ? Step::kEnd : Step::kDamaged;
    return Step::kGoesOn;
  }

 private:
  void close() {
    if (open_) BZ2_bzDecompressEnd(&stream_);
    open_ = false;
  }

  bz_stream stream_ = {};
  bool open_ = false;
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    if (context_) ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kZstdWindowLog);
  }

  Step decode(std::string_view& in, std::span<char>& out) override {
    if (!context_) return Step::kMemory;
    ZSTD_inBuffer from = {in.data(), in.size(), 0};
    ZSTD_outBuffer to = {out.data(), out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &to, &from);
    in.remove_prefix(from.pos);
    out = out.subspan(to.pos);
    if (ZSTD_isError(left) == 0) return left == 0 ? Step::kEnd : Step::kGoesOn;
    switch (ZSTD_getErrorCode(left)) {
      case ZSTD_error_frameParameter_windowTooLarge:
      case ZSTD_error_memory_allocation:
        return Step::kMemory;
      case ZSTD_error_dictionary_wrong:
      case ZSTD_error_frameParameter_unsupported:
        return Step::kNotSupported;
      default:
        return Step::kDamaged;
    }
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
};

std::unique_ptr<Decoder> decoder_of(Format format) {
  if (format == Format::kBzip2) return std::make_unique<Bzip2Decoder>();
  if (format == Format::kZstd) return std::make_unique<ZstdDecoder>();
  return std::make_unique<LzmaDecoder>(format);
}

/// What is written so far, in memory that grows.
class Output {
 public:
  /// One byte more than allowed may be written: it says that there is too much.
  explicit Output(std::uint64_t max) : max_(max) {}

  bool is_too_much() const { return size_ > max_; }
  bool is_full() const { return size_ == capacity_; }
  /// False when there is no more memory. Not to be called when there is too much already.
  bool grow() {
    const std::uint64_t wanted = std::min(std::max(2 * capacity_, kFirstBytes), max_ + 1);
    void* const larger = std::realloc(bytes_.get(), static_cast<std::size_t>(wanted));
    if (larger == nullptr) return false;
    static_cast<void>(bytes_.release());
    bytes_.reset(static_cast<char*>(larger));
    capacity_ = wanted;
    return true;
  }
  std::span<char> room() {
    return {bytes_.get() + size_, static_cast<std::size_t>(capacity_ - size_)};
  }
  void keep(std::span<char> left) { size_ = capacity_ - left.size(); }

  Inflated take(std::size_t consumed, std::string_view problem) {
    Inflated out;
    out.storage = std::move(bytes_);
    out.size = static_cast<std::size_t>(std::min(size_, max_));
    out.consumed = consumed;
    out.reserved = out.size;
    out.problem = problem;
    return out;
  }

 private:
  std::unique_ptr<char, Inflated::Free> bytes_;
  std::uint64_t size_ = 0;
  std::uint64_t capacity_ = 0;
  std::uint64_t max_;
};

/// Zeros behind the end are padding: of tapes, and of xz, which allows them.
bool is_padding(std::string_view rest) { return rest.find_first_not_of('\0') == rest.npos; }

bool begins(Format format, std::string_view rest) {
  if (format == Format::kZstd) return is_zstd(rest);
  return recognise(rest) == format;
}

}  // namespace

Inflated decompress(Format format, std::string_view compressed, std::uint64_t max) {
  max = std::min(max, std::uint64_t{std::numeric_limits<std::int64_t>::max()});
  const auto decoder = decoder_of(format);
  Output out(max);
  std::string_view in = compressed;
  const auto take = [&](std::string_view problem) {
    return out.take(compressed.size() - in.size(), problem);
  };
  while (true) {
    if (out.is_too_much()) return take("unpacks to more than allowed");
    if (out.is_full() && !out.grow()) return take("not enough memory to unpack it");
    std::span<char> room = out.room();
    const std::size_t before = in.size() + room.size();
    const Step step = decoder->decode(in, room);
    const bool moved = in.size() + room.size() != before;
    const bool has_room = !room.empty();
    out.keep(room);
    if (step == Step::kEnd) {
      if (is_padding(in)) return take(out.is_too_much() ? "unpacks to more than allowed" : "");
      if (!begins(format, in)) return take("bytes behind its end");
    } else if (step != Step::kGoesOn || (!moved && has_room)) {
      return take(problem_of(step));
    }
  }
}

std::string lzma_of_zip(std::string_view member, std::uint64_t size) {
  constexpr std::size_t kProperties = 5;
  constexpr std::size_t kVersion = 4;
  if (member.size() < kVersion + kProperties) return {};
  std::string out(member.substr(kVersion, kProperties));
  for (int shift = 0; shift < 64; shift += 8) {
    out.push_back(static_cast<char>(size == 0 ? 0xFF : size >> shift & 0xFF));
  }
  return out.append(member.substr(kVersion + kProperties));
}

}  // namespace lr::secrets::sources
