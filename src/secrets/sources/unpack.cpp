#include "secrets/sources/unpack.h"

#include <algorithm>
#include <utility>

#include "secrets/sources/decompress.h"
#include "secrets/sources/har.h"
#include "secrets/sources/inflate.h"
#include "secrets/sources/json_cursor.h"
#include "secrets/sources/source_map.h"
#include "secrets/sources/surface.h"
#include "text/ascii.h"

namespace lr::secrets::sources {
namespace {

constexpr std::size_t kGzipHeader = 10;   ///< Behind it stand a name and a comment.
constexpr std::size_t kHeadBytes = 2048;  ///< Enough to recognise and to classify.
/// HAR files and source maps are taken apart in memory up to here.
constexpr std::uint64_t kParsedBytes = 512ull << 20;

std::uint32_t u32_at_end(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i > 0; --i) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[bytes.size() - 5 + i]);
  }
  return value;
}

}  // namespace

bool may_hold_secret(std::string_view name) {
  constexpr std::size_t kLeast = 12;
  std::size_t length = 0;
  bool digit = false;
  bool letter = false;
  for (const char c : name) {
    if (c == '/' || c == '.' || c == ' ') {
      length = 0;
      digit = letter = false;
      continue;
    }
    ++length;
    digit = digit || text::is_digit(c);
    letter = letter || !text::is_digit(c);
    if (length >= kLeast && digit && letter) return true;
  }
  return false;
}

class Unpacker::Impl final : private MemberVisitor {
 public:
  Impl(DocumentVisitor& visitor, Coverage& coverage, const UnpackLimits& limits)
      : visitor_(visitor), coverage_(coverage), limits_(limits) {}

  void visit(std::string_view path, ByteSource& bytes) {
    path_ = path;
    via_.clear();
    depth_ = 0;
    members_ = 0;
    inflated_ = 0;
    inflated_max_ =
        std::min(limits_.total_bytes, std::max(limits_.free_bytes, bytes.size() * limits_.ratio));
    image_ = !image_digest(path).empty();
    open(path, bytes);
  }

 private:
  // MemberVisitor.
  bool member(std::string_view name, ByteSource& bytes) override {
    if (!is_allowed(name)) return false;
    const std::string digest = image_digest(name);
    const bool outside = std::exchange(image_, image_ || !digest.empty());
    via_.push_back(digest.empty() ? container_ + ":" + std::string(name) : "layer:" + digest);
    if (digest.empty() && may_hold_secret(name)) emit(file_surface(), "name", name);
    const std::string container = container_;
    open(name, bytes);
    container_ = container;
    via_.pop_back();
    image_ = outside;
    return inflated_ <= inflated_max_;
  }

  bool is_allowed(std::string_view name) {
    if (++members_ <= limits_.members) return true;
    if (members_ == limits_.members + 1) gap(name, "more members than allowed");
    return false;
  }

  bool empty(std::string_view name) override {
    if (!is_allowed(name)) return false;
    via_.push_back(container_ + ":" + std::string(name));
    if (may_hold_secret(name)) emit(file_surface(), "name", name);
    via_.pop_back();
    return true;
  }

  void comment(std::string_view name, std::string_view text) override {
    if (!may_hold_secret(text)) return;
    const std::size_t steps = via_.size();
    if (!name.empty()) via_.push_back(container_ + ":" + std::string(name));
    emit(file_surface(), name.empty() ? container_ + ":comment" : "comment", text);
    via_.resize(steps);
  }

  bool packed(std::string_view name, ByteSource& bytes, Packing packing,
              std::uint64_t size) override {
    auto compressed = whole(bytes, name);
    if (!compressed) return true;
    const Inflated out = unpack_member(*compressed, packing, size);
    if (!out.problem.empty()) gap(name, std::string(out.problem));
    MemoryBytes content(out.view());
    const bool go_on = out.size == 0 ? empty(name) : member(name, content);
    return go_on && inflated_ <= inflated_max_;
  }

  void gap(std::string_view name, std::string reason) override {
    damaged_ = damaged_ || name.empty();
    note(name, std::move(reason));
  }

  void note(std::string_view name, std::string reason) {
    // The note is masked as far as it was looked at.
    if (may_hold_secret(name)) emit(file_surface(), "name", name);
    std::string where(path_);
    for (const std::string& step : via_) where.append(" > ").append(step);
    if (!name.empty()) where.append(" > ").append(container_).append(":").append(name);
    coverage_.skip(std::move(where), std::move(reason));
  }

