#include "secrets/git/object_text.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdlib>

namespace lr::secrets::git {
namespace {

constexpr std::int64_t kYear10000 = 253'402'300'800;

/// Takes the first line, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// Whether the line is "name value"; takes "name ".
bool take_header(std::string_view& line, std::string_view name) {
  if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') {
    return false;
  }
  line.remove_prefix(name.size() + 1);
  return true;
}

void append_line(std::string& text, std::string_view line) {
  text.append(line);
  text.push_back('\n');
}

}  // namespace

std::optional<CommitText> parse_commit(std::string_view bytes, HashKind kind) {
  CommitText commit;
  std::string_view left = bytes;
  std::string_view line = take_line(left);
  if (!take_header(line, "tree")) return std::nullopt;
  const auto tree = parse_hex(line, kind);
  if (!tree) return std::nullopt;
  commit.tree = *tree;
  bool signature = false;
  while (!left.empty()) {
    line = take_line(left);
    if (line.empty()) break;
    // A header goes on in lines that begin with a space.
    if (line.front() == ' ') {
      if (!signature) append_line(commit.content, line);
      continue;
    }
    std::string_view value = line;
    signature = line.starts_with("gpgsig");
    if (signature) continue;
    if (take_header(value, "parent")) {
      if (const auto parent = parse_hex(value, kind)) commit.parents.push_back(*parent);
    } else if (take_header(value, "author")) {
      commit.author = value;
    } else if (take_header(value, "committer")) {
      commit.committer = value;
    } else {
      append_line(commit.content, line);
    }
  }
  commit.content.append(left);
  return commit;
}

std::optional<TagText> parse_tag(std::string_view bytes, HashKind kind) {
  TagText tag;
  std::string_view left = bytes;
  std::string_view line = take_line(left);
  if (!take_header(line, "object")) return std::nullopt;
  const auto target = parse_hex(line, kind);
  if (!target) return std::nullopt;
  tag.target = *target;
  line = take_line(left);
  if (!take_header(line, "type")) return std::nullopt;
  tag.type = parse_type(line);
  tag.content = left;
  while (!left.empty()) {
    line = take_line(left);
    if (line.empty()) break;
    if (take_header(line, "tagger")) tag.tagger = line;
  }
  return tag;
}

Person parse_person(std::string_view line) {
  Person person{.name_and_mail = line};
  const std::size_t mail_end = line.rfind('>');
  if (mail_end == std::string_view::npos) return person;
  person.name_and_mail = line.substr(0, mail_end + 1);
  std::string_view rest = line.substr(mail_end + 1);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), person.time);
  if (error != std::errc()) return person;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  int zone = 0;
  if (rest.size() >= 6 && (rest[1] == '+' || rest[1] == '-')) {
    std::from_chars(rest.data() + 2, rest.data() + 6, zone);
    person.zone_minutes = (zone / 100 * 60 + zone % 100) * (rest[1] == '-' ? -1 : 1);
  }
  return person;
}

std::string format_time(const Person& person) {
  if (person.time <= 0 || person.time >= kYear10000 - 86'400) return {};
  using namespace std::chrono;
  const sys_seconds local{seconds(person.time) + minutes(person.zone_minutes)};
  const auto day = floor<days>(local);
  const year_month_day date(day);
  const hh_mm_ss clock(local - day);
  const int zone = std::abs(person.zone_minutes);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}",
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(),
                     person.zone_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
}

bool TreeReader::next(TreeEntry& entry) {
  if (at_ == bytes_.size() || malformed_) return false;
  const std::size_t digest = hash_bytes(kind_);
  entry.begin = at_;
  entry.mode = 0;
  std::size_t at = at_;
  while (at < bytes_.size() && bytes_[at] >= '0' && bytes_[at] <= '7') {
    entry.mode = entry.mode * 8 + static_cast<std::uint32_t>(bytes_[at++] - '0');
  }
  const std::size_t end = bytes_.find('\0', at);
  if (at >= bytes_.size() || bytes_[at] != ' ' || end == std::string_view::npos ||
      bytes_.size() - end - 1 < digest) {
    malformed_ = true;
    return false;
  }
  entry.name = bytes_.substr(at + 1, end - at - 1);
  entry.id = raw_id(bytes_.data() + end + 1, kind_);
  at_ = end + 1 + digest;
  entry.end = at_;
  return true;
}

}  // namespace lr::secrets::git
