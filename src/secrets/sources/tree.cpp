#include "secrets/sources/tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "secrets/sources/byte_source.h"
#include "secrets/sources/unpack.h"
#include "text/url.h"

namespace lr::secrets {
namespace {

using sources::FileBytes;
using sources::MemoryBytes;
using sources::SourceMap;
using sources::Unpacker;

/// Files up to here are read into one buffer that is kept; larger ones get their own.
constexpr std::size_t kBufferBytes = 1 << 20;

std::string last_error() { return std::generic_category().message(errno); }

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  bool is_open() const { return value_ >= 0; }

 private:
  int value_;
};

/// Opens and reads the files that a walk meets.
class FileReader final : public sources::WalkVisitor {
 public:
  FileReader(DocumentVisitor& visitor, Coverage& coverage, const TreeOptions& options)
      : visitor_(visitor),
        unpacker_(visitor, coverage, options.unpack),
        coverage_(coverage),
        file_bytes_(options.file_bytes),
        buffer_(std::make_unique_for_overwrite<char[]>(kBufferBytes)) {}

  void name(std::string_view path) override {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (!sources::may_hold_secret(name)) return;
    static const std::vector<std::string> kVia = {"name"};
    visitor_.visit(
        {.surface = Surface::kTree, .path = path, .object = {}, .bytes = name, .via = kVia});
  }

  void file(int folder, const char* name, std::string_view path) override {
    // O_NONBLOCK: what became a FIFO since it was listed must not hang the scan.
    const Descriptor file(
        ::openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!file.is_open()) return skip(path, "unreadable: " + last_error());
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return skip(path, "unreadable: " + last_error());
    if (!S_ISREG(status.st_mode)) return skip(path, "not a file any more");
    read(file.get(), static_cast<std::uint64_t>(status.st_size), path);
  }

  void repository(std::string_view path) override { repositories_.emplace_back(path); }

  std::vector<std::string>& repositories() { return repositories_; }

  void read(int file, std::uint64_t size, std::string_view path) {
    if (size >= kBufferBytes) {
      if (size > file_bytes_) skip(path, "larger than allowed, its end was not read");
      FileBytes bytes(file, std::min(size, file_bytes_));
      return unpacker_.visit(path, bytes);
    }
    // Files of /proc and the like have size 0 and content, so the end is what read() says it is.
    auto got = sources::read_fully(file, buffer_.get(), kBufferBytes, 0);
    if (!got) return skip(path, "unreadable: " + got.error().detail());
    if (*got == kBufferBytes) skip(path, "longer than its size said, its end was not read");
    MemoryBytes bytes({buffer_.get(), *got});
    unpacker_.visit(path, bytes);
  }

 private:
  void skip(std::string_view path, std::string reason) {
    coverage_.skip(std::string(path), std::move(reason));
  }

  DocumentVisitor& visitor_;
  Unpacker unpacker_;
  Coverage& coverage_;
  std::uint64_t file_bytes_;
  std::vector<std::string> repositories_;
  std::unique_ptr<char[]> buffer_;
};

/// For locate(): a bundle or a map. Nullopt when it is gone or larger than a bundle is.
std::optional<std::string> read_small_file(const std::string& path) {
  constexpr off_t kBundleBytes = 128 << 20;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat status{};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      status.st_size > kBundleBytes) {
    return std::nullopt;
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  auto got = sources::read_fully(file.get(), bytes.data(), bytes.size(), 0);
  if (!got) return std::nullopt;
  bytes.resize(*got);
  return bytes;
}

}  // namespace

TreeSource::TreeSource(std::string root, TreeOptions options)
    : root_(std::move(root)), options_(std::move(options)) {}

Result<> TreeSource::read(DocumentVisitor& visitor, Coverage& coverage) {
  // The root itself may be a link: it was named by hand.
  const Descriptor root(::open(root_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat status{};
  if (!root.is_open() || ::fstat(root.get(), &status) != 0) {
    const Code code = errno == ENOENT ? Code::kNotFound : Code::kUnavailable;
    return fail(code, root_ + ": " + last_error());
  }
  FileReader reader(visitor, coverage, options_);
  if (S_ISDIR(status.st_mode)) {
    sources::walk(root.get(), options_.walk, reader, coverage);
  } else if (S_ISREG(status.st_mode)) {
    reader.read(root.get(), static_cast<std::uint64_t>(status.st_size), root_);
  } else {
    return fail(Code::kInvalidArgument, root_ + ": neither a folder nor a file");
  }
  repositories_ = std::move(reader.repositories());
  return {};
}

void TreeSource::locate(std::span<Place*> places) {
  for (Place* place : places) {
    const std::string_view path = place->path;
    const bool bundle = path.ends_with(".js") || path.ends_with(".mjs") || path.ends_with(".cjs") ||
                        path.ends_with(".css");
    if (!bundle || place->surface != Surface::kTree) continue;
    if (!origins_.has(path)) load_map(std::string(path));
    origins_.complete(*place);
  }
}

/// The map that a bundle on disk names, inside it or in the same folder tree. A bundle without
/// one gets an empty map, so that it is read once.
void TreeSource::load_map(std::string path) {
  const std::string file = path == root_ ? root_ : root_ + "/" + path;
  const auto bundle = read_small_file(file);
  const std::string_view url = bundle ? sources::source_mapping_url(*bundle) : std::string_view();
  std::optional<std::string> text = sources::decode_data_url(url);
  if (!text && !url.empty() && !url.contains("://") && !url.starts_with('/')) {
    text = read_small_file(file.substr(0, file.rfind('/') + 1) + text::percent_decode(url));
  }
  auto map = text ? sources::parse_source_map(*text) : Result<SourceMap>(SourceMap());
  origins_.add(std::move(path), bundle.value_or(""), map ? std::move(*map) : SourceMap());
}

}  // namespace lr::secrets
