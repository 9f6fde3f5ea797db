// Pieces of a file too large to hold: places count from the start of the file.
#include <gtest/gtest.h>

#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

struct PlaceSink final : CandidateSink {
  void found(const Candidate& candidate) override { places.push_back(candidate.place); }
  std::vector<Place> places;
};

TEST(DocumentStart, IsAddedToPlaces) {
  Rule rule;
  rule.id = rule.family = "ticket";
  rule.pattern = "ticket_[a-z]{8}";
  const auto catalogue = Catalogue::compile({rule});
  ASSERT_TRUE(catalogue) << catalogue.error().detail();
  PlaceSink sink;
  Scanner scanner(**catalogue, sink);
  scanner.visit({.surface = Surface::kTree,
                 .path = "huge.txt",
                 .object = {},
                 .bytes = "at ticket_qjwzkxvb\n  ticket_mhfgdpyt",
                 .via = {},
                 .start = {.offset = 5'000'000'000, .lines = 70, .columns = 9}});
  ASSERT_EQ(sink.places.size(), 2u);
  EXPECT_EQ(sink.places[0].offset, 5'000'000'003u);
  EXPECT_EQ(sink.places[0].line, 71u);
  EXPECT_EQ(sink.places[0].column, 13u);
  EXPECT_EQ(sink.places[1].offset, 5'000'000'021u);
  EXPECT_EQ(sink.places[1].line, 72u);
  EXPECT_EQ(sink.places[1].column, 3u);
}

}  // namespace
}  // namespace lr::secrets
