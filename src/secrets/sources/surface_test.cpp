#include "secrets/sources/surface.h"

#include <gtest/gtest.h>

namespace lr::secrets::sources {
namespace {

struct Sample {
  const char* path;
  const char* head;
  Surface surface;
};

class ClassifyTest : public testing::TestWithParam<Sample> {};

TEST_P(ClassifyTest, ByPathAndHead) {
  EXPECT_EQ(classify(GetParam().path, GetParam().head), GetParam().surface) << GetParam().path;
}

constexpr Sample kSamples[] = {
    {"src/main.cpp", "int main() {}", Surface::kTree},
    {"environment.ts", "export const e = {}", Surface::kTree},
    {".env", "A=1", Surface::kEnvironment},
    {"deploy/.env.production", "A=1", Surface::kEnvironment},
    {"prod.env", "A=1", Surface::kEnvironment},
    {"proc/self/environ", "A=1", Surface::kEnvironment},
    {".cursor/mcp.json", "{}", Surface::kConfiguration},
    {"mcp.json", "{}", Surface::kConfiguration},
    {"xmcp.json", "{}", Surface::kTree},
    {"Library/Application Support/Claude/claude_desktop_config.json", "{}",
     Surface::kConfiguration},
    {"any.json", "{\n  \"mcpServers\": {}}", Surface::kConfiguration},
    {".aws/credentials", "[default]", Surface::kConfiguration},
    {"my.aws/credentials", "[default]", Surface::kTree},
    {"var/log/app.log", "x", Surface::kLog},
    {"app.log.3", "x", Surface::kLog},
    {"app.log-20260501", "x", Surface::kLog},
    {"src/app.logger.ts", "x", Surface::kTree},
    {"1_build.txt", "2026-05-01T12:00:00.1234567Z ##[section]", Surface::kLog},
    {"job.txt",
     "\xEF\xBB\xBF"
     "2026-05-01T12:00:00.1234567Z Run make",
     Surface::kLog},
    {"job.txt", "2026-05-01 12:00 Run make", Surface::kTree},
    {"trace.txt", "section_start:1560896352:build\r", Surface::kLog},
    {"prompts/support.md", "You are", Surface::kPrompt},
    {"app/prompts/support.md", "You are", Surface::kPrompt},
    {"src/system_prompt.txt", "You are", Surface::kPrompt},
    {"sales.prompt.yml", "messages:", Surface::kPrompt},
    {".cursorrules", "Use tabs", Surface::kPrompt},
    {".cursor/rules/a.mdc", "Use tabs", Surface::kPrompt},
};
INSTANTIATE_TEST_SUITE_P(Samples, ClassifyTest, testing::ValuesIn(kSamples));

TEST(ImageDigest, BlobsAndOldLayers) {
  const std::string digits(64, '7');
  EXPECT_EQ(image_digest("blobs/sha256/" + digits), "sha256:" + digits);
  EXPECT_EQ(image_digest("out/img/blobs/sha256/" + digits), "sha256:" + digits);
  EXPECT_EQ(image_digest(digits + "/layer.tar"), "sha256:" + digits);
  EXPECT_EQ(image_digest("blobs/sha256/" + digits + "0"), "");
  EXPECT_EQ(image_digest("myblobs/sha256/" + digits), "");
  EXPECT_EQ(image_digest("blobs/sha256/" + std::string(64, 'G')), "");
  EXPECT_EQ(image_digest("layer.tar"), "");
  EXPECT_EQ(image_digest("x/layer.tar"), "");
  EXPECT_EQ(image_digest(""), "");
}

}  // namespace
}  // namespace lr::secrets::sources