  void open(std::string_view name, ByteSource& bytes) {
    auto head = bytes.view(0, kHeadBytes);
    if (!head) return note("", head.error().detail());
    const Format format = recognise(*head);
    if (format == Format::kPlain) return plain_or_zip(name, *head, bytes);
    if (!is_unpacked(format)) {
      note("", std::string(format_name(format)).append(": not unpacked"));
      return raw(file_surface(), bytes);
    }
    if (depth_ == limits_.depth) {
      note("", "archives nested deeper than " + std::to_string(depth_));
      return raw(file_surface(), bytes);
    }
    if (!container(format, bytes)) raw(file_surface(), bytes);
  }

  Surface file_surface() const { return image_ ? Surface::kImage : Surface::kTree; }

  /// False: what the archive's reader could not make sense of, or says holds nothing, may still be
  /// read as plain bytes.
  bool container(Format format, ByteSource& bytes) {
    ++depth_;
    container_ = format_name(format);
    const bool outside = std::exchange(damaged_, false);
    const std::uint64_t shown = shown_;
    if (format == Format::kZip) read_zip(bytes, *this);
    if (format == Format::kTar) read_tar(bytes, *this);
    if (format == Format::kAr) read_ar(bytes, *this);
    if (format == Format::kGzip) gunzip(bytes);
    if (format > Format::kGzip) unpack_stream(format, bytes);
    --depth_;
    const bool is_archive = format <= Format::kAr;
    const bool makes_sense = !damaged_ && (!is_archive || shown_ > shown);
    damaged_ = outside;
    return makes_sense;
  }

  /// Programs and scripts that carry an archive behind themselves; both are looked at.
  void plain_or_zip(std::string_view name, std::string_view head, ByteSource& bytes) {
    if (depth_ < limits_.depth && bytes.size() > kZipTail) {
      // The head has to be taken again: views last until the next one.
      const std::string front(head);
      const auto tail = bytes.view(bytes.size() - kZipTail, kZipTail);
      if (tail && ends_like_zip(*tail)) container(Format::kZip, bytes);
      return plain(name, front, bytes);
    }
    plain(name, head, bytes);
  }

  void unpack_stream(Format format, ByteSource& bytes) {
    auto compressed = whole(bytes, "");
    if (!compressed) return;
    const Inflated out = counted(decompress(format, *compressed, room()));
    if (!out.problem.empty()) gap("", std::string(out.problem));
    if (out.size > 0 || out.problem.empty())
      open_stream(std::string(format_name(format)), out.view());
  }

  void open_stream(std::string step, std::string_view text) {
    MemoryBytes content(text);
    via_.push_back(std::move(step));
    open("", content);
    via_.pop_back();
  }

  Inflated unpack_member(std::string_view compressed, Packing packing, std::uint64_t size) {
    switch (packing) {
      case Packing::kBzip2:
        return counted(decompress(Format::kBzip2, compressed, room()));
      case Packing::kZstd:
        return counted(decompress(Format::kZstd, compressed, room()));
      case Packing::kXz:
        return counted(decompress(Format::kXz, compressed, room()));
      case Packing::kLzma:
        return counted(decompress(Format::kLzma, lzma_of_zip(compressed, size), room()));
      case Packing::kDeflate:
        break;
    }
    return inflate(compressed, size);
  }

  /// All members of a gzip file, joined (RFC 1952 section 2.2).
  void gunzip(ByteSource& bytes) {
    auto compressed = whole(bytes, "");
    if (!compressed) return;
    std::string_view rest = *compressed;
    std::uint64_t guess = rest.size() > 18 ? u32_at_end(rest) : 0;
    Inflated first;
    std::string joined;
    for (std::size_t count = 0; auto header = gzip_header_size(rest); ++count) {
      comment("", rest.substr(kGzipHeader, *header - kGzipHeader));
      rest.remove_prefix(*header);
      Inflated out = inflate(rest, guess);
      if (!out.problem.empty()) gap("", std::string(out.problem));
      rest.remove_prefix(out.problem.empty() ? std::min(out.consumed + 8, rest.size())
                                             : rest.size());
      guess = 0;
      if (count == 0 && !gzip_header_size(rest)) {
        first = std::move(out);
        break;
      }
      joined.append(out.view());
      if (inflated_ > inflated_max_) break;
    }
    if (rest.find_first_not_of('\0') != std::string_view::npos) gap("", "bytes behind its end");
    open_stream("gzip", joined.empty() ? first.view() : std::string_view(joined));
  }

