#include "secrets/sources/har.h"

#include <gtest/gtest.h>

#include <map>

namespace lr::secrets::sources {
namespace {

using Parts = std::map<std::string, std::string, std::less<>>;

Parts parts_of(std::string_view text) {
  Parts parts;
  const auto read = read_har(text, [&](std::string_view name, std::string_view part) {
    EXPECT_TRUE(parts.emplace(name, part).second) << name;
  });
  EXPECT_TRUE(read.has_value());
  return parts;
}

constexpr std::string_view kHar = R"({"log": {
  "version": "1.2", "creator": {"name": "Browser", "version": "1"},
  "pages": [{"title": "https://app.example.com/?t=page-title"}],
  "entries": [
    {"startedDateTime": "2026-01-01T00:00:00Z",
     "_initiator": {"type": "script", "stack": {"callFrames": [{"url": "https://cdn/x.js"}]}},
     "request": {"method": "POST", "url": "https://api.example.com/v1?key=in-query",
       "headers": [{"name": "Authorization", "value": "Bearer in-header"}],
       "cookies": [{"name": "sid", "value": "in-cookie", "httpOnly": true}],
       "queryString": [{"name": "key", "value": "in-query"}],
       "postData": {"mimeType": "application/json", "text": "{\"k\":\"in-body\"}",
                    "params": [{"name": "p", "value": "in-param"}]}},
     "response": {"status": 200, "headers": [{"name": "X-Token", "value": "in-answer"}],
       "content": {"size": 5, "mimeType": "text/plain", "text": "aGVsbG8=", "encoding": "base64"}},
     "_webSocketMessages": [{"type": "send", "time": 1.5, "data": "in-socket"}]},
    {"request": {"url": "https://second/"},
     "response": {"content": {"text": "\ud83dplain"}}}]}})";

TEST(Har, EveryPartOfEveryEntry) {
  const Parts parts = parts_of(kHar);
  EXPECT_EQ(parts.at("entry 1: request body"), R"({"k":"in-body"})");
  EXPECT_EQ(parts.at("entry 1: response body"), "hello");
  EXPECT_EQ(parts.at("entry 2: response body"), "\xEF\xBF\xBDplain");
  const std::string& request = parts.at("entry 1: request");
  EXPECT_TRUE(request.contains("Authorization: Bearer in-header\n")) << request;
  EXPECT_TRUE(request.contains("sid: in-cookie\n")) << request;
  EXPECT_TRUE(request.contains("p: in-param\n")) << request;
  EXPECT_TRUE(request.contains("url: https://api.example.com/v1?key=in-query\n")) << request;
  EXPECT_TRUE(parts.at("entry 1: response").contains("X-Token: in-answer\n"));
  EXPECT_TRUE(parts.at("entry 1: other").contains("data: in-socket\n"));
  EXPECT_TRUE(parts.at("entry 1: other").contains("url: https://cdn/x.js\n"));
  EXPECT_TRUE(parts.at("other").contains("page-title"));
}

TEST(Har, NothingIsDroppedButNumbersAndNames) {
  const Parts parts = parts_of(kHar);
  std::string all;
  for (const auto& [name, text] : parts) all.append(text);
  for (const char* marker : {"page-title", "in-query", "in-header", "in-cookie", "in-body",
                             "in-param", "in-answer", "in-socket", "cdn/x.js"}) {
    EXPECT_TRUE(all.contains(marker)) << marker;
  }
}

TEST(Har, BodiesThatAreNoBase64StayAsTheyAre) {
  const Parts parts = parts_of(
      R"({"log":{"entries":[{"response":{"content":{"text":"no base64!","encoding":"base64"}}}]}})");
  EXPECT_EQ(parts.at("entry 1: response body"), "no base64!");
}

TEST(Har, EveryCutIsAnError) {
  for (std::size_t length = 0; length + 1 < kHar.size(); length += 3) {
    const auto read = read_har(kHar.substr(0, length), [](std::string_view, std::string_view) {});
    EXPECT_FALSE(read.has_value()) << length;
  }
}

TEST(Har, DeepValuesAreAnErrorAndNoCrash) {
  std::string text = R"({"log":{"entries":[{"x":)" + std::string(100'000, '[');
  EXPECT_FALSE(read_har(text, [](std::string_view, std::string_view) {}));
}

TEST(Har, RecognisedByItsFirstMembers) {
  EXPECT_TRUE(looks_like_har(kHar));
  EXPECT_TRUE(looks_like_har("\xEF\xBB\xBF{ \"log\" : {\"entries\""));
  EXPECT_FALSE(looks_like_har(R"({"log":"text"})"));
  EXPECT_FALSE(looks_like_har(R"({"name":"log"})"));
  EXPECT_FALSE(looks_like_har(""));
}

}  // namespace
}  // namespace lr::secrets::sources
