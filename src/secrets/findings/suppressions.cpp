#include "secrets/findings/suppressions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <tuple>

#include "secrets/findings/fingerprint.h"
#include "secrets/findings/glob.h"
#include "text/yaml.h"

namespace lr::secrets {
namespace {

constexpr std::string_view kHeader =
    "# Findings of `launchready secrets` that somebody accepted: one line each, sorted.\n"
    "# After a merge conflict keep the lines of both sides.\n";
constexpr std::size_t kKeyDigits = 32;

auto entry_order(const Suppression& entry) {
  return std::tie(entry.fingerprint, entry.path, entry.expires);
}

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

std::string line_of(const Suppression& entry) {
  std::string out = fmt::format("  - {{fingerprint: {}, owner: {}, reason: {}, expires: {}",
                                quoted(entry.fingerprint), quoted(entry.owner),
                                quoted(entry.reason), day_text(entry.expires));
  if (!entry.path.empty()) out += ", path: " + quoted(entry.path);
  return out + "}\n";
}

/// Reads one file; every error names its place.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  std::unexpected<Error> refuse(text::Mark at, std::string_view why) const {
    return fail(Code::kInvalidArgument,
                fmt::format("{}:{}:{}: {}", file_, at.line, at.column, why));
  }

  Result<std::string> key(const text::YamlNode& node) const {
    const bool good = node.is_scalar() && node.scalar.size() == kKeyDigits &&
                      node.scalar.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!good) return refuse(node.mark, "key must be 32 hex digits");
    return node.scalar;
  }

  Result<Suppression> entry(const text::YamlNode& node) const {
    if (!node.is_map()) return refuse(node.mark, "each entry is a map with a fingerprint");
    Suppression out;
    out.line = node.mark.line;
    for (const text::YamlEntry& field : node.entries) LR_TRY_VOID(set(out, field));
    if (out.fingerprint.empty()) return refuse(node.mark, "an entry needs a fingerprint");
    if (out.fingerprint == kNotCovered && out.path.empty()) {
      return refuse(node.mark, "an entry for not-covered needs the path that cannot be read");
    }
    if (out.owner.empty()) return refuse(node.mark, "an entry needs an owner");
    if (out.reason.empty()) return refuse(node.mark, "an entry needs a reason");
    if (node.find("expires") == nullptr) {
      return refuse(node.mark, "an entry needs a day on which it expires, such as 2027-01-31");
    }
    return out;
  }

 private:
  Result<> set(Suppression& out, const text::YamlEntry& field) const {
    if (!field.value.is_scalar()) return refuse(field.mark, field.key + " must be text");
    const std::string& value = field.value.scalar;
    if (field.key == "fingerprint") {
      if (!is_fingerprint(value) && value != kNotCovered) {
        return refuse(field.value.mark,
                      "a fingerprint is \"lrs1:\" and 32 hex digits; not-covered accepts a gap");
      }
      out.fingerprint = value;
    } else if (field.key == "owner") {
      out.owner = value;
    } else if (field.key == "reason") {
      out.reason = value;
    } else if (field.key == "path") {
      out.path = value;
    } else if (field.key == "expires") {
      const auto day = parse_day(value);
      if (!day) return refuse(field.value.mark, "expires must be a day such as 2027-01-31");
      out.expires = *day;
    } else {
      return refuse(field.mark, fmt::format("unknown key {}; there are fingerprint, owner, reason, "
                                            "expires and path",
                                            quoted(field.key)));
    }
    return {};
  }

  std::string_view file_;
};

std::string system_error(std::string_view what, const std::string& path) {
  return fmt::format("cannot {} {}: {}", what, path, std::strerror(errno));
}

Result<> write_whole(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return fail(Code::kUnavailable, system_error("write", path));
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0) {
      auto error = fail(Code::kUnavailable, system_error("write", path));
      close(file);
      return error;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool flushed = fsync(file) == 0;
  if (close(file) != 0 || !flushed) {
    return fail(Code::kUnavailable, system_error("write", path));
  }
  return {};
}

Result<std::string> read_whole(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return fail(Code::kInvalidArgument, system_error("read", path));
  std::string out(Suppressions::kFileBytes + 1, '\0');
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t count = read(file, out.data() + size, out.size() - size);
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
  }
  close(file);
  if (size > Suppressions::kFileBytes) {
    return fail(Code::kPayloadTooLarge, path + " is larger than 16 MiB");
  }
  out.resize(size);
  return out;
}

bool names(const Suppression& entry, const SecretFinding& finding) {
  return entry.fingerprint == finding.fingerprint ||
         std::ranges::find(finding.aliases, entry.fingerprint) != finding.aliases.end();
}

bool covers_place(const Suppression& entry, const Place& place) {
  return entry.path.empty() || matches_glob(entry.path, place.path);
}

}  // namespace

