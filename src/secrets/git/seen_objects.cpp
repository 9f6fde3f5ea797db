#include "secrets/git/seen_objects.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "crypto/digest.h"
#include "secrets/git/byte_order.h"

namespace lr::secrets::git {
namespace {

constexpr std::string_view kMagic = "lrseen1\n";
constexpr std::size_t kDigest = 32;
constexpr std::size_t kHeader = 8 + kDigest + 1 + 8;

std::string_view text_of(const crypto::Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string header(HashKind kind, std::string_view catalogue, std::uint64_t count) {
  std::string out(kMagic);
  out.append(text_of(crypto::sha256(catalogue)));
  out.push_back(static_cast<char>(hash_bytes(kind)));
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((count >> shift) & 0xffU));
  }
  return out;
}

Result<> write_whole(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Code::kUnavailable, path + ": " + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Result<SeenObjects> SeenObjects::open(const std::string& path, HashKind kind,
                                      std::string_view catalogue) {
  SeenObjects seen;
  LR_TRY(seen.file_, MappedFile::open(path));
  const std::string_view bytes = seen.file_.bytes();
  seen.stride_ = hash_bytes(kind);
  if (bytes.size() < kHeader + kDigest || (bytes.size() - kHeader - kDigest) % seen.stride_ != 0) {
    return fail(Code::kInvalidArgument, path + ": not a list of seen objects");
  }
  seen.count_ = (bytes.size() - kHeader - kDigest) / seen.stride_;
  if (bytes.substr(0, kHeader) != header(kind, catalogue, seen.count_)) {
    return fail(Code::kInvalidArgument, path + ": made under other rules");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - kDigest);
  if (text_of(crypto::sha256(body)) != bytes.substr(body.size())) {
    return fail(Code::kInvalidArgument, path + ": damaged");
  }
  seen.ids_ = bytes.data() + kHeader;
  return seen;
}

Result<> SeenObjects::save(const std::string& path, HashKind kind, std::string_view catalogue,
                           const std::vector<ObjectId>& ids) {
  std::string bytes = header(kind, catalogue, ids.size());
  for (const ObjectId& id : ids) {
    bytes.append(reinterpret_cast<const char*>(id.bytes.data()), hash_bytes(kind));
  }
  bytes.append(text_of(crypto::sha256(bytes)));
  std::string pattern = path + ".XXXXXX";
  const int descriptor = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (descriptor < 0) return fail(Code::kUnavailable, path + ": " + std::strerror(errno));
  auto written = write_whole(descriptor, bytes, pattern);
  ::close(descriptor);
  if (written && std::rename(pattern.c_str(), path.c_str()) == 0) return {};
  if (written) written = fail(Code::kUnavailable, path + ": " + std::strerror(errno));
  ::unlink(pattern.c_str());
  return written;
}

bool SeenObjects::contains(const ObjectId& id) const {
  std::size_t low = 0;
  std::size_t high = count_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const int order = std::memcmp(ids_ + middle * stride_, id.bytes.data(), stride_);
    if (order == 0) return true;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return false;
}

}  // namespace lr::secrets::git
