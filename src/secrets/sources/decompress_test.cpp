#include "secrets/sources/decompress.h"

#include <gtest/gtest.h>

#include <functional>

#include "secrets/sources/testing/archives.h"
#include "secrets/sources/testing/recording_visitor.h"
#include "secrets/sources/unpack.h"

namespace lr::secrets::sources {
namespace {

struct Codec {
  Format format;
  std::function<std::string(std::string_view)> pack;
};

const std::vector<Codec>& codecs() {
  static const std::vector<Codec> all = {
      {Format::kBzip2, [](std::string_view text) { return bzip2(text); }},
      {Format::kXz, [](std::string_view text) { return xz(text); }},
      {Format::kLzma, [](std::string_view text) { return lzma(text); }},
      {Format::kZstd, [](std::string_view text) { return zstd(text); }}};
  return all;
}

/// Compresses to about a third.
std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text.append("line ").append(std::to_string(i * 7919 % 10'000'019)).append("\n");
  }
  return text;
}

class DecompressTest : public testing::TestWithParam<std::size_t> {
 protected:
  Format format() const { return codecs()[GetParam()].format; }
  std::string pack(std::string_view text) const { return codecs()[GetParam()].pack(text); }
  std::string step() const { return std::string(format_name(format())); }

  void unpack(std::string_view path, std::string_view bytes, const UnpackLimits& limits = {}) {
    MemoryBytes source(bytes);
    Unpacker(visitor, coverage, limits).visit(path, source);
  }
  std::string gaps() const {
    std::string all;
    for (const Coverage::Gap& gap : coverage.gaps) {
      all.append(gap.path).append(": ").append(gap.reason).push_back('\n');
    }
    return all;
  }

  RecordingVisitor visitor;
  Coverage coverage;
};

