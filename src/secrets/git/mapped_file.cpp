#include "secrets/git/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace lr::secrets::git {
namespace {

std::unexpected<Error> os_failure(const std::string& path) {
  const int reason = errno;
  const Code code = reason == ENOENT || reason == ENOTDIR ? Code::kNotFound : Code::kUnavailable;
  return fail(code, fmt::format("{}: {}", path, std::strerror(reason)));
}

/// A descriptor of a regular file that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

struct Opened {
  Descriptor descriptor;
  std::uint64_t size;
};

Result<Opened> open_regular(const std::string& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (descriptor.number() < 0) return os_failure(path);
  struct stat info{};
  if (::fstat(descriptor.number(), &info) != 0) return os_failure(path);
  if (!S_ISREG(info.st_mode)) {
    return fail(Code::kUnavailable, fmt::format("{}: not a regular file", path));
  }
  return Opened{std::move(descriptor), static_cast<std::uint64_t>(info.st_size)};
}

}  // namespace

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  LR_TRY(const auto opened, open_regular(path));
  MappedFile file;
  if (opened.size == 0) return file;
  void* address =
      ::mmap(nullptr, opened.size, PROT_READ, MAP_PRIVATE, opened.descriptor.number(), 0);
  if (address == MAP_FAILED) return os_failure(path);
  file.data_ = static_cast<const char*>(address);
  file.size_ = opened.size;
  return file;
}

Result<MappedFile> MappedFile::copy_of(std::string_view bytes) {
  MappedFile file;
  if (bytes.empty()) return file;
  void* address =
      ::mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) return os_failure("memory");
  std::memcpy(address, bytes.data(), bytes.size());
  file.data_ = static_cast<const char*>(address);
  file.size_ = bytes.size();
  return file;
}

Result<std::string> read_file(const std::string& path, std::uint64_t bytes_max) {
  LR_TRY(const auto opened, open_regular(path));
  if (opened.size > bytes_max) {
    return fail(Code::kPayloadTooLarge,
                fmt::format("{}: {} bytes, over the limit of {}", path, opened.size, bytes_max));
  }
  // The file may grow while it is read: what was there when it was opened counts.
  std::string bytes(opened.size, '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t n = ::read(opened.descriptor.number(), bytes.data() + got, bytes.size() - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_failure(path);
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

}  // namespace lr::secrets::git
