#include "audit/judge.h"

#include <gtest/gtest.h>

namespace lr::audit {
namespace {

probe::Exchange answer(int status, std::string body, std::string type = "application/json") {
  probe::Exchange out;
  out.request.target = "/x";
  out.response.status = status;
  if (!type.empty()) out.response.headers.set("Content-Type", std::move(type));
  out.response.body = std::move(body);
  return out;
}

Baseline baseline(probe::Exchange positive, probe::Exchange anonymous,
                  Manner manner = Manner::kValid) {
  Baseline out;
  out.manner = manner;
  out.positive = std::move(positive);
  out.anonymous = std::move(anonymous);
  out.shape = probe::shape_of(out.positive);
  return out;
}

const char kData[] = R"({"id":1,"title":"a"})";

TEST(Judge, TheSameAnswerAsTheAllowedIdentityIsABreach) {
  const Baseline known = baseline(answer(200, kData), answer(401, "{}"));
  EXPECT_EQ(judge_attack(known, answer(200, kData), {}).door, Door::kBroken);
}

TEST(Judge, RefusalsOfEveryKindHold) {
  const Baseline known = baseline(answer(200, kData), answer(401, "{}"));
  for (const int status : {301, 302, 400, 401, 403, 404, 405, 410, 422, 500}) {
    EXPECT_EQ(judge_attack(known, answer(status, "{}"), {}).door, Door::kHeld) << status;
  }
  EXPECT_EQ(judge_attack(known, answer(200, R"({"status":"fail"})"), {}).door, Door::kHeld);
  EXPECT_EQ(judge_attack(known, answer(200, "<html>log in</html>", "text/html"), {}).door,
            Door::kHeld);
}

TEST(Judge, A429ProvesNothing) {
  const Baseline known = baseline(answer(200, kData), answer(401, "{}"));
  EXPECT_EQ(judge_attack(known, answer(429, ""), {}).door, Door::kUnclear);
}

TEST(Judge, WithoutASuccessOnlyAClearRefusalHolds) {
  const Baseline known = baseline(answer(404, "{}"), answer(401, "{}"));
  EXPECT_EQ(judge_attack(known, answer(401, "{}"), {}).door, Door::kHeld);
  EXPECT_EQ(judge_attack(known, answer(404, "{}"), {}).door, Door::kUnclear);
}

TEST(Judge, InertRequestsBreakInByGettingTheSameComplaint) {
  const Baseline known = baseline(answer(400, "{}"), answer(401, "{}"), Manner::kInert);
  EXPECT_EQ(judge_attack(known, answer(400, "{}"), {}).door, Door::kBroken);
  EXPECT_EQ(judge_attack(known, answer(401, "{}"), {}).door, Door::kHeld);
  const Baseline early = baseline(answer(400, "{}"), answer(400, "{}"), Manner::kInert);
  EXPECT_EQ(judge_attack(early, answer(400, "{}"), {}).door, Door::kUnclear)
      << "the body is checked before the caller";
}

TEST(Judge, AnotherComplaintWithTheSameNumberIsNoBreach) {
  const Baseline known = baseline(answer(400, R"({"error":"the body is no JSON"})"),
                                  answer(401, "{}"), Manner::kInert);
  EXPECT_EQ(judge_attack(known, answer(400, R"({"error":"that is no token"})"), {}).door,
            Door::kUnclear);
}

TEST(Judge, APageBreaksOnlyWhenItIsTheSamePage) {
  const std::string page = "<html><h1>Your invoices</h1><p>March: 120 EUR, paid</p></html>";
  const Baseline known = baseline(answer(200, page, "text/html"), answer(401, "{}"));
  EXPECT_EQ(judge_attack(known, answer(200, page, "text/html"), {}).door, Door::kBroken);
  const std::string login = R"(<html><form><input name=p type="password"></form></html>)";
  EXPECT_EQ(judge_attack(known, answer(200, login, "text/html"), {}).door, Door::kHeld);
  EXPECT_EQ(judge_attack(known, answer(200, "<html>Who are you?</html>", "text/html"), {}).door,
            Door::kUnclear);
}

TEST(Judge, AnEmptyAnswerLikeTheAllowedOneProvesNothingByItself) {
  const Baseline known = baseline(answer(204, "", ""), answer(401, "{}"));
  const Judgement verdict = judge_attack(known, answer(204, "", ""), {});
  EXPECT_EQ(verdict.door, Door::kUnclear);
  EXPECT_TRUE(verdict.wants_state);
  EXPECT_EQ(judge_attack(known, answer(401, "", ""), {}).door, Door::kHeld);
  EXPECT_EQ(judge_attack(known, answer(200, kData), {}).door, Door::kHeld);
}

}  // namespace
}  // namespace lr::audit
