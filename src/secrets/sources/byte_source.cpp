#include "secrets/sources/byte_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace lr::secrets::sources {
namespace {

/// Small reads (headers of archive members) come out of one larger one.
constexpr std::size_t kReadAhead = 64 * 1024;

}  // namespace

Result<std::size_t> read_fully(int descriptor, char* out, std::size_t size, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(descriptor, out + done, size - done, static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return fail(Code::kUnavailable, std::generic_category().message(errno));
    }
  }
  return done;
}

Result<std::string_view> FileBytes::view(std::uint64_t offset, std::size_t length) {
  if (offset >= size_) return std::string_view();
  length = static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - offset));
  const bool buffered = offset >= buffered_at_ && offset - buffered_at_ <= buffer_.size() &&
                        length <= buffer_.size() - (offset - buffered_at_);
  if (!buffered) {
    const std::uint64_t ahead = std::max(length, kReadAhead);
    buffer_.resize(static_cast<std::size_t>(std::min(ahead, size_ - offset)));
    auto got = read_fully(descriptor_, buffer_.data(), buffer_.size(), offset);
    buffer_.resize(got.value_or(0));
    buffered_at_ = offset;
    if (!got) return std::unexpected(std::move(got).error());
    if (*got < length) return fail(Code::kUnavailable, "the file shrank while it was read");
  }
  return std::string_view(buffer_).substr(static_cast<std::size_t>(offset - buffered_at_), length);
}

SliceBytes::SliceBytes(ByteSource& whole, std::uint64_t offset, std::uint64_t size)
    : whole_(whole),
      offset_(std::min(offset, whole.size())),
      size_(std::min(size, whole.size() - offset_)) {}

Result<std::string_view> SliceBytes::view(std::uint64_t offset, std::size_t length) {
  if (offset >= size_) return std::string_view();
  length = static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - offset));
  return whole_.view(offset_ + offset, length);
}

}  // namespace lr::secrets::sources
