// What files hold other files: which formats are recognised, and how their readers hand over
// members. Readers trust nothing that an archive says about itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "secrets/sources/byte_source.h"

namespace lr::secrets::sources {

enum class Format : std::uint8_t {
  kPlain,
  kZip,
  kTar,
  kAr,
  kGzip,
  kBzip2,
  kXz,
  kLzma,
  kZstd,
  // Recognised so that the report can say that they were not looked into:
  kLz4,
  kLzip,
  kCompress,
  kSevenZip,
  kRar,
  kRpm,
  kCabinet,
  kSquashfs,
  kGitBundle,
  kGitPack,
};
/// "zip", "tar", "gzip", "bzip2"…
std::string_view format_name(Format format);
/// By the first bytes; 512 are enough. Never by the name: it says what the owner wishes.
Format recognise(std::string_view head);
/// A frame, or one that decoders skip, such as those that other programs keep an index in.
bool is_zstd(std::string_view bytes);
/// Whether there is a reader.
constexpr bool is_unpacked(Format format) {
  return format > Format::kPlain && format <= Format::kZstd;
}
/// A zip archive behind something else (an installer, a shell script) ends with its directory's end
/// record: `tail` is the last kZipTail bytes of a file.
inline constexpr std::size_t kZipTail = 22;
bool ends_like_zip(std::string_view tail);

/// Bounds for everything that comes out of one outermost file.
struct UnpackLimits {
  int depth = 8;                            ///< Archives inside archives.
  std::uint64_t members = 1'000'000;        ///< Over all levels.
  std::uint64_t total_bytes = 8ull << 30;   ///< Inflated, over all levels.
  std::uint64_t member_bytes = 1ull << 30;  ///< Inflated, of one member (held in memory).
  std::uint64_t free_bytes = 64ull << 20;   ///< Up to here, any ratio.
  std::uint64_t ratio = 250;                ///< Inflated to stored, beyond.
};

/// How one member of a zip archive is compressed.
enum class Packing : std::uint8_t { kDeflate, kBzip2, kLzma, kZstd, kXz };

/// Receives what a reader finds. Names are as the archive says: they are shown, never opened.
class MemberVisitor {
 public:
  virtual ~MemberVisitor() = default;
  /// False: enough (a bound was reached, already noted); the reader stops.
  virtual bool member(std::string_view name, ByteSource& bytes) = 0;
  /// A compressed member; `size` is what the archive says and only a guess. Bytes behind the end of
  /// the compressed stream do not matter.
  virtual bool packed(std::string_view name, ByteSource& bytes, Packing packing,
                      std::uint64_t size) = 0;
  /// A member without bytes: a folder, a link, an empty file. False as for member().
  virtual bool empty(std::string_view name) = 0;
  /// Free text about a member, or about the archive when `name` is empty.
  virtual void comment(std::string_view name, std::string_view text) = 0;
  /// Something that could not be read; the reader goes on where it can.
  virtual void gap(std::string_view name, std::string reason) = 0;
};

/// APPNOTE 6.3: central directory, zip64, data descriptors; without a central directory (cut off)
/// the local headers in turn. Members stored, or compressed by one of `Packing`; others and
/// encrypted ones are gaps.
void read_zip(ByteSource& archive, MemberVisitor& visitor);
/// POSIX ustar and pax, GNU long names and base-256 sizes, the old format by its checksum. What
/// links point to and what pax headers say besides are comments.
void read_tar(ByteSource& archive, MemberVisitor& visitor);
/// Debian packages and static libraries: common, GNU and BSD names.
void read_ar(ByteSource& archive, MemberVisitor& visitor);

}  // namespace lr::secrets::sources
