// Every filter proves itself: its samples are replayed through a whole guard.
#include <gtest/gtest.h>

#include <algorithm>

#include "guard/filter.h"
#include "guard/testing/guard_fixture.h"

namespace lr::guard::testing {
namespace {

class FilterSamplesTest : public GuardTest, public ::testing::WithParamInterface<int> {
 protected:
  static std::string replace_all(std::string text, const std::string& what,
                                 const std::string& with) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
      text.replace(at, what.size(), with);
    }
    return text;
  }
};

TEST_P(FilterSamplesTest, BehavesAsItsSamplesSay) {
  const FilterDef& def = *all_filters()[static_cast<std::size_t>(GetParam())];
  for (const FilterSample& sample : def.samples) {
    SCOPED_TRACE(std::string(def.id) + ": " + std::string(sample.name));
    rates_ = store::make_memory_rate_store(10'000);
    parts_.rates = rates_.get();
    start_with(std::string(sample.contract));
    if (HasFatalFailure()) return;
    const std::string request = replace_all(std::string(sample.request), "{token}", token());
    ledger_.set_healthy(request.find("X-Sample: ledger-down") == std::string::npos);
    if (request.find("X-Sample: twice") != std::string::npos) send(request);
    const Reply reply = send(request);
    EXPECT_EQ(reply.status, sample.status) << reply.raw;
    EXPECT_NE(reply.raw.find(sample.has), std::string::npos) << reply.raw;
    EXPECT_FALSE(reply.field("X-Request-Id").empty());
    guard_->stop();
    guard_.reset();
    ledger_.set_healthy(true);
  }
}

TEST_P(FilterSamplesTest, HasBothKindsOfSamples) {
  const FilterDef& def = *all_filters()[static_cast<std::size_t>(GetParam())];
  const auto has = [&](std::string_view kind) {
    return std::ranges::any_of(
        def.samples, [&](const FilterSample& sample) { return sample.name.starts_with(kind); });
  };
  EXPECT_TRUE(has("pass")) << def.id;
  EXPECT_TRUE(has("reject")) << def.id;
}

INSTANTIATE_TEST_SUITE_P(Filters, FilterSamplesTest,
                         ::testing::Range(0, static_cast<int>(all_filters().size())),
                         [](const ::testing::TestParamInfo<int>& info) {
                           return std::string(
                               all_filters()[static_cast<std::size_t>(info.param)]->id);
                         });

}  // namespace
}  // namespace lr::guard::testing