  Inflated inflate(std::string_view compressed, std::uint64_t guess) {
    return counted(inflater_.inflate(compressed, guess, room()));
  }

  /// Bytes that may still come out of this file, and out of one member.
  std::uint64_t left() const { return inflated_max_ - std::min(inflated_, inflated_max_); }
  std::uint64_t room() const { return std::min(limits_.member_bytes, left()); }

  Inflated counted(Inflated out) {
    const bool was_last = left() <= out.reserved && !out.problem.empty();
    inflated_ = was_last ? inflated_max_ + 1 : inflated_ + out.reserved;
    coverage_.decoded_bytes += out.size;
    return out;
  }

  /// All bytes of a compressed member; nullopt, and a gap, when there are too many.
  std::optional<std::string_view> whole(ByteSource& bytes, std::string_view name) {
    if (bytes.size() > limits_.member_bytes) {
      note(name, "too large to unpack in memory");
      return std::nullopt;
    }
    auto view = bytes.view(0, static_cast<std::size_t>(bytes.size()));
    if (view) return *view;
    note(name, view.error().detail());
    return std::nullopt;
  }

  void plain(std::string_view name, std::string_view head, ByteSource& bytes) {
    const bool har = name.ends_with(".har") || looks_like_har(head);
    const bool map = !har && looks_like_source_map(head);
    const Surface surface = image_ ? Surface::kImage : classify(name.empty() ? path_ : name, head);
    if (!har && !map) return raw(surface, bytes);
    if (bytes.size() > kParsedBytes) {
      note("", "too large to take apart, read as text");
      return raw(surface, bytes);
    }
    auto text = bytes.view(0, static_cast<std::size_t>(bytes.size()));
    if (!text) return note("", text.error().detail());
    if (har) return take_har_apart(*text);
    if (!take_map_apart(*text)) raw(surface, bytes);
  }

  void take_har_apart(std::string_view text) {
    const auto read = read_har(text, [&](std::string_view name, std::string_view part) {
      emit(Surface::kHar, std::string(name), part);
    });
    if (read) return;
    note("", read.error().detail() + ", read as text");
    emit(Surface::kHar, "", text);
  }

  /// False when it is none, or holds no texts of sources.
  bool take_map_apart(std::string_view text) {
    const auto map = parse_source_map(text);
    if (!map || map->sources_with_content() == 0) return false;
    for (const MapSection& section : map->sections) {
      for (const MapSource& source : section.sources) {
        if (!source.content) continue;
        emit(Surface::kSourceMap, "source " + source.path, unescape_json(*source.content));
      }
    }
    emit(Surface::kSourceMap, "other", source_map_rest(text));
    return true;
  }

  void emit(Surface surface, std::string step, std::string_view text) {
    MemoryBytes bytes(text);
    const std::size_t steps = via_.size();
    if (!step.empty()) via_.push_back(std::move(step));
    raw(surface, bytes);
    via_.resize(steps);
  }

  void raw(Surface surface, ByteSource& bytes) {
    ++shown_;
    const auto read = visit_in_pieces(
        visitor_, bytes,
        {.surface = surface, .path = path_, .object = {}, .bytes = {}, .via = via_});
    if (!read) note("", read.error().detail());
  }

  DocumentVisitor& visitor_;
  Coverage& coverage_;
  UnpackLimits limits_;
  Inflater inflater_;
  std::string_view path_;
  std::vector<std::string> via_;
  std::string container_;  ///< Format of the innermost archive, for the names of its members.
  int depth_ = 0;
  std::uint64_t members_ = 0;
  std::uint64_t shown_ = 0;  ///< Documents.
  std::uint64_t inflated_ = 0;
  std::uint64_t inflated_max_ = 0;
  bool image_ = false;    ///< Inside a container image.
  bool damaged_ = false;  ///< The innermost archive could not be read to its end.
};

Unpacker::Unpacker(DocumentVisitor& visitor, Coverage& coverage, const UnpackLimits& limits)
    : impl_(std::make_unique<Impl>(visitor, coverage, limits)) {}
Unpacker::~Unpacker() = default;

void Unpacker::visit(std::string_view path, ByteSource& bytes) { impl_->visit(path, bytes); }

}  // namespace lr::secrets::sources
