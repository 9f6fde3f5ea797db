#include "domain/bounded_resolver.h"

#include <gtest/gtest.h>

#include <string>

namespace lr::domain {
namespace {

/// Answers "com" when there is a network, and nothing else.
class Silence final : public Resolver {
 public:
  explicit Silence(bool network) : network_(network) {}
  Answer query(std::string_view name, RecordType /*type*/) override {
    ++asked;
    Answer out;
    out.outcome = network_ && name == "com" ? Outcome::kNoData : Outcome::kFailed;
    if (out.failed()) out.why = "timeout";
    return out;
  }
  int asked = 0;

 private:
  bool network_;
};

TEST(BoundedResolver, AsksNothingBehindTheDeadline) {
  Silence below(true);
  BoundedResolver resolver(below, Deadline::after(nanoseconds(0)));
  const Answer answer = resolver.query("com", RecordType::kNs);
  EXPECT_TRUE(answer.failed());
  EXPECT_EQ(answer.why, "the time for the whole run was up");
  EXPECT_EQ(below.asked, 0);
}

TEST(BoundedResolver, GivesUpWhereNobodyAnswers) {
  Silence below(false);
  BoundedResolver resolver(below, Deadline::never());
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(resolver.query("a.example", RecordType::kA).failed());
  }
  EXPECT_EQ(below.asked, BoundedResolver::kSilences + 1);
  EXPECT_EQ(resolver.query("b.example", RecordType::kA).why,
            "no name server answers; is there a network?");
}

TEST(BoundedResolver, OneDeadDomainIsNoDeadNetwork) {
  Silence below(true);
  BoundedResolver resolver(below, Deadline::never());
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(resolver.query("a.example", RecordType::kA).why, "timeout");
  }
  EXPECT_EQ(below.asked, 51);
  EXPECT_EQ(resolver.query("com", RecordType::kNs).outcome, Outcome::kNoData);
}

}  // namespace
}  // namespace lr::domain