TEST_P(DecompressTest, IsRecognisedAndComesBack) {
  for (const std::size_t count : {0u, 1u, 20'000u}) {
    const std::string text = lines(count);
    const std::string packed = pack(text);
    // Nothing inside: bzip2 has no block to be recognised by.
    if (count > 0) EXPECT_EQ(recognise(packed), format());
    const Inflated out = decompress(format(), packed, 1 << 30);
    EXPECT_EQ(out.problem, "");
    EXPECT_EQ(out.view(), text);
    EXPECT_EQ(out.consumed, packed.size());
  }
}

TEST_P(DecompressTest, StreamsBehindEachOtherAreJoined) {
  const std::string two = pack("first half, ") + pack("second half");
  unpack("j", two);
  EXPECT_EQ(visitor.bytes_of("j", step()), "first half, second half");
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_P(DecompressTest, ExactlyAsMuchAsAllowedIsNotTooMuch) {
  const std::string text = lines(30'000);
  const std::string packed = pack(text);
  EXPECT_EQ(decompress(format(), packed, text.size()).problem, "");
  const Inflated out = decompress(format(), packed, text.size() - 1);
  EXPECT_EQ(out.problem, "unpacks to more than allowed");
  EXPECT_EQ(out.view(), text.substr(0, text.size() - 1));
  for (const std::uint64_t little : {0u, 1u, 5u}) {
    EXPECT_EQ(decompress(format(), packed, little).view(), text.substr(0, little));
  }
}

TEST_P(DecompressTest, CutAnywhereItIsAGapAndWhatCameOutIsLookedAt) {
  const std::string text = lines(2'000);
  const std::string packed = pack(text);
  for (std::size_t size = 32; size + 1 < packed.size(); size += 397) {
    const Inflated out = decompress(format(), packed.substr(0, size), 1 << 30);
    ASSERT_NE(out.problem, "") << size;
    ASSERT_TRUE(text.starts_with(out.view())) << size;
  }
  // Long enough for more than one block of each format.
  const std::string longer = lines(200'000);
  const std::string whole = pack(longer);
  const std::string half = whole.substr(0, whole.size() / 2);
  unpack("cut", half);
  const std::string seen = visitor.bytes_of("cut", step());
  EXPECT_GT(seen.size(), longer.size() / 5);
  EXPECT_TRUE(longer.starts_with(seen));
  EXPECT_EQ(gaps(), "cut: damaged or cut off\n");
  EXPECT_EQ(visitor.bytes_of("cut"), half) << "the rest may hold something readable";
}

TEST_P(DecompressTest, DamageIsAGap) {
  std::string packed = pack(lines(60'000));
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x55);
  packed[packed.size() / 2 + 1] = static_cast<char>(packed[packed.size() / 2 + 1] ^ 0xAA);
  unpack("d", packed);
  EXPECT_FALSE(coverage.complete());
}

TEST_P(DecompressTest, BytesBehindTheEndAreAGapAndAreRead) {
  unpack("t", pack("inside") + "behind");
  EXPECT_EQ(visitor.bytes_of("t", step()), "inside");
  EXPECT_TRUE(visitor.bytes_of("t").ends_with("behind"));
  EXPECT_EQ(gaps(), "t: bytes behind its end\n");
}

TEST_P(DecompressTest, ABombStopsAtTheBound) {
  const std::string bomb = pack(std::string(32 << 20, '\0'));
  EXPECT_LT(bomb.size(), 40'000u);
  unpack("bomb", bomb, {.free_bytes = 1 << 20, .ratio = 10});
  EXPECT_LE(coverage.decoded_bytes, 1u << 20);
  EXPECT_EQ(gaps(), "bomb: unpacks to more than allowed\n");
}

TEST_P(DecompressTest, AMemberOfAZip) {
  const std::uint16_t methods[] = {12, 95, 14, 93};
  const std::string packed = pack("inside");
  const bool lzma_member = format() == Format::kLzma;
  unpack("m.zip", zip({{.name = "a",
                        .bytes = lzma_member ? lzma_for_zip(packed) : packed,
                        .method = methods[GetParam()],
                        .flags = static_cast<std::uint16_t>(lzma_member ? 2 : 0)}}));
  EXPECT_EQ(visitor.bytes_of("m.zip", "zip:a"), "inside");
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_P(DecompressTest, ATarInsideADebianPackage) {
  const std::string data = pack(tar({{"etc/app/.env", "KEY=1"}}));
  unpack("app.deb", ar({{"debian-binary", "2.0\n"}, {"data.tar." + step(), data}}));
  EXPECT_EQ(visitor.bytes_of("app.deb", "ar:debian-binary"), "2.0\n");
  EXPECT_EQ(
      visitor.bytes_of("app.deb", "ar:data.tar." + step() + " > " + step() + " > tar:etc/app/.env"),
      "KEY=1");
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_P(DecompressTest, ALayerOfAContainerImage) {
  const std::string digest(64, 'a');
  unpack("image.tar",
         tar({{"oci-layout", "{}"}, {"blobs/sha256/" + digest, pack(tar({{"app/.env", "K=1"}}))}}));
  const auto* env =
      visitor.find("image.tar", "layer:sha256:" + digest + " > " + step() + " > tar:app/.env");
  ASSERT_NE(env, nullptr);
  EXPECT_EQ(env->surface, Surface::kImage);
}

INSTANTIATE_TEST_SUITE_P(Formats, DecompressTest, testing::Range<std::size_t>(0, 4),
                         [](const auto& info) {
                           return std::string(format_name(codecs()[info.param].format));
                         });

TEST(Decompress, ADecoderThatAsksForTooMuchMemoryIsRefusedByName) {
  const std::string text = lines(1'000);
  // A gigabyte of window; `--long=27`, which zstd itself allows by default, is read.
  EXPECT_EQ(decompress(Format::kZstd, zstd(text, 30), 1 << 30).problem,
            "needs more memory to unpack than allowed");
  EXPECT_EQ(decompress(Format::kZstd, zstd(text, 27), 1 << 30).view(), text);
  // The dictionary of an LZMA file is a plain number in its header: 64 MiB, as of `xz -9`, and
  // 1.5 GiB.
  std::string greedy = lzma(text);
  greedy.replace(1, 4, std::string("\0\0\0\x04", 4));
  EXPECT_EQ(decompress(Format::kLzma, greedy, 1 << 30).view(), text);
  greedy.replace(1, 4, std::string("\0\0\0\x60", 4));
  EXPECT_EQ(recognise(greedy), Format::kLzma);
  EXPECT_EQ(decompress(Format::kLzma, greedy, 1 << 30).problem,
            "needs more memory to unpack than allowed");
}

TEST(Decompress, FramesThatZstdSkipsAreSkipped) {
  const std::string index("\x5E\x2A\x4D\x18\x04\0\0\0four", 12);
  for (const std::string& file : {index + zstd("text"), zstd("text") + index}) {
    EXPECT_EQ(recognise(file), Format::kZstd);
    const Inflated out = decompress(Format::kZstd, file, 1 << 20);
    EXPECT_EQ(out.problem, "");
    EXPECT_EQ(out.view(), "text");
  }
}

TEST(Decompress, ZerosBehindTheEndArePadding) {
  EXPECT_EQ(decompress(Format::kXz, xz("a") + std::string(8, '\0'), 1 << 20).problem, "");
}

}  // namespace
}  // namespace lr::secrets::sources
