#include "secrets/sources/testing/archives.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/error.h"

namespace lr::secrets::sources {
namespace {

template <class T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFF));
  }
}

struct Stored {
  std::uint32_t crc;
  std::string bytes;
  std::uint64_t at;
};

void put_sizes(std::string& out, std::uint64_t compressed, std::uint64_t size, bool wide) {
  put(out, static_cast<std::uint32_t>(wide ? 0xFFFFFFFF : compressed));
  put(out, static_cast<std::uint32_t>(wide ? 0xFFFFFFFF : size));
}

std::string wide_extra(std::uint64_t compressed, std::uint64_t size, std::uint64_t at) {
  std::string extra;
  put<std::uint16_t>(extra, 1);
  put<std::uint16_t>(extra, 24);
  put(extra, size);
  put(extra, compressed);
  put(extra, at);
  return extra;
}

void put_local(std::string& out, const ZipMember& member, Stored& stored, bool wide) {
  const bool behind = (member.flags & 8) != 0;
  stored.at = out.size();
  out.append("PK\x03\x04");
  put<std::uint16_t>(out, 45);
  put(out, member.flags);
  put(out, member.method);
  put<std::uint32_t>(out, 0);
  put(out, behind ? 0 : stored.crc);
  put_sizes(out, behind ? 0 : stored.bytes.size(), behind ? 0 : member.bytes.size(), wide);
  put(out, static_cast<std::uint16_t>(member.name.size()));
  put<std::uint16_t>(out, 0);
  out.append(member.name).append(stored.bytes);
  if (!behind) return;
  out.append("PK\x07\x08");
  put(out, stored.crc);
  put_sizes(out, stored.bytes.size(), member.bytes.size(), false);
}

void put_central(std::string& out, const ZipMember& member, const Stored& stored, bool wide) {
  const std::string extra =
      wide ? wide_extra(stored.bytes.size(), member.bytes.size(), stored.at) : "";
  out.append("PK\x01\x02");
  put<std::uint32_t>(out, 45 | 45 << 16);
  put(out, member.flags);
  put(out, member.method);
  put<std::uint32_t>(out, 0);
  put(out, stored.crc);
  put_sizes(out, stored.bytes.size(), member.bytes.size(), wide);
  put(out, static_cast<std::uint16_t>(member.name.size()));
  put(out, static_cast<std::uint16_t>(extra.size()));
  put(out, static_cast<std::uint16_t>(member.comment.size()));
  out.append(8, '\0');  // Disk, attributes.
  put(out, static_cast<std::uint32_t>(wide ? 0xFFFFFFFF : stored.at));
  out.append(member.name).append(extra).append(member.comment);
}

void put_end(std::string& out, std::size_t members, std::uint64_t at, const ZipShape& shape) {
  const bool wide = shape.wide;
  const std::uint64_t end = out.size();
  if (wide) {
    out.append("PK\x06\x06");
    put<std::uint64_t>(out, 44);
    out.append(12, '\0');
    put<std::uint64_t>(out, members);
    put<std::uint64_t>(out, members);
    put<std::uint64_t>(out, end - at);
    put<std::uint64_t>(out, at);
    out.append("PK\x06\x07").append(4, '\0');
    put<std::uint64_t>(out, end);
    put<std::uint32_t>(out, 1);
  }
  out.append("PK\x05\x06").append(4, '\0');
  put(out, static_cast<std::uint16_t>(wide ? 0xFFFF : members));
  put(out, static_cast<std::uint16_t>(wide ? 0xFFFF : members));
  put(out, static_cast<std::uint32_t>(wide ? 0xFFFFFFFF : end - at));
  put(out, static_cast<std::uint32_t>(wide ? 0xFFFFFFFF : at));
  put(out, static_cast<std::uint16_t>(shape.comment.size()));
  out.append(shape.comment);
}

std::string tar_header(const TarMember& member) {
  std::string block(512, '\0');
  const auto put_text = [&](std::string_view text, std::size_t at) {
    std::copy_n(text.data(), std::min<std::size_t>(text.size(), 100), block.data() + at);
  };
  put_text(member.name, 0);
  std::snprintf(block.data() + 124, 12, "%011zo", member.bytes.size());
  std::copy_n("        ", 8, block.data() + 148);
  block[156] = member.type;
  put_text(member.link, 157);
  std::copy_n("ustar\00000", 8, block.data() + 257);
  unsigned sum = 0;
  for (char c : block) sum += static_cast<std::uint8_t>(c);
  std::snprintf(block.data() + 148, 8, "%06o", sum);
  return block;
}

void put_tar(std::string& out, const TarMember& member) {
  out.append(tar_header(member)).append(member.bytes);
  out.append((512 - out.size() % 512) % 512, '\0');
}

}  // namespace

std::string deflate(std::string_view bytes) {
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(6);
  LR_CHECK(compressor != nullptr);
  std::string out(libdeflate_deflate_compress_bound(compressor, bytes.size()), '\0');
  out.resize(
      libdeflate_deflate_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

std::string gzip(std::string_view bytes, std::string_view name) {
  std::string out("\x1F\x8B\x08", 3);
  out.push_back(name.empty() ? '\0' : '\x08');
  out.append(6, '\0');
  if (!name.empty()) out.append(name).push_back('\0');
  out.append(deflate(bytes));
  put(out, libdeflate_crc32(0, bytes.data(), bytes.size()));
  put(out, static_cast<std::uint32_t>(bytes.size()));
  return out;
}

std::string zip(const std::vector<ZipMember>& members, const ZipShape& shape) {
  std::string out;
  std::vector<Stored> stored;
  for (const ZipMember& member : members) {
    stored.push_back({.crc = libdeflate_crc32(0, member.bytes.data(), member.bytes.size()),
                      .bytes = member.method == 8 ? deflate(member.bytes) : member.bytes,
                      .at = 0});
    put_local(out, member, stored.back(), shape.wide);
  }
  if (!shape.directory) return shape.in_front + out;
  const std::uint64_t directory = out.size();
  for (std::size_t i = 0; i < members.size(); ++i) {
    put_central(out, members[i], stored[i], shape.wide);
  }
  put_end(out, members.size(), directory, shape);
  return shape.in_front + out;
}

std::string tar(const std::vector<TarMember>& members, bool end_mark) {
  std::string out;
  for (const TarMember& member : members) {
    const auto put_long = [&](const std::string& text, char type) {
      if (text.size() > 100) put_tar(out, {"././@LongLink", text + '\0', type});
    };
    put_long(member.link, 'K');
    put_long(member.name, 'L');
    put_tar(out, member);
  }
  if (end_mark) out.append(1024, '\0');
  return out;
}

TarMember pax(const std::vector<std::pair<std::string, std::string>>& records) {
  TarMember member{.name = "PaxHeaders/x", .bytes = {}, .type = 'x'};
  for (const auto& [key, value] : records) {
    const std::string body = " " + key + "=" + value + "\n";
    std::size_t length = body.size() + 1;
    while (std::to_string(length).size() + body.size() != length) ++length;
    member.bytes.append(std::to_string(length)).append(body);
  }
  return member;
}

}  // namespace lr::secrets::sources
