#include "decide/router.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace lr::decide {
namespace {

using contract::Method;
using contract::PathSegment;

contract::Route route(std::string_view path, contract::MethodSet methods) {
  contract::Route out;
  out.path = path;
  out.methods = methods;
  while (path.size() > 1) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string text(path.substr(0, end));
    auto kind = PathSegment::Kind::kLiteral;
    if (text == "**") kind = PathSegment::Kind::kRest;
    const bool parameter = text.starts_with('{');
    if (parameter) kind = PathSegment::Kind::kParameter;
    out.segments.push_back({kind, parameter ? text.substr(1, text.size() - 2) : text, {}});
    path.remove_prefix(end);
  }
  return out;
}

constexpr contract::MethodSet kGet = contract::bit(Method::kGet);
constexpr contract::MethodSet kPost = contract::bit(Method::kPost);
constexpr contract::MethodSet kDelete = contract::bit(Method::kDelete);

/// "index", "404" or "405".
std::string ask(const contract::Contract& contract, Method method, std::string_view path) {
  const Router router(contract);
  text::CanonicalTarget target;
  EXPECT_TRUE(text::canonicalize_target(path, target)) << path;
  RouteMatch match;
  router.match(method, target, match);
  if (match.outcome == RouteMatch::Outcome::kNotFound) return "404";
  if (match.outcome == RouteMatch::Outcome::kMethodNotAllowed) return "405";
  return std::to_string(match.index);
}

contract::Contract sample() {
  contract::Contract contract;
  contract.routes = {route("/", kGet),
                     route("/v1/users/{user}", kGet | kDelete),
                     route("/v1/users/me", kGet),
                     route("/v1/{kind}/me/photo", kGet),
                     route("/v1/users/{user}/notes", kPost),
                     route("/files/**", kGet),
                     route("/files/{file}", kPost)};
  return contract;
}

TEST(Router, LiteralsThenParametersThenRest) {
  const auto contract = sample();
  EXPECT_EQ(ask(contract, Method::kGet, "/"), "0");
  EXPECT_EQ(ask(contract, Method::kGet, "/v1/users/ann"), "1");
  EXPECT_EQ(ask(contract, Method::kGet, "/v1/users/me"), "2");
  EXPECT_EQ(ask(contract, Method::kGet, "/v1/users/me/photo"), "3") << "backtracks to {kind}";
  EXPECT_EQ(ask(contract, Method::kPost, "/v1/users/me/notes"), "4") << "backtracks to {user}";
  EXPECT_EQ(ask(contract, Method::kGet, "/files"), "5");
  EXPECT_EQ(ask(contract, Method::kGet, "/files/a/b"), "5");
  EXPECT_EQ(ask(contract, Method::kPost, "/files/a"), "6");
}

TEST(Router, TheMostSpecificPathDecidesTheMethods) {
  const auto contract = sample();
  EXPECT_EQ(ask(contract, Method::kDelete, "/v1/users/me"), "405");
  EXPECT_EQ(ask(contract, Method::kGet, "/files/a"), "405");
  EXPECT_EQ(ask(contract, Method::kHead, "/v1/users/me"), "2");
}

TEST(Router, WhatIsNotListedDoesNotExist) {
  const auto contract = sample();
  for (const char* path : {"/v1", "/v1/users", "/v2/users/me", "/v1/users/me/photo/x", "/Files",
                           "/v1/users/me/notesx"}) {
    EXPECT_EQ(ask(contract, Method::kGet, path), "404") << path;
  }
}

/// An application that ignores case would serve the listed route, under the wildcard's rules.
TEST(Router, AWildcardDoesNotCatchAListedPathInOtherLetters) {
  contract::Contract contract;
  contract.routes = {route("/**", kGet),          route("/admin/users", kGet),
                     route("/internal/**", kGet), route("/v1/users/{user}", kGet),
                     route("/v1/users/me", kGet), route("/v1/{kind}/all/Export", kGet),
                     route("/{page}", kGet)};
  for (const char* path :
       {"/ADMIN/users", "/admin/Users", "/Internal", "/INTERNAL/a/b", "/v1/users/ME",
        "/V1/users/me", "/v1/Users/7", "/v1/x/all/export", "/v1/x/ALL/export"}) {
    EXPECT_EQ(ask(contract, Method::kGet, path), "404") << path;
  }
  EXPECT_EQ(ask(contract, Method::kGet, "/Assets/Logo.svg"), "0");
  EXPECT_EQ(ask(contract, Method::kGet, "/Admin"), "6") << "no such route in any case";
  EXPECT_EQ(ask(contract, Method::kGet, "/Admin/x"), "0");
  EXPECT_EQ(ask(contract, Method::kGet, "/v1/users/Meg"), "3");
  EXPECT_EQ(ask(contract, Method::kGet, "/v1/users/me"), "4");
  EXPECT_EQ(ask(contract, Method::kGet, "/v1/Kind/all/Export"), "5");
}

TEST(Router, ParametersAreNamedInOrder) {
  contract::Contract contract;
  contract.routes = {route("/a/{x}/b/{y}/**", kGet)};
  const Router router(contract);
  text::CanonicalTarget target;
  ASSERT_TRUE(text::canonicalize_target("/a/1/b/2/c/d", target));
  RouteMatch match;
  router.match(Method::kGet, target, match);
  ASSERT_EQ(match.parameters.size(), 2U);
  EXPECT_EQ(match.parameters[0].name, "x");
  EXPECT_EQ(match.parameters[1].value, "2");
  EXPECT_EQ(match.method, Method::kGet);
  router.match(std::nullopt, target, match);
  EXPECT_EQ(match.outcome, RouteMatch::Outcome::kMethodNotAllowed);
  EXPECT_TRUE(match.parameters.empty());
}

TEST(Router, ManyRoutesAreAllFound) {
  contract::Contract contract;
  for (int i = 0; i < 2000; ++i)
    contract.routes.push_back(route(fmt::format("/r{}/{{id}}", i), kGet));
  const Router router(contract);
  text::CanonicalTarget target;
  RouteMatch match;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    ASSERT_TRUE(text::canonicalize_target(fmt::format("/r{}/x", i), target));
    router.match(Method::kGet, target, match);
    ASSERT_EQ(match.index, i);
  }
}

}  // namespace
}  // namespace lr::decide
