#include "store/ledger_head.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace lr::store {
namespace {

constexpr std::string_view kMagic = "lr-ledger-v1";
constexpr std::size_t kHeadBytes = 256;  // A head is at most 163 bytes long.

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : handle_(::open(path.c_str(), flags, 0600)) {}
  ~OpenFile() {
    if (handle_ >= 0) ::close(handle_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool write_all(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(handle_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  bool sync() const { return handle_ >= 0 && ::fsync(handle_) == 0; }
  bool ok() const { return handle_ >= 0; }

 private:
  int handle_;
};

std::unexpected<Error> failure(const std::string& path) {
  return fail(Code::kUnavailable, path + ": " + std::strerror(errno));
}

std::unexpected<Error> not_ours(const std::string& path) {
  return fail(Code::kConflict, head_path(path) + ": not written with this key, or changed");
}

/// "lr-ledger-v1 <sequence> <link> <mac>\n"
std::string format_head(std::string_view key, const LedgerHead& head) {
  std::string line(kMagic);
  line.append(" ").append(std::to_string(head.sequence));
  line.append(" ").append(crypto::hex(head.link));
  const std::string mac = crypto::hex(crypto::hmac_sha256(key, "lr-ledger-v1 head " + line));
  return line.append(" ").append(mac).append("\n");
}

/// Splits without judging; the caller compares with format_head().
std::optional<LedgerHead> split_head(std::string_view line) {
  if (!line.starts_with(kMagic) || line.size() < kMagic.size() + 2) return std::nullopt;
  line.remove_prefix(kMagic.size() + 1);
  LedgerHead head;
  const auto number = std::from_chars(line.data(), line.data() + line.size(), head.sequence);
  if (number.ec != std::errc()) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(number.ptr - line.data()));
  if (line.size() < 1 + 2 * head.link.size()) return std::nullopt;
  const auto link = crypto::unhex(line.substr(1, 2 * head.link.size()));
  if (!link) return std::nullopt;
  std::memcpy(head.link.data(), link->data(), head.link.size());
  return head;
}

}  // namespace

std::string head_path(const std::string& path) { return path + ".head"; }

Result<std::optional<LedgerHead>> read_head(const std::string& path, std::string_view key) {
  std::ifstream file(head_path(path), std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kHeadBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const auto head = split_head(text);
  if (!head || !crypto::constant_time_equal(text, format_head(key, *head))) return not_ours(path);
  return head;
}

Result<> write_head(const std::string& path, std::string_view key, const LedgerHead& head) {
  const std::string target = head_path(path);
  const std::string fresh = target + ".new";
  {
    const OpenFile file(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
    if (!file.ok() || !file.write_all(format_head(key, head)) || !file.sync()) {
      return failure(fresh);
    }
  }
  if (std::rename(fresh.c_str(), target.c_str()) != 0) return failure(target);
  const std::filesystem::path folder = std::filesystem::path(target).parent_path();
  const OpenFile directory(folder.empty() ? "." : folder.string(),
                           O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!directory.sync()) return failure(folder.string());
  return {};
}

}  // namespace lr::store
