#include "net/sweeper.h"

#include <poll.h>

#include <algorithm>

namespace lr::net {

void WheelLink::unlink() {
  previous->next = next;
  next->previous = previous;
  previous = next = this;
}

void WheelLink::insert_before(WheelLink& position) {
  previous = position.previous;
  next = &position;
  previous->next = this;
  position.previous = this;
}

struct Sweeper::OnTick {
  Sweeper* sweeper;
  void operator()(ErrorCode error) const {
    if (!error) sweeper->tick();
  }
};

Sweeper::Sweeper(asio::io_context& context)
    : timer_(context.get_executor()), start_(std::chrono::steady_clock::now()) {}

Sweeper::~Sweeper() {
  while (watches_.linked()) watches_.next->unlink();
  for (WheelLink& slot : slots_) {
    while (slot.linked()) slot.next->unlink();
  }
}

/// Rounded up, so that a slot never comes up before the deadlines in it.
std::uint64_t Sweeper::tick_of(MonoTime when) const {
  if (when <= start_) return 0;
  return static_cast<std::uint64_t>((when - start_) / kTick) + 1;
}

void Sweeper::set(Entry& entry, MonoTime deadline) {
  entry.deadline_ = deadline;
  if (deadline == MonoTime::max()) return;  // An old slot finds it and lets it go.
  arm();
  std::uint64_t tick = std::max(tick_of(deadline), current_ + 1);
  tick = std::min<std::uint64_t>(tick, current_ + kSlots - 1);
  if (entry.linked()) {
    if (entry.tick_ <= tick) return;
    entry.unlink();
  }
  entry.tick_ = tick;
  entry.insert_before(slots_[tick % kSlots]);
}

void Sweeper::watch(Watch& watch) {
  arm();
  watch.unlink();
  watch.insert_before(watches_);
}

void Sweeper::arm() {
  if (armed_) return;
  armed_ = true;
  // The wheel was empty until now, so that the slots of the pause can be skipped.
  const MonoTime now = std::chrono::steady_clock::now();
  current_ = std::max(current_, static_cast<std::uint64_t>((now - start_) / kTick));
  timer_.expires_after(kTick);
  timer_.async_wait(OnTick{this});
}

bool Sweeper::empty() const {
  const auto linked = [](const WheelLink& slot) { return slot.linked(); };
  return !watches_.linked() && std::none_of(slots_.begin(), slots_.end(), linked);
}

void Sweeper::tick() {
  const MonoTime now = std::chrono::steady_clock::now();
  if (refresh_) refresh_();
  const auto until = static_cast<std::uint64_t>((now - start_) / kTick);
  while (current_ < until) sweep_slot(++current_, now);
  for (WheelLink* link = watches_.next; link != &watches_;) {
    Watch& watch = static_cast<Watch&>(*link);
    link = link->next;
    watch.on_tick();
  }
  if (++ticks_ % kTicksPerWatch == 0) sweep_watches();
  armed_ = false;
  if (!empty()) arm();
}

void Sweeper::sweep_slot(std::uint64_t tick, MonoTime now) {
  // Taken out first: on_deadline() and set() change the list.
  WheelLink due;
  WheelLink& slot = slots_[tick % kSlots];
  while (slot.linked()) {
    WheelLink* link = slot.next;
    link->unlink();
    link->insert_before(due);
  }
  while (due.linked()) {
    Entry& entry = static_cast<Entry&>(*due.next);
    entry.unlink();
    if (entry.deadline_ <= now) {
      entry.deadline_ = MonoTime::max();
      entry.on_deadline();
    } else {
      set(entry, entry.deadline_);
    }
  }
}

/// One poll(2) for all watched sockets. POLLRDHUP also sees a peer that only ended its own side.
void Sweeper::sweep_watches() {
  std::vector<pollfd> fds;
  std::vector<Watch*> watches;
  for (WheelLink* link = watches_.next; link != &watches_; link = link->next) {
    Watch& watch = static_cast<Watch&>(*link);
    const int fd = watch.watched_fd();
    if (fd < 0) continue;
    fds.push_back({fd, POLLRDHUP, 0});
    watches.push_back(&watch);
  }
  if (fds.empty() || ::poll(fds.data(), fds.size(), 0) <= 0) return;
  WheelLink gone;
  for (std::size_t i = 0; i < fds.size(); ++i) {
    if (fds[i].revents == 0) continue;
    watches[i]->unlink();
    watches[i]->insert_before(gone);
  }
  // A callback may destroy other watches; those unlink themselves.
  while (gone.linked()) {
    Watch& watch = static_cast<Watch&>(*gone.next);
    watch.unlink();
    watch.on_gone();
  }
}

}  // namespace lr::net
