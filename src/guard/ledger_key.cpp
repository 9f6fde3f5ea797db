#include "guard/ledger_key.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace lr::guard {
namespace {

constexpr std::size_t kKeyChars = 64;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Result<Secret> read_key(const std::string& path) {
  const File file(std::fopen(path.c_str(), "re"));
  if (!file) {
    return fail(Code::kUnavailable, "cannot read " + path + ": " + std::strerror(errno));
  }
  std::string text(kKeyChars, '\0');
  if (std::fread(text.data(), 1, kKeyChars, file.get()) != kKeyChars) {
    return fail(Code::kInvalidArgument,
                path + " is damaged: restore it, or move it away together with its ledger");
  }
  return Secret(std::move(text));
}

}  // namespace

Result<Secret> local_ledger_key(const std::string& ledger_path, Rng& rng) {
  const std::string path = ledger_path + ".key";
  std::error_code error;
  if (std::filesystem::exists(path, error)) return read_key(path);
  if (std::filesystem::exists(ledger_path, error)) {
    return fail(Code::kInvalidArgument,
                path + " is missing, but its ledger exists: restore the key or move the ledger");
  }
  const File file(std::fopen(path.c_str(), "wxe"));
  if (!file) {
    return fail(Code::kUnavailable, "cannot create " + path + ": " + std::strerror(errno));
  }
  // Before a byte of it is there.
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  std::string key = rng.hex(kKeyChars / 2);
  const bool written = !error && std::fwrite(key.data(), 1, key.size(), file.get()) == key.size() &&
                       std::fflush(file.get()) == 0;
  if (!written) {
    std::filesystem::remove(path, error);
    return fail(Code::kUnavailable, "cannot write " + path);
  }
  return Secret(std::move(key));
}

}  // namespace lr::guard
