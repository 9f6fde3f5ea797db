#include "secrets/sources/unpack.h"

#include <gtest/gtest.h>

#include "secrets/sources/testing/archives.h"
#include "secrets/sources/testing/recording_visitor.h"

namespace lr::secrets::sources {
namespace {

class UnpackTest : public testing::Test {
 protected:
  void SetUp() override {
    visitor = {};
    coverage = {};
  }
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

TEST_F(UnpackTest, PlainFilesAreOneDocument) {
  unpack("src/a.txt", "hello");
  ASSERT_EQ(visitor.seen().size(), 1u);
  EXPECT_EQ(visitor.bytes_of("src/a.txt"), "hello");
  EXPECT_EQ(visitor.seen()[0].surface, Surface::kTree);
  EXPECT_TRUE(coverage.complete());
}

TEST_F(UnpackTest, EmptyFilesAreDocumentsToo) {
  unpack("empty", "");
  EXPECT_EQ(visitor.bytes_of("empty"), "");
  EXPECT_TRUE(coverage.complete());
}

TEST_F(UnpackTest, ZipMembersStoredAndDeflated) {
  unpack("a.jar", zip({{.name = "dir/", .bytes = "", .method = 0},
                       {.name = "dir/stored.txt", .bytes = "one", .method = 0},
                       {.name = "packed.txt", .bytes = std::string(5000, 'x')}}));
  EXPECT_EQ(visitor.seen().size(), 2u);
  EXPECT_EQ(visitor.bytes_of("a.jar", "zip:dir/stored.txt"), "one");
  EXPECT_EQ(visitor.bytes_of("a.jar", "zip:packed.txt"), std::string(5000, 'x'));
  EXPECT_TRUE(coverage.complete()) << gaps();
  EXPECT_EQ(coverage.decoded_bytes, 5000u);
}

TEST_F(UnpackTest, ZipBehindAStub) {
  unpack("setup.exe", zip({{.name = "a", .bytes = "inside"}}, {.in_front = ""}));
  const std::string stubbed = zip({{.name = "b", .bytes = "behind"}}, {.in_front = "PK\x03\x04?"});
  unpack("stubbed", stubbed);
  EXPECT_EQ(visitor.bytes_of("setup.exe", "zip:a"), "inside");
  EXPECT_EQ(visitor.bytes_of("stubbed", "zip:b"), "behind");
}

TEST_F(UnpackTest, NamesOfMembersAreContentToo) {
  const std::string name = "backup/key-0123456789abcdef.txt";
  unpack("n.zip", zip({{.name = name, .bytes = "?", .flags = 1}}));
  unpack("n.tar", tar({{name, "x"}}));
  EXPECT_EQ(visitor.bytes_of("n.zip", "name"), name) << "what a gap says must be masked";
  EXPECT_EQ(visitor.bytes_of("n.tar", "tar:" + name + " > name"), name);
}

TEST_F(UnpackTest, NamesOfFoldersLinksAndEmptyMembersAreContentToo) {
  const std::string name = "key-0123456789abcdef";
  unpack("a.zip", zip({{.name = name, .bytes = "", .method = 0},
                       {.name = name + "/", .bytes = "", .method = 0},
                       {.name = name + ".gz", .bytes = ""},
                       {.name = "plain/", .bytes = "", .method = 0}}));
  for (const char* end : {"", "/", ".gz"}) {
    EXPECT_EQ(visitor.bytes_of("a.zip", "zip:" + name + end + " > name"), name + end);
  }
  unpack("a.tar", tar({{.name = name, .bytes = "", .type = '5'}, {.name = "b", .bytes = "x"}}));
  EXPECT_EQ(visitor.bytes_of("a.tar", "tar:" + name + " > name"), name);
  unpack("a.deb", ar({{.name = name, .bytes = ""}, {.name = "b", .bytes = "x"}}));
  EXPECT_EQ(visitor.bytes_of("a.deb", "ar:" + name + " > name"), name);
  EXPECT_EQ(visitor.seen().size(), 7u);
}

TEST_F(UnpackTest, WhatTarHeadersSayBesidesIsContentToo) {
  const std::string target = "/run/key-0123456789abcdef";
  const std::string far = std::string(120, 'd') + target;
  unpack("a.tar",
         tar({{.name = "short", .bytes = "", .type = '2', .link = target},
              {.name = "long", .bytes = "", .type = '2', .link = far},
              pax({{"linkpath", far}, {"mtime", "1764374400.123456789012345"}}),
              {.name = "pax", .bytes = "", .type = '2', .link = "x"},
              pax({{"SCHILY.xattr.user.note", target}}),
              {.name = "noted", .bytes = "one"},
              {.name = "pax_global_header", .bytes = pax({{"comment", target}}).bytes, .type = 'g'},
              {.name = "plain", .bytes = "two"},
              pax({{"mtime", target}}),
              {.name = "timed", .bytes = "three"}}));
  EXPECT_EQ(visitor.bytes_of("a.tar", "tar:timed > comment"), "mtime=" + target + "\n");
  EXPECT_EQ(visitor.bytes_of("a.tar", "tar:short > comment"), target);
  EXPECT_EQ(visitor.bytes_of("a.tar", "tar:long > comment"), far);
  EXPECT_EQ(visitor.bytes_of("a.tar", "tar:pax > comment"), far);
  EXPECT_EQ(visitor.bytes_of("a.tar", "tar:noted > comment"),
            "SCHILY.xattr.user.note=" + target + "\n");
  EXPECT_EQ(visitor.bytes_of("a.tar", "tar:comment"), "comment=" + target + "\n");
  EXPECT_EQ(visitor.seen().size(), 9u) << "six comments and three members";
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_F(UnpackTest, CommentsAreContentToo) {
  const std::string about = "key 0123456789abcdef";
  unpack("a.zip",
         zip({{.name = "a", .bytes = "one", .comment = about + "a"}}, {.comment = about + "z"}));
  EXPECT_EQ(visitor.bytes_of("a.zip", "zip:a > comment"), about + "a");
  EXPECT_EQ(visitor.bytes_of("a.zip", "zip:comment"), about + "z");
  EXPECT_EQ(visitor.bytes_of("a.zip", "zip:a"), "one");
  const std::string name = "key-0123456789abcdef";
  unpack("a.gz", gzip("two", name));
  EXPECT_EQ(visitor.bytes_of("a.gz", "gzip:comment"), name + std::string(1, '\0'));
  EXPECT_TRUE(coverage.complete()) << gaps();
}

/// Members that the directory does not name would otherwise be seen by nobody.
TEST_F(UnpackTest, AnArchiveThatSaysItHoldsNothingIsReadAsBytes) {
  const std::string full = zip({{.name = "a", .bytes = "hidden", .method = 0}});
  const std::string hollow = full.substr(0, full.find("PK\x01\x02")) + zip({});
  unpack("a.zip", hollow);
  EXPECT_EQ(visitor.bytes_of("a.zip"), hollow);
  unpack("b.gz", gzip(zip({})));
  EXPECT_EQ(visitor.bytes_of("b.gz", "gzip"), zip({}));
  EXPECT_EQ(visitor.seen().size(), 2u);
}

TEST_F(UnpackTest, Zip64) {
  unpack("wide.zip",
         zip({{.name = "a", .bytes = "first"}, {.name = "b", .bytes = "second"}}, {.wide = true}));
  EXPECT_EQ(visitor.bytes_of("wide.zip", "zip:a"), "first");
  EXPECT_EQ(visitor.bytes_of("wide.zip", "zip:b"), "second");
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_F(UnpackTest, ZipWithSizesBehindTheData) {
  unpack("s.zip", zip({{.name = "a", .bytes = "streamed", .flags = 8}}));
  EXPECT_EQ(visitor.bytes_of("s.zip", "zip:a"), "streamed");
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_F(UnpackTest, ZipCutOffBeforeItsDirectoryGivesWhatIsThere) {
  const std::vector<ZipMember> members = {{.name = "a", .bytes = "stored", .method = 0},
                                          {.name = "b", .bytes = "deflated", .flags = 8},
                                          {.name = "c", .bytes = "last"}};
  unpack("cut.zip", zip(members, {.directory = false}));
  EXPECT_EQ(visitor.bytes_of("cut.zip", "zip:a"), "stored");
  EXPECT_EQ(visitor.bytes_of("cut.zip", "zip:b"), "deflated");
  EXPECT_EQ(visitor.bytes_of("cut.zip", "zip:c"), "last");
  EXPECT_EQ(gaps(), "cut.zip: no central directory: cut off or damaged\n");
}

TEST_F(UnpackTest, EncryptedAndUnknownMethodsAreNamed) {
  unpack("e.zip", zip({{.name = "locked", .bytes = "?", .flags = 1},
                       {.name = "wide", .bytes = "?", .method = 9},
                       {.name = "open", .bytes = "!"}}));
  EXPECT_EQ(visitor.bytes_of("e.zip", "zip:open"), "!");
  EXPECT_EQ(gaps(),
            "e.zip > zip:locked: encrypted\n"
            "e.zip > zip:wide: packed with method 9, not supported\n");
}

TEST_F(UnpackTest, DamagedMemberIsAGapAndTheRestIsRead) {
  std::string archive = zip({{.name = "bad", .bytes = std::string(300, 'q') + "tail"},
                             {.name = "good", .bytes = "fine"}});
  archive[33] = '\xFF';  // The block type behind the name: reserved.
  unpack("d.zip", archive);
  EXPECT_EQ(visitor.bytes_of("d.zip", "zip:good"), "fine");
  EXPECT_EQ(gaps(), "d.zip > zip:bad: damaged or cut off\n");
}

TEST_F(UnpackTest, WhatCameOutBeforeTheDamageIsLookedAt) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text.append("line ").append(std::to_string(i * 7919)).append("\n");
  const std::string whole = gzip(text);
  unpack("app.log.gz", std::string_view(whole).substr(0, whole.size() / 2));
  const std::string seen = visitor.bytes_of("app.log.gz", "gzip");
  EXPECT_GT(seen.size(), text.size() / 4);
  EXPECT_TRUE(text.starts_with(seen.substr(0, seen.size() - 300)));
  EXPECT_EQ(gaps(), "app.log.gz: damaged or cut off\n");
}

TEST_F(UnpackTest, MembersThatShareBytesAreABomb) {
  // Every central record points at the first member.
  std::vector<ZipMember> members;
  const std::string bytes(100'000, 'b');
  members.push_back({.name = "kernel", .bytes = bytes, .method = 0});
  for (int i = 0; i < 9; ++i) members.push_back({.name = "k", .bytes = "b", .method = 0});
  std::string archive = zip(members);
  for (std::size_t at = archive.find("PK\x01\x02"); at != std::string::npos;
       at = archive.find("PK\x01\x02", at + 4)) {
    archive.replace(at + 20, 8, std::string("\xA0\x86\x01\0\xA0\x86\x01\0", 8));
    archive.replace(at + 42, 4, std::string(4, '\0'));
  }
  unpack("bomb.zip", archive);
  EXPECT_EQ(visitor.seen().size(), 1u);
  EXPECT_EQ(gaps(), "bomb.zip > zip:k: members overlap\n");
}

TEST_F(UnpackTest, RatioBoundStopsABomb) {
  for (const char fill : {'z', '\0'}) {
    SetUp();
    const std::string member(4 << 20, fill);
    unpack("b.zip",
           zip({{.name = "a", .bytes = member},
                {.name = "b", .bytes = member},
                {.name = "c", .bytes = "never reached"}}),
           {.free_bytes = 5 << 20, .ratio = 10});
    EXPECT_EQ(visitor.bytes_of("b.zip", "zip:a").size(), member.size());
    EXPECT_LE(visitor.bytes_of("b.zip", "zip:b").size(), std::size_t{1} << 20);
    EXPECT_EQ(visitor.find("b.zip", "zip:c"), nullptr);
    EXPECT_EQ(gaps(), "b.zip > zip:b: unpacks to more than allowed\n");
  }
}

TEST_F(UnpackTest, MemberBoundCutsOneMemberOnly) {
  unpack("m.zip",
         zip({{.name = "a", .bytes = std::string(5000, 'a')}, {.name = "b", .bytes = "b"}}),
         {.member_bytes = 1000});
  const std::string seen = visitor.bytes_of("m.zip", "zip:a");
  EXPECT_GT(seen.size(), 700u);  // A match that does not fit is not begun.
  EXPECT_EQ(seen, std::string(seen.size(), 'a'));
  EXPECT_EQ(visitor.bytes_of("m.zip", "zip:b"), "b");
  EXPECT_EQ(gaps(), "m.zip > zip:a: unpacks to more than allowed\n");
}

TEST_F(UnpackTest, MemberCountIsBounded) {
  unpack("many.tar", tar({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}}), {.members = 2});
  EXPECT_EQ(visitor.seen().size(), 2u);
  EXPECT_EQ(gaps(), "many.tar > tar:c: more members than allowed\n");
}

TEST_F(UnpackTest, DepthIsBounded) {
  std::string bytes = "core";
  for (int i = 0; i < 4; ++i) bytes = gzip(bytes);
  unpack("deep.gz", bytes, {.depth = 3});
  EXPECT_EQ(gaps(), "deep.gz > gzip > gzip > gzip: archives nested deeper than 3\n");
  EXPECT_EQ(visitor.seen().size(), 1u);
}

TEST_F(UnpackTest, TarNamesLongPaxAndPrefixed) {
  const std::string longest(180, 'n');
  unpack("t.tar", tar({{"plain.txt", "1"},
                       {longest, "2"},
                       pax({{"mtime", "1.5"}, {"path", "from/pax.txt"}}),
                       {"ignored", "3"},
                       {"link", "", '2'}}));
  EXPECT_EQ(visitor.bytes_of("t.tar", "tar:plain.txt"), "1");
  EXPECT_EQ(visitor.bytes_of("t.tar", "tar:" + longest), "2");
  EXPECT_EQ(visitor.bytes_of("t.tar", "tar:from/pax.txt"), "3");
  EXPECT_EQ(visitor.seen().size(), 3u);
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_F(UnpackTest, TarInGzipInZip) {
  const std::string inner = gzip(tar({{"etc/app.env", "KEY=1"}}));
  unpack("all.zip", zip({{.name = "backup.tgz", .bytes = inner, .method = 0}}));
  EXPECT_EQ(visitor.bytes_of("all.zip", "zip:backup.tgz > gzip > tar:etc/app.env"), "KEY=1");
  EXPECT_EQ(visitor.seen().back().surface, Surface::kEnvironment);
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_F(UnpackTest, TarCutOffInsideAMember) {
  const std::string whole =
      tar({{"a", std::string(600, 'a')}, {"b", std::string(2000, 'b')}}, false);
  unpack("cut.tar", std::string_view(whole).substr(0, 512 + 1024 + 512 + 700));
  EXPECT_EQ(visitor.bytes_of("cut.tar", "tar:a"), std::string(600, 'a'));
  EXPECT_EQ(visitor.bytes_of("cut.tar", "tar:b"), std::string(700, 'b'));
  EXPECT_EQ(gaps(), "cut.tar: cut off inside b\n");
}

TEST_F(UnpackTest, TarDamagedInTheMiddleIsReadAsBytesFromThere) {
  std::string archive = tar({{"a", "1"}, {"b", "needle"}});
  archive[1024 + 5] = '?';
  unpack("d.tar", archive);
  EXPECT_EQ(visitor.bytes_of("d.tar", "tar:a"), "1");
  EXPECT_TRUE(visitor.bytes_of("d.tar", "tar:(behind the end)").contains("needle"));
  EXPECT_EQ(gaps(), "d.tar: damaged header\n");
}

TEST_F(UnpackTest, BytesBehindTheEndOfATarAreReadToo) {
  unpack("t.tar", tar({{"a", "1"}}) + "hidden behind the end" + std::string(491, '\0'));
  EXPECT_TRUE(visitor.bytes_of("t.tar", "tar:(behind the end)").starts_with("hidden"));
}

TEST_F(UnpackTest, GzipMembersAreJoined) {
  unpack("j.gz", gzip("first half, ") + gzip("second half", "name.txt"));
  EXPECT_EQ(visitor.bytes_of("j.gz", "gzip"), "first half, second half");
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_F(UnpackTest, FormatsWithoutAReaderAreNamed) {
  unpack("a.7z", "7z\xBC\xAF\x27\x1Crest");
  unpack("a.rar", "Rar!\x1A\x07rest");
  unpack("a.lz4", "\x04\x22\x4D\x18rest");
  unpack("a.lz", "LZIP\x01rest");
  unpack("a.Z", "\x1F\x9Drest");
  unpack("a.rpm", "\xED\xAB\xEE\xDBrest");
  unpack("a.cab", std::string_view("MSCF\0\0\0\0rest", 12));
  std::string image = "hsqs" + std::string(92, '\0');
  image[28] = '\4';
  unpack("a.snap", image);
  unpack("a.bundle", "# v2 git bundle\nrest");
  unpack("a.pack", std::string_view("PACK\0\0\0\2rest", 12));
  EXPECT_EQ(gaps(),
            "a.7z: 7z: not unpacked\na.rar: rar: not unpacked\na.lz4: lz4: not unpacked\n"
            "a.lz: lzip: not unpacked\na.Z: compress: not unpacked\na.rpm: rpm: not unpacked\n"
            "a.cab: cab: not unpacked\na.snap: squashfs: not unpacked\n"
            "a.bundle: git bundle: not unpacked\na.pack: git pack: not unpacked\n");
}

TEST_F(UnpackTest, ArchivesBehindAProgramAreFoundByTheirEnd) {
  const std::string script = "#!/usr/bin/env python3\n# launcher\n";
  unpack("tool.pyz", zip({{.name = "app/settings.py", .bytes = "KEY = 1"}}, {.in_front = script}));
  EXPECT_EQ(visitor.bytes_of("tool.pyz", "zip:app/settings.py"), "KEY = 1");
  EXPECT_TRUE(visitor.bytes_of("tool.pyz").starts_with(script)) << "the launcher is looked at, too";
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_F(UnpackTest, ArNamesShortLongAndInFrontOfTheBytes) {
  unpack("lib.a", ar({{"short.o", "one"}, {"a-name-over-sixteen-bytes.o", "two2"}}));
  EXPECT_EQ(visitor.bytes_of("lib.a", "ar:short.o"), "one");
  EXPECT_EQ(visitor.bytes_of("lib.a", "ar:a-name-over-sixteen-bytes.o"), "two2");
  std::string bsd = ar({{"#1/8", "name.txtthree"}});
  bsd.replace(bsd.find("#1/8/"), 5, "#1/8 ");
  unpack("bsd.a", bsd);
  EXPECT_EQ(visitor.bytes_of("bsd.a", "ar:name.txt"), "three");
  EXPECT_TRUE(coverage.complete()) << gaps();
}

TEST_F(UnpackTest, ArDamagedOrCutIsAGapAndReadAsBytes) {
  const std::string whole = ar({{"a", "first"}, {"b", "second"}});
  unpack("cut.a", whole.substr(0, whole.size() - 3));
  EXPECT_EQ(visitor.bytes_of("cut.a", "ar:b"), "sec");
  std::string damaged = whole;
  damaged[8 + 60 + 6 + 48] = 'x';
  unpack("bad.a", damaged);
  EXPECT_TRUE(visitor.bytes_of("bad.a").contains("second"));
  EXPECT_EQ(gaps(), "cut.a: cut off\nbad.a: damaged header\n");
}

TEST_F(UnpackTest, ImageLayersCarryTheirDigest) {
  const std::string digest(64, 'a');
  const std::string layer = gzip(tar({{"app/.env", "TOKEN=x"}}));
  unpack("image.tar", tar({{"oci-layout", "{}"},
                           {"blobs/sha256/" + digest, layer},
                           {std::string(64, 'b') + "/layer.tar", tar({{"old", "style"}})}}));
  const auto* env = visitor.find("image.tar", "layer:sha256:" + digest + " > gzip > tar:app/.env");
  ASSERT_NE(env, nullptr);
  EXPECT_EQ(env->surface, Surface::kImage);
  EXPECT_EQ(env->bytes, "TOKEN=x");
  EXPECT_EQ(visitor.bytes_of("image.tar", "layer:sha256:" + std::string(64, 'b') + " > tar:old"),
            "style");
}

TEST_F(UnpackTest, LayersOfAnImageFolder) {
  const std::string path = "img/blobs/sha256/" + std::string(64, 'c');
  unpack(path, gzip(tar({{"a", "x"}})));
  ASSERT_EQ(visitor.seen().size(), 1u);
  EXPECT_EQ(visitor.seen()[0].surface, Surface::kImage);
}

TEST_F(UnpackTest, SourceMapsBecomeTheirSources) {
  unpack("dist/app.js.map", R"({"version":3,"sources":["webpack://app/./src/a.ts","b.ts"],)"
                            R"("sourcesContent":["const a = \"x\";\n",null],"mappings":"AAAA"})");
  ASSERT_EQ(visitor.seen().size(), 2u);
  EXPECT_EQ(visitor.bytes_of("dist/app.js.map", "source src/a.ts"), "const a = \"x\";\n");
  EXPECT_EQ(visitor.bytes_of("dist/app.js.map", "other"),
            "version: 3\nsources: [\"webpack://app/./src/a.ts\",\"b.ts\"]\n");
  EXPECT_EQ(visitor.seen()[0].surface, Surface::kSourceMap);
}

TEST_F(UnpackTest, BrokenSourceMapsAreReadAsText) {
  const std::string text = R"({"version":3,"sources":["a"],"sourcesContent":["cut)";
  unpack("a.map", text);
  EXPECT_EQ(visitor.bytes_of("a.map"), text);
}

TEST_F(UnpackTest, HarInsideAZip) {
  unpack("h.zip",
         zip({{.name = "s.har",
               .bytes =
                   R"({"log":{"version":"1.2","entries":[{"request":{"url":"https://x/"}}]}})"}}));
  EXPECT_EQ(visitor.bytes_of("h.zip", "zip:s.har > entry 1: request"), "url: https://x/\n");
}

TEST_F(UnpackTest, BrokenHarIsVisitedAndNamed) {
  const std::string text =
      R"({"log":{"version":"1.2","entries":[{"request":{"url":"https://x/"}},{"re)";
  unpack("s.har", text);
  EXPECT_EQ(visitor.bytes_of("s.har", "entry 1: request"), "url: https://x/\n");
  EXPECT_EQ(visitor.bytes_of("s.har"), text);
  EXPECT_EQ(gaps(), "s.har: the file breaks off or is no JSON, read as text\n");
}

class PiecesTest : public UnpackTest {
 protected:
  void read(std::string_view bytes) {
    MemoryBytes source(bytes);
    const Document document{
        .surface = Surface::kTree, .path = "big", .object = {}, .bytes = {}, .via = {}};
    ASSERT_TRUE(
        visit_in_pieces(visitor, source, document, {.whole = 100, .piece = 50, .overlap = 10}));
  }
};

TEST_F(PiecesTest, EveryMatchUpToTheOverlapIsWholeInSomePiece) {
  for (std::size_t size = 95; size < 260; ++size) {
    for (const std::size_t line : {7u, 13u, 1000u}) {
      std::string text(size, 'x');
      for (std::size_t i = line; i < size; i += line) text[i] = '\n';
      visitor = {};
      read(text);
      std::size_t covered = 0;
      for (const RecordingVisitor::Seen& seen : visitor.seen()) {
        const std::size_t begin = seen.start.offset;
        ASSERT_EQ(seen.bytes, text.substr(begin, seen.bytes.size()));
        ASSERT_EQ(begin % 2, 0u);
        ASSERT_LE(begin, covered);
        // A match of four bytes that ends in the fresh part begins inside the piece.
        if (begin > 0) ASSERT_LE(begin + 4, covered);
        if (begin > 0) ASSERT_EQ(seen.changed[0].begin, covered - begin);
        if (begin > 0) ASSERT_EQ(seen.changed[0].end, seen.bytes.size());
        const std::string_view before = std::string_view(text).substr(0, begin);
        ASSERT_EQ(seen.start.lines, std::ranges::count(before, '\n'));
        ASSERT_EQ(seen.start.columns, begin - (before.rfind('\n') + 1));
        covered = begin + seen.bytes.size();
      }
      ASSERT_EQ(covered, size);
    }
  }
}

/// Over four gigabytes that hold one needle, over the offset of 4 GiB, and take one piece of
/// memory.
class HugeBytes final : public ByteSource {
 public:
  static constexpr std::uint64_t kNeedleAt = (4ull << 30) - 3;
  std::uint64_t size() const override { return kNeedleAt + 1'000'000; }
  Result<std::string_view> view(std::uint64_t offset, std::size_t length) override {
    piece_.assign(static_cast<std::size_t>(std::min<std::uint64_t>(length, size() - offset)), '.');
    if (offset <= kNeedleAt && kNeedleAt + 6 <= offset + piece_.size()) {
      piece_.replace(static_cast<std::size_t>(kNeedleAt - offset), 6, "needle");
    }
    return piece_;
  }

 private:
  std::string piece_;
};

TEST(HugePieces, OffsetsBeyondFourGigabytes) {
  HugeBytes bytes;
  NeedleVisitor needles("needle");
  const Document document{
      .surface = Surface::kTree, .path = "huge", .object = {}, .bytes = {}, .via = {}};
  ASSERT_TRUE(visit_in_pieces(needles, bytes, document));
  EXPECT_EQ(needles.found(), std::vector<std::uint64_t>{HugeBytes::kNeedleAt});
  EXPECT_EQ(needles.bytes(), bytes.size());
}

}  // namespace
}  // namespace lr::secrets::sources
