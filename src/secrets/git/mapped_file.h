// Files of a repository: packs and indexes are mapped, small files are read whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::secrets::git {

/// A regular file mapped read-only. git replaces packs and indexes by renaming and never rewrites
/// them, so a mapping stays what it was when it was opened.
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  /// kNotFound when there is no such file; kUnavailable for anything else, with the reason of the
  /// operating system. Anything but a regular file is refused, so that a FIFO cannot block.
  static Result<MappedFile> open(const std::string& path);

  /// Memory of its own with these bytes, for what was not read from a file.
  static Result<MappedFile> copy_of(std::string_view bytes);

  std::string_view bytes() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// The whole file, of at most `bytes_max` bytes (else kPayloadTooLarge). Other errors as above.
Result<std::string> read_file(const std::string& path, std::uint64_t bytes_max);

}  // namespace lr::secrets::git
