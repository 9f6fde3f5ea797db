#include "report/sarif_message.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace lr::report {
namespace {

std::string request(std::string_view text) {
  return boost::json::serialize(sarif_web_request(text));
}
std::string response(std::string_view text) {
  return boost::json::serialize(sarif_web_response(text));
}

TEST(SarifMessage, RequestsWithAndWithoutAVersion) {
  EXPECT_EQ(request("GET /a b HTTP/1.1\nHost: x\nBroken\n\nbody"),
            R"({"protocol":"HTTP","version":"1.1","method":"GET","target":"/a b",)"
            R"("headers":{"Host":"x"},"body":{"text":"body"}})");
  EXPECT_EQ(request("POST /a\nAccept: */*\n"),
            R"({"method":"POST","target":"/a","headers":{"Accept":"*/*"}})");
}

TEST(SarifMessage, AnswersWithAndWithoutAVersion) {
  EXPECT_EQ(response("HTTP/1.1 404 Not Found\nServer:  y\n\n{}"),
            R"({"protocol":"HTTP","version":"1.1","statusCode":404,"reasonPhrase":"Not Found",)"
            R"("headers":{"Server":"y"},"body":{"text":"{}"}})");
  EXPECT_EQ(response("200 OK"), R"({"statusCode":200,"reasonPhrase":"OK"})");
}

TEST(SarifMessage, AnythingElseIsABody) {
  EXPECT_EQ(request("hello"), R"({"body":{"text":"hello"}})");
  EXPECT_EQ(request("get /"), R"({"body":{"text":"get /"}})");
  EXPECT_EQ(response(""), R"({"body":{"text":""}})");
  EXPECT_EQ(response("no answer: refused"), R"({"body":{"text":"no answer: refused"}})");
  EXPECT_EQ(response("HTTP/1.1 2x0 OK"), R"({"body":{"text":"HTTP/1.1 2x0 OK"}})");
}

}  // namespace
}  // namespace lr::report
