#include <bzlib.h>
#include <lzma.h>
#include <zstd.h>

#include <cstdio>

#include "base/error.h"
#include "secrets/sources/testing/archives.h"

namespace lr::secrets::sources {
namespace {

constexpr std::size_t kSlack = 4096;

std::string run(lzma_stream& stream, std::string_view bytes) {
  std::string out(lzma_stream_buffer_bound(bytes.size()) + kSlack, '\0');
  stream.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = out.size();
  LR_CHECK(lzma_code(&stream, LZMA_FINISH) == LZMA_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  lzma_end(&stream);
  return out;
}

}  // namespace

std::string bzip2(std::string_view bytes) {
  std::string out(bytes.size() + bytes.size() / 50 + kSlack, '\0');
  auto size = static_cast<unsigned>(out.size());
  LR_CHECK(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(bytes.data()),
                                    static_cast<unsigned>(bytes.size()), 9, 0, 0) == BZ_OK);
  out.resize(size);
  return out;
}

std::string xz(std::string_view bytes) {
  lzma_stream stream = LZMA_STREAM_INIT;
  LR_CHECK(lzma_easy_encoder(&stream, 0, LZMA_CHECK_CRC64) == LZMA_OK);
  return run(stream, bytes);
}

std::string lzma(std::string_view bytes) {
  lzma_stream stream = LZMA_STREAM_INIT;
  lzma_options_lzma options;
  LR_CHECK(!lzma_lzma_preset(&options, 0));
  LR_CHECK(lzma_alone_encoder(&stream, &options) == LZMA_OK);
  return run(stream, bytes);
}

std::string zstd(std::string_view bytes, int window_log) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  LR_CHECK(context != nullptr);
  if (window_log > 0) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    // Else a small text has a small window, whatever is asked for.
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  }
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);  // As the program does.
  std::string out(ZSTD_compressBound(bytes.size()) + kSlack, '\0');
  ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
  ZSTD_outBuffer to = {out.data(), out.size(), 0};
  if (window_log > 0) {  // In two parts: the size is not known when the header is written.
    ZSTD_inBuffer first = {bytes.data(), bytes.size() / 2, 0};
    ZSTD_compressStream2(context, &to, &first, ZSTD_e_flush);
    in.pos = first.pos;
  }
  LR_CHECK(ZSTD_compressStream2(context, &to, &in, ZSTD_e_end) == 0);
  out.resize(to.pos);
  ZSTD_freeCCtx(context);
  return out;
}

std::string lzma_for_zip(std::string_view lzma) {
  return std::string("\x09\x14\x05\x00", 4).append(lzma.substr(0, 5)).append(lzma.substr(13));
}

std::string ar(const std::vector<TarMember>& members) {
  std::string names;
  std::string body;
  const auto put = [](std::string& out, std::string_view name, std::string_view bytes) {
    char header[61];
    std::snprintf(header, sizeof header, "%-16.16s%-12s%-6s%-6s%-8s%-10zu`\n",
                  std::string(name).c_str(), "0", "0", "0", "100644", bytes.size());
    out.append(header, 60).append(bytes).append(bytes.size() % 2, '\n');
  };
  for (const TarMember& member : members) {
    std::string name = member.name + "/";
    if (name.size() > 16) {
      const std::size_t at = names.size();
      names.append(name).push_back('\n');
      name = "/" + std::to_string(at);
    }
    put(body, name, member.bytes);
  }
  std::string out = "!<arch>\n";
  if (!names.empty()) put(out, "//", names);
  return out + body;
}

}  // namespace lr::secrets::sources
