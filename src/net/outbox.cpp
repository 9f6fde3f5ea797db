#include "net/outbox.h"

#include <boost/asio/post.hpp>

namespace lr::net {

struct Outbox::OnTurnEnd {
  Outbox* outbox;
  void operator()() const { outbox->empty(); }
};

Outbox::~Outbox() {
  while (entries_.linked()) entries_.next->unlink();
}

void Outbox::add(Entry& entry) {
  if (!entry.linked()) entry.insert_before(entries_);
  if (posted_) return;
  posted_ = true;
  asio::post(context_, OnTurnEnd{this});  // Behind all that is ready now.
}

void Outbox::empty() {
  posted_ = false;
  while (entries_.linked()) {
    Entry& entry = static_cast<Entry&>(*entries_.next);
    entry.unlink();
    entry.depart();
  }
}

}  // namespace lr::net