Result<Suppressions> Suppressions::parse(std::string_view text, std::string_view file_name) {
  Suppressions out;
  LR_TRY(const text::YamlNode root, text::parse_yaml(text, file_name));
  if (root.kind == text::YamlNode::Kind::kNull) return out;
  const Reader reader(file_name);
  if (!root.is_map()) return reader.refuse(root.mark, "expected the keys key and accepted");
  for (const text::YamlEntry& field : root.entries) {
    if (field.key == "key") {
      LR_TRY(out.key_, reader.key(field.value));
    } else if (field.key == "accepted") {
      if (!field.value.is_sequence() && field.value.kind != text::YamlNode::Kind::kNull) {
        return reader.refuse(field.value.mark, "accepted is a list: a dash before each entry");
      }
      for (const text::YamlNode& item : field.value.items) {
        LR_TRY(Suppression entry, reader.entry(item));
        out.entries_.push_back(std::move(entry));
      }
    } else {
      return reader.refuse(field.mark, "unknown key; there are key and accepted");
    }
  }
  if (out.key_.empty())
    return reader.refuse(root.mark,
                         "key is missing: 32 hex digits, such as those of `openssl rand -hex 16`; "
                         "--suppress makes one");
  // A merge that kept both sides may have left them unsorted.
  std::ranges::sort(out.entries_, {}, entry_order);
  return out;
}

Result<Suppressions> Suppressions::load(const std::string& path) {
  // A file that is there and cannot be read is an error, and not an empty list.
  if (access(path.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return Suppressions();
  }
  LR_TRY(const std::string text, read_whole(path));
  return parse(text, path);
}

std::string_view Suppressions::key() const {
  return key_.empty() ? kDefaultFingerprintKey : std::string_view(key_);
}

void Suppressions::add(Suppression entry) {
  std::erase_if(entries_, [&](const Suppression& old) {
    return old.fingerprint == entry.fingerprint && old.path == entry.path;
  });
  entries_.push_back(std::move(entry));
  std::ranges::sort(entries_, {}, entry_order);
}

std::string Suppressions::text() const {
  std::string out =
      fmt::format("{}key: {}\naccepted:{}\n", kHeader, quoted(key_), entries_.empty() ? " []" : "");
  for (const Suppression& entry : entries_) out += line_of(entry);
  return out;
}

Result<> Suppressions::save(const std::string& path) const {
  const std::string beside = fmt::format("{}.{}.new", path, getpid());
  if (auto written = write_whole(beside, text()); !written) {
    unlink(beside.c_str());
    return written;
  }
  if (rename(beside.c_str(), path.c_str()) != 0) {
    auto error = fail(Code::kUnavailable, system_error("replace", path));
    unlink(beside.c_str());
    return error;
  }
  return {};
}

SuppressionOutcome suppress(std::vector<SecretFinding> findings, const Suppressions& suppressions,
                            std::chrono::sys_days today) {
  SuppressionOutcome out;
  std::vector<bool> used(suppressions.entries().size());
  std::vector<bool> too_late(suppressions.entries().size());
  for (SecretFinding& finding : findings) {
    std::size_t covered = 0;
    for (std::size_t i = 0; i < used.size(); ++i) {
      const Suppression& entry = suppressions.entries()[i];
      if (!names(entry, finding)) continue;
      used[i] = true;
      if (entry.expires <= today) {
        too_late[i] = true;
        continue;
      }
      // Places beyond those kept cannot be asked: only an entry for all places covers them.
      const std::size_t before = finding.places.size();
      std::erase_if(finding.places, [&](const Place& place) { return covers_place(entry, place); });
      covered += entry.path.empty() ? finding.places_seen : before - finding.places.size();
    }
    finding.places_seen -= std::min<std::uint64_t>(covered, finding.places_seen);
    if (finding.places.empty() && finding.places_seen == 0) {
      ++out.suppressed;
    } else {
      out.open.push_back(std::move(finding));
    }
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    const Suppression& entry = suppressions.entries()[i];
    if (too_late[i]) out.expired.push_back(entry);
    if (!used[i] && entry.fingerprint != kNotCovered) out.stale.push_back(entry);
  }
  return out;
}

GapOutcome accept_gaps(Coverage& coverage, const Suppressions& suppressions,
                       std::chrono::sys_days today) {
  GapOutcome out;
  // Of gaps that were not kept nobody knows whose they are.
  const bool all_kept = coverage.skipped == coverage.gaps.size();
  std::vector<Coverage::Gap> open = coverage.gaps;
  for (const Suppression& entry : suppressions.entries()) {
    if (entry.fingerprint != kNotCovered) continue;
    const auto covers = [&](const Coverage::Gap& gap) {
      return matches_glob(entry.path, std::string_view(gap.path).substr(0, gap.path.find(" > ")));
    };
    const bool used = std::ranges::any_of(coverage.gaps, covers);
    if (!used && all_kept) out.stale.push_back(entry);
    if (used && entry.expires <= today) out.expired.push_back(entry);
    if (entry.expires > today) out.accepted += std::erase_if(open, covers);
  }
  coverage.gaps = std::move(open);
  coverage.skipped -= out.accepted;
  return out;
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int out = 0;
    for (const char c : text.substr(at, digits)) out = 10 * out + (c - '0');
    return out;
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(unsigned(number(5, 2))),
                                        std::chrono::day(unsigned(number(8, 2)))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day);
}

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace lr::secrets
