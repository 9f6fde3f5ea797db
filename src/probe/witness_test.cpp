#include "probe/witness.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace lr::probe {
namespace {

Exchange answer(int status, std::string type, std::string body, std::string target = "/x") {
  Exchange out;
  out.request.target = std::move(target);
  out.response.status = status;
  out.response.headers.set("Content-Type", std::move(type));
  out.response.body = std::move(body);
  return out;
}

TEST(Marker, HasOneHundredAndTwentyEightRandomBits) {
  SystemRng rng;
  const std::string first = make_marker(rng);
  EXPECT_EQ(first.size(), 8 + 32);
  EXPECT_NE(first, make_marker(rng));
}

TEST(Marker, IsFoundPlainEscapedAndInBase64AtEveryAlignment) {
  SeededRng rng(1);
  const std::string marker = make_marker(rng);
  EXPECT_TRUE(shows_marker("title: " + marker, marker));
  EXPECT_FALSE(shows_marker("title: something else", marker));
  std::string escaped;
  for (const char c : marker) escaped += c == 'l' ? std::string("\\u006c") : std::string(1, c);
  EXPECT_TRUE(shows_marker("{\"title\":\"" + escaped + "\"}", marker));
  for (const char* before : {"", "x", "xy", "xyz"}) {
    for (const char* after : {"", "1", "12"}) {
      const std::string text = before + marker + after;
      EXPECT_TRUE(shows_marker(crypto::base64_encode(text), marker)) << text;
      EXPECT_TRUE(shows_marker(crypto::base64url_encode(text), marker)) << text;
    }
  }
  EXPECT_FALSE(
      shows_marker(crypto::base64_encode("nothing of the kind, only plain words"), marker));
}

TEST(Shape, TellsARefusalInDisguiseFromASuccess) {
  const Shape known = shape_of(answer(200, "application/json", R"({"id":1,"title":"a"})"));
  EXPECT_TRUE(same_shape(known, shape_of(answer(200, "application/json; charset=utf-8",
                                                R"({"id":2,"title":"b","more":1})"))));
  EXPECT_FALSE(same_shape(known, shape_of(answer(200, "application/json", R"({"error":"no"})"))));
  EXPECT_FALSE(same_shape(known, shape_of(answer(200, "application/json", "{}"))));
  EXPECT_FALSE(same_shape(known, shape_of(answer(200, "text/html", "<html></html>"))));
  EXPECT_FALSE(same_shape(known, shape_of(answer(200, "application/json", ""))));
}

TEST(Shape, AnEmptyListLooksLikeAFullOne) {
  const Shape known = shape_of(answer(200, "application/json", R"([{"id":1}])"));
  EXPECT_TRUE(same_shape(known, shape_of(answer(200, "application/json", "[]"))));
}

TEST(NotFoundPrint, MatchesTheSamePageForAnotherPath) {
  NotFound print;
  print.learn(
      answer(404, "application/json", R"({"error":"no /lr-abc1","id":"7f3a9c"})", "/lr-abc1"));
  EXPECT_TRUE(print.matches(
      answer(404, "application/json", R"({"error":"no /other","id":"11aa22"})", "/other")));
  EXPECT_FALSE(print.matches(answer(404, "text/html", "<h1>nothing</h1>")));
  EXPECT_FALSE(print.matches(answer(200, "application/json", R"({"id":"7f3a9c"})")));
  EXPECT_FALSE(print.catch_all());
}

TEST(NotFoundPrint, ACatchAllIsNoProof) {
  NotFound print;
  const std::string page = "<!doctype html><title>App</title><div id=root></div>";
  print.learn(answer(200, "text/html", page, "/lr-1"));
  EXPECT_TRUE(print.catch_all());
  EXPECT_TRUE(print.matches(answer(200, "text/html", page, "/.env")));
  EXPECT_FALSE(print.matches(answer(200, "text/plain", "SECRET=1\n", "/.env")));
}

}  // namespace
}  // namespace lr::probe
