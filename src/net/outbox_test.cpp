#include "net/outbox.h"

#include <gtest/gtest.h>

#include "net/event_loop.h"

namespace lr::net {
namespace {

struct Note final : Outbox::Entry {
  explicit Note(std::string& where, char what) : log(where), name(what) {}
  void depart() override {
    log += name;
    if (follower != nullptr) follower->add_to(*outbox);
  }
  void add_to(Outbox& box) { box.add(*this); }
  std::string& log;
  char name;
  Note* follower = nullptr;
  Outbox* outbox = nullptr;
};

Task<> turn() { co_return co_await sleep_for(milliseconds(1)); }

TEST(Outbox, EntriesLeaveOnceInOrderAtTheEndOfTheTurn) {
  EventLoop loop;
  std::string log;
  Note a(log, 'a');
  Note b(log, 'b');
  Note c(log, 'c');
  a.follower = &c;  // Added while the others leave: its turn is right after.
  a.outbox = &loop.outbox();
  for (Note* note : {&a, &b, &a}) note->add_to(loop.outbox());
  EXPECT_EQ(log, "");
  ASSERT_TRUE(loop.block_on(turn()).has_value());
  EXPECT_EQ(log, "abc");
  b.add_to(loop.outbox());
  ASSERT_TRUE(loop.block_on(turn()).has_value());
  EXPECT_EQ(log, "abcb");
}

TEST(Outbox, WhatIsDestroyedBeforeItsTurnDoesNotLeave) {
  EventLoop loop;
  std::string log;
  Note kept(log, 'k');
  {
    Note gone(log, 'g');
    gone.add_to(loop.outbox());
    kept.add_to(loop.outbox());
  }
  ASSERT_TRUE(loop.block_on(turn()).has_value());
  EXPECT_EQ(log, "k");
}

}  // namespace
}  // namespace lr::net
