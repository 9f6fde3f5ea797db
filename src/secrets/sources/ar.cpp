#include <algorithm>
#include <charconv>
#include <optional>

#include "secrets/sources/container.h"

namespace lr::secrets::sources {
namespace {

constexpr std::size_t kMagic = 8;
constexpr std::size_t kHeader = 60;
constexpr std::size_t kName = 16;
constexpr std::uint64_t kNamesMax = 16 << 20;  ///< Of the table of long names.

std::string_view without_blanks(std::string_view text) {
  const std::size_t last = text.find_last_not_of(' ');
  return last == text.npos ? std::string_view() : text.substr(0, last + 1);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  text = without_blanks(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class ArReader {
 public:
  ArReader(ByteSource& archive, MemberVisitor& visitor) : archive_(archive), visitor_(visitor) {}

  void read() {
    while (at_ < archive_.size() && step()) {
    }
  }

 private:
  /// One header and its member. False at the end.
  bool step() {
    const auto header = archive_.view(at_, kHeader);
    if (!header) return stop(header.error().detail());
    if (header->size() < kHeader) return stop("cut off inside a header");
    const auto size = number_of(header->substr(48, 10));
    if (!size || !header->ends_with("`\n")) return stop("damaged header");
    std::string name(without_blanks(header->substr(0, kName)));
    at_ += kHeader;
    const std::uint64_t room = archive_.size() - at_;
    const std::uint64_t end = at_ + std::min(*size, room);
    const bool is_names = name == "//";
    if (is_names && !read_names(end)) return false;
    if (!is_names && !hand_over(std::move(name), end)) return false;
    if (*size > room) return stop("cut off");
    at_ = end + end % 2;
    return true;
  }

  bool read_names(std::uint64_t end) {
    if (end - at_ > kNamesMax) return stop("a table of names over 16 MiB");
    const auto names = archive_.view(at_, static_cast<std::size_t>(end - at_));
    if (!names) return stop(names.error().detail());
    names_ = std::string(*names);
    return true;
  }

  bool hand_over(std::string name, std::uint64_t end) {
    const std::string_view view = name;
    std::uint64_t begin = at_;
    if (view.starts_with("#1/")) {  // BSD: the name stands in front of the bytes.
      const std::uint64_t length = std::min(number_of(view.substr(3)).value_or(0), end - begin);
      const auto text = archive_.view(begin, static_cast<std::size_t>(std::min(length, kNamesMax)));
      if (!text) return stop(text.error().detail());
      begin += length;
      name = std::string(text->substr(0, text->find('\0')));
    } else if (view.size() > 1 && view.starts_with('/')) {  // GNU: it stands in the table.
      const auto at = number_of(view.substr(1));
      if (at && *at < names_.size()) {
        const std::string_view rest =
            std::string_view(names_).substr(static_cast<std::size_t>(*at));
        name = std::string(rest.substr(0, rest.find_first_of("/\n")));
      }
    } else if (view.size() > 1 && view.ends_with('/')) {
      name.pop_back();
    }
    SliceBytes bytes(archive_, begin, end - begin);
    return bytes.size() == 0 ? visitor_.empty(name) : visitor_.member(name, bytes);
  }

  bool stop(std::string reason) {
    visitor_.gap("", std::move(reason));
    return false;
  }

  ByteSource& archive_;
  MemberVisitor& visitor_;
  std::string names_;  ///< Names over 15 bytes.
  std::uint64_t at_ = kMagic;
};

}  // namespace

void read_ar(ByteSource& archive, MemberVisitor& visitor) { ArReader(archive, visitor).read(); }

}  // namespace lr::secrets::sources
