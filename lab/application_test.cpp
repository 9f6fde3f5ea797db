// The chatbot without defects: what an audit will find exemplary.
#include "lab/application.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "lab/body_intake.h"
#include "lab/routes.h"
#include "lab/testing/visitor.h"
#include "text/sse.h"

namespace lr::lab {
namespace {

using testing::value_at;
using testing::Visitor;

class Chatbot : public ::testing::Test {
 protected:
  net::HttpResponse post(std::string_view target, std::string body) {
    return visitor_.send("POST", target, user_, std::move(body));
  }
  Visitor visitor_{{}};
  const std::string user_ = visitor_.token(World::kUserA);
  const std::string admin_ = visitor_.token(World::kAdminA);
};

std::string concrete(const RouteDef& route) {
  std::string path(route.path);
  if (const auto at = path.find('{'); at != std::string::npos) {
    const auto end = path.find('}');
    const bool order = path.substr(at, end - at + 1) == "{order}";
    path.replace(at, end - at + 1, order ? "1" : "00000000-0000-4000-8000-000000000000");
  }
  return path;
}

TEST_F(Chatbot, EveryPrivateRouteAsksForAToken) {
  for (const RouteDef& route : all_routes()) {
    const auto answer = visitor_.send(route.method, concrete(route), "", "", "");
    if (route.access == Access::kPublic) {
      EXPECT_NE(answer.status, 403) << route.path;
      continue;
    }
    EXPECT_EQ(answer.status, 401) << route.method << " " << route.path;
    EXPECT_EQ(value_at(answer, "/error/code"), "unauthenticated");
    EXPECT_TRUE(answer.headers.get("www-authenticate"));
  }
}

TEST_F(Chatbot, AdminRoutesAreForAdmins) {
  EXPECT_EQ(visitor_.get("/admin/stats", user_).status, 403);
  EXPECT_EQ(visitor_.get("/admin/users", user_).status, 403);
  EXPECT_EQ(visitor_.get("/v1/export", user_).status, 403);
  EXPECT_EQ(visitor_.get("/admin/stats", admin_).status, 200);
  EXPECT_EQ(visitor_.get("/v1/export", admin_).status, 200);
  EXPECT_EQ(visitor_.get("/v1/profile", admin_).status, 200);
}

TEST_F(Chatbot, LogsIn) {
  const User& user = visitor_.people().persona(World::kUserA);
  const json::object right{{"email", user.email}, {"password", user.password}};
  const auto answer = visitor_.send("POST", "/v1/login", "", json::serialize(right));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto profile = visitor_.get("/v1/profile", value_at(answer, "/access_token"));
  EXPECT_EQ(value_at(profile, "/email"), user.email);
  const json::object wrong{{"email", user.email}, {"password", "x"}};
  EXPECT_EQ(visitor_.send("POST", "/v1/login", "", json::serialize(wrong)).status, 401);
}

TEST_F(Chatbot, StreamsTheModelsWords) {
  const std::string id = visitor_.make_conversation(World::kUserA, "talk");
  const auto answer = post("/v1/conversations/" + id + "/messages", R"({"text":"say: one two"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.headers.get("content-type"), "text/event-stream");
  EXPECT_EQ(answer.headers.get("cache-control"), "no-store");
  text::SseReader reader;
  ASSERT_TRUE(reader.feed(answer.body));
  std::vector<std::string> events;
  while (auto event = reader.next()) events.push_back(event->event + " " + event->data);
  EXPECT_EQ(events,
            (std::vector<std::string>{"delta {\"text\":\"one \"}", "delta {\"text\":\"two\"}",
                                      "done {\"conversation_id\":\"" + id + "\"}"}));
  const auto kept = visitor_.get("/v1/conversations/" + id, user_);
  EXPECT_EQ(value_at(kept, "/messages/1/text"), "one two");
}

TEST_F(Chatbot, ChatRemembersTheConversation) {
  const std::string id = visitor_.make_conversation(World::kUserA, "chat");
  const json::object body{{"message", "hello"}, {"conversation_id", id}};
  const auto answer = post("/v1/chat", json::serialize(body));
  EXPECT_EQ(value_at(answer, "/reply"), "You said: hello");
  const auto history = visitor_.get("/v1/history", user_);
  EXPECT_NE(history.body.find("You said: hello"), std::string::npos);
}

TEST_F(Chatbot, AFailingModelIsAPlainErrorWithARequestId) {
  const auto answer = post("/v1/chat", R"({"message":"fail: upstream"})");
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(value_at(answer, "/error/code"), "bad_gateway");
  EXPECT_EQ(value_at(answer, "/error/request_id"), answer.headers.get("x-request-id"));
  EXPECT_EQ(answer.body.find("provider"), std::string::npos);
}

TEST_F(Chatbot, KeepsObjectsApart) {
  const std::string order = visitor_.make_order(World::kUserB);
  EXPECT_EQ(visitor_.get("/v1/orders/" + order, user_).status, 404);
  EXPECT_EQ(visitor_.send("PATCH", "/v1/orders/" + order, user_, R"({"note":"x"})").status, 404);
  EXPECT_EQ(visitor_.send("DELETE", "/v1/orders/" + order, user_, "", "").status, 403);
  EXPECT_EQ(visitor_.send("DELETE", "/v1/orders/" + order, admin_, "", "").status, 204);
  const std::string other = visitor_.make_order(World::kUserC);
  EXPECT_EQ(visitor_.send("DELETE", "/v1/orders/" + other, admin_, "", "").status, 404);
}

TEST_F(Chatbot, RefusesBadInputWith4xx) {
  const auto status = [this](std::string body) {
    return post("/v1/orders", std::move(body)).status;
  };
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status("{"), 400);
  EXPECT_EQ(status(R"({"item":"x","quantity":1,"quantity":2})"), 400);
  EXPECT_EQ(status(R"({"item":"x","quantity":"1"})"), 422);
  EXPECT_EQ(status(R"({"item":"x","quantity":1,"admin":true})"), 422);
  EXPECT_EQ(status(std::string(100'000, '[')), 413);
  EXPECT_EQ(status(std::string(1'000, '[')), 400);
  EXPECT_EQ(visitor_.send("POST", "/v1/orders", user_, "{}", "text/plain").status, 415);
  EXPECT_EQ(visitor_.get("/v1/orders/search?order_id=1'%20OR%201=1", user_).status, 400);
  EXPECT_EQ(visitor_.get("/v1/orders/99999999999999999999", user_).status, 404);
}

TEST_F(Chatbot, FilesAreText) {
  const auto made = post("/v1/files", R"({"name":"a","encoding":"base64","text":"aGk="})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string path = "/v1/files/" + value_at(made, "/id");
  EXPECT_EQ(value_at(visitor_.get(path, user_), "/text"), "hi");
  EXPECT_EQ(post("/v1/files", R"({"name":"a","encoding":"base64","text":"_"})").status, 422);
  EXPECT_EQ(post("/v1/files", R"({"name":"a","encoding":"base64","text":"//8="})").status, 422);
  EXPECT_EQ(visitor_.send("DELETE", path, user_, "", "").status, 204);
  EXPECT_EQ(visitor_.get(path, user_).status, 404);
}

TEST_F(Chatbot, UnlistedIsNotFoundAndOtherMethodsAreNamed) {
  EXPECT_EQ(visitor_.get("/v1/nowhere", user_).status, 404);
  EXPECT_EQ(visitor_.get("//admin/stats", admin_).status, 400);
  const auto answer = visitor_.send("PUT", "/v1/conversations", user_, "", "");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.get("allow"), "GET, POST");
}

TEST_F(Chatbot, AnswersPreflightsOfItsOwnOriginOnly) {
  const auto preflight = [this](std::string origin) {
    net::HttpRequest request;
    request.method = "OPTIONS";
    request.url = visitor_.url();
    request.url.target = "/v1/chat";
    request.headers.add("Origin", std::move(origin));
    request.headers.add("Access-Control-Request-Method", "POST");
    return visitor_.call(std::move(request));
  };
  const auto own = preflight("https://app.lab.example");
  EXPECT_EQ(own.status, 204);
  EXPECT_EQ(own.headers.get("access-control-allow-origin"), "https://app.lab.example");
  EXPECT_EQ(own.headers.get("access-control-allow-methods"), "POST");
  const auto other = preflight("https://evil.example");
  EXPECT_FALSE(other.headers.get("access-control-allow-origin"));
}

TEST_F(Chatbot, HealthTellsTheTruth) {
  const auto answer = visitor_.get("/readyz");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(value_at(answer, "/checks/model"), "ok");
  EXPECT_EQ(visitor_.get("/healthz").status, 200);
}

TEST(Readiness, IsDegradedWithoutAModel) {
  net::EventLoop loop;
  const FlawSet flaws;
  const SystemClock clock;
  World world(1);
  auto schemas = BodySchemas::compile();
  auto tokens = Tokens::create(flaws, clock);
  ASSERT_TRUE(schemas && tokens);
  // Port 1 of the loopback: nobody listens there.
  ModelClient model(loop, {"http", "127.0.0.1", 1, "/"});
  Service service{flaws, clock, **tokens, *schemas, world, model};
  Application application(loop, service);
  ASSERT_TRUE(application.listen(0));
  net::HttpClient client(loop);
  net::HttpRequest request;
  request.url = application.url();
  request.url.target = "/readyz";
  const auto answer = loop.block_on(client.call(std::move(request)));
  ASSERT_TRUE(answer) << answer.error().detail();
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(value_at(*answer, "/status"), "degraded");
  EXPECT_EQ(value_at(*answer, "/checks/model"), "down");
}

TEST(JsonDepth, IgnoresWhatIsQuoted) {
  EXPECT_EQ(json_depth(R"({"a":[1,[2]]})"), 3U);
  EXPECT_EQ(json_depth(R"({"a":"[[[[\"[["})"), 1U);
  EXPECT_EQ(json_depth("]]]]["), 1U);
  EXPECT_EQ(json_depth(""), 0U);
}

}  // namespace
}  // namespace lr::lab
