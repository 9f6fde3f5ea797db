#include "decide/body.h"

#include <gtest/gtest.h>

namespace lr::decide {
namespace {

using contract::Method;
using contract::Route;

constexpr int kOk = 0;

int status(const Result<>& result) { return result ? kOk : http_status(result.error().code()); }

Route json_route() {
  Route route;
  contract::BodyRule rule;
  rule.max_bytes = 32;
  rule.content_types = {"application/json", "image/*"};
  const auto document = text::parse_json(R"({"type":"object","required":["a"]})");
  rule.schema = std::make_shared<const text::JsonSchema>(*text::JsonSchema::compile(*document));
  route.body = std::move(rule);
  return route;
}

int head(const Route& route, Method method, std::optional<std::string_view> type,
         std::optional<std::uint64_t> length = 2) {
  return status(judge_body_head(route, method, type, length, true));
}

TEST(BodyHead, ContentTypes) {
  const Route route = json_route();
  for (const char* type : {"application/json", "Application/JSON; charset=UTF-8",
                           "application/json;charset=\"utf-8\"", "image/png"}) {
    EXPECT_EQ(head(route, Method::kPost, type), kOk) << type;
  }
  for (const char* type :
       {"", "text/plain", "application/jsonx", "application/json, text/plain",
        "application/json; charset=utf-7", "application/json; charset=utf-8; charset=utf-7",
        "image/", "imagex/png", "application/x-www-form-urlencoded"}) {
    EXPECT_EQ(head(route, Method::kPost, type), 415) << type;
  }
  EXPECT_EQ(head(route, Method::kPost, std::nullopt), 415);
}

TEST(BodyHead, Sizes) {
  const Route route = json_route();
  EXPECT_EQ(head(route, Method::kPost, "application/json", 32), kOk);
  EXPECT_EQ(head(route, Method::kPost, "application/json", 33), 413);
  EXPECT_EQ(head(route, Method::kPost, "application/json", std::nullopt), kOk) << "chunked";
  EXPECT_EQ(head(Route{}, Method::kPost, "a/b", limits::kBodyBytes + 1), 413);
}

TEST(BodyHead, BodiesWhereNoneBelong) {
  for (const Method method : {Method::kGet, Method::kHead, Method::kDelete, Method::kOptions}) {
    EXPECT_EQ(head(Route{}, method, "application/json"), 400);
  }
  EXPECT_EQ(head(Route{}, Method::kPut, std::nullopt), kOk);
  EXPECT_EQ(status(judge_body_head(json_route(), Method::kPost, {}, {}, false)), 400);
  EXPECT_EQ(status(judge_body_head(json_route(), Method::kGet, {}, {}, false)), kOk);
}

int whole(std::string_view body) {
  const auto result = judge_body(json_route(), body);
  return result ? kOk : http_status(result.error().code());
}

TEST(Body, JsonThenSchema) {
  EXPECT_EQ(whole(R"({"a":1})"), kOk);
  EXPECT_EQ(whole(R"({"b":1})"), 422);
  EXPECT_EQ(whole(R"([])"), 422);
  EXPECT_EQ(whole(""), 400);
  EXPECT_EQ(whole(R"({"a":1,"a":2})"), 400);
  EXPECT_EQ(whole(R"({"a":1}x)"), 400);
  EXPECT_EQ(whole(R"({"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})"), 413);
}

TEST(Body, NeedsParsing) {
  contract::Contract contract;
  EXPECT_FALSE(needs_parsed_body(contract, Route{}));
  EXPECT_TRUE(needs_parsed_body(contract, json_route()));
  Route by_reference;
  by_reference.references.push_back({contract::Reference::Place::kBody, "/id", 0, {}});
  EXPECT_TRUE(needs_parsed_body(contract, by_reference));
  Route by_account;
  by_account.limits = {0};
  contract.limits.push_back({"login", {{contract::LimitKey::kAccount, {}, false}}, "/email", {}});
  EXPECT_TRUE(needs_parsed_body(contract, by_account));
}

}  // namespace
}  // namespace lr::decide
