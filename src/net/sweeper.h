// Deadlines without a timer per operation. Each stream is an entry of its loop's timer wheel; one
// timer ticks every 50 ms while there are entries. Moving a deadline to later costs nothing: the
// entry is looked at when its old slot comes up and put into its new one then.
#pragma once

#include <array>
#include <functional>

#include "base/clock.h"
#include "net/awaiting.h"

namespace lr::net {

/// Doubly linked and intrusive; an unlinked node points at itself.
struct WheelLink {
  WheelLink* previous = this;
  WheelLink* next = this;
  WheelLink() = default;
  WheelLink(const WheelLink&) = delete;
  WheelLink& operator=(const WheelLink&) = delete;
  bool linked() const { return next != this; }
  void unlink();
  void insert_before(WheelLink& position);
};

class Sweeper {
 public:
  static constexpr milliseconds kTick{50};
  static constexpr int kTicksPerWatch = 5;

  class Entry : public WheelLink {
   public:
    virtual void on_deadline() = 0;

   protected:
    ~Entry() { unlink(); }

   private:
    friend class Sweeper;
    MonoTime deadline_ = MonoTime::max();
    std::uint64_t tick_ = 0;  ///< When its slot comes up; meaningful while linked.
  };

  /// Looked at about every 250 ms: has the peer of this socket gone?
  class Watch : public WheelLink {
   public:
    virtual int watched_fd() const = 0;  ///< -1 when there is nothing to look at.
    virtual void on_gone() = 0;
    /// Called every tick, for bytes that could not be sent at once. Must not destroy watches.
    virtual void on_tick() {}

   protected:
    ~Watch() { unlink(); }
  };

  explicit Sweeper(asio::io_context& context);
  /// Lets go of all entries: streams inside suspended coroutines outlive the sweeper.
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;
  void set(Entry& entry, MonoTime deadline);
  void watch(Watch& watch);
  static void unwatch(Watch& watch) { watch.unlink(); }
  /// Where the clock of the loop is kept.
  void set_clock(std::function<void()> refresh) { refresh_ = std::move(refresh); }

 private:
  static constexpr std::size_t kSlots = 2048;
  struct OnTick;
  std::uint64_t tick_of(MonoTime when) const;
  void arm();
  bool empty() const;
  void tick();
  void sweep_slot(std::uint64_t tick, MonoTime now);
  void sweep_watches();

  Timer timer_;
  MonoTime start_;
  std::uint64_t current_ = 0;
  bool armed_ = false;
  std::array<WheelLink, kSlots> slots_;
  WheelLink watches_;
  unsigned ticks_ = 0;
  std::function<void()> refresh_;
};

}  // namespace lr::net
