// What is to be written once everything that is ready has been looked at. Under load one turn of
// the loop serves many connections; when all of them write at its end, a peer process that sleeps
// is woken once and not once per connection, which costs more than the write itself.
#pragma once

#include "net/sweeper.h"

namespace lr::net {

class Outbox {
 public:
  class Entry : public WheelLink {
   public:
    /// Must not wait. May add entries, which have their turn right after.
    virtual void depart() = 0;

   protected:
    ~Entry() { unlink(); }
  };

  explicit Outbox(asio::io_context& context) : context_(context) {}
  /// Lets go of all entries: those inside suspended coroutines outlive the outbox.
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// Calls entry.depart() at the end of this turn, once however often it was added.
  void add(Entry& entry);

 private:
  struct OnTurnEnd;
  void empty();

  asio::io_context& context_;
  WheelLink entries_;
  bool posted_ = false;
};

}  // namespace lr::net
