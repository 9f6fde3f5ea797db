#include "secrets/findings/parallel_visitor.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/processors.h"

namespace lr::secrets {
namespace {

/// Enough documents that handing them over costs nothing beside looking at them.
constexpr std::size_t kBatchBytes = 256 << 10;
/// Larger documents are looked at where they are, without a copy.
constexpr std::size_t kCopiedBytesMax = 2 << 20;
constexpr std::size_t kBatchItems = 4096;
constexpr std::size_t kBatchesPerWorker = 2;
/// Memory of batches is used again, so that it is mapped once.
constexpr std::size_t kReservedBytes = 512 << 10;

/// A document whose bytes stand in its batch.
struct Item {
  Surface surface = Surface::kTree;
  std::string path;
  std::string object;
  std::vector<std::string> via;
  Range bytes;
  Document::Start start;
  bool whole = true;
  std::vector<Range> changed;
};

struct Batch {
  std::string bytes;
  std::vector<Item> items;

  void add(const Document& document, bool whole, std::span<const Range> changed) {
    Item& item = items.emplace_back();
    item.surface = document.surface;
    item.path = document.path;
    item.object = document.object;
    item.via.assign(document.via.begin(), document.via.end());
    item.bytes = {bytes.size(), bytes.size() + document.bytes.size()};
    item.start = document.start;
    item.whole = whole;
    item.changed.assign(changed.begin(), changed.end());
    bytes.append(document.bytes);
  }

  void clear() {
    bytes.clear();
    items.clear();
  }

  void show(DocumentVisitor& visitor) const {
    for (const Item& item : items) {
      Document document;
      document.surface = item.surface;
      document.path = item.path;
      document.object = item.object;
      document.bytes =
          std::string_view(bytes).substr(item.bytes.begin, item.bytes.end - item.bytes.begin);
      document.via = item.via;
      document.start = item.start;
      if (item.whole) {
        visitor.visit(document);
      } else {
        visitor.visit_changed(document, item.changed);
      }
    }
  }
};

}  // namespace

struct ParallelVisitor::Impl {
  /// Tasks that are being shared out.
  struct Sharing {
    const Task* task = nullptr;
    std::size_t next = 0;
    std::size_t count = 0;
    std::size_t running = 0;
    bool left() const { return next < count; }
  };

  void work(DocumentVisitor& visitor, const std::stop_token& stop);
  void hand_in(const Document& document, bool whole, std::span<const Range> changed);
  void flush();
  // With the mutex held, which they let go while they work:
  void show_batch(DocumentVisitor& visitor, std::unique_lock<std::mutex>& lock);
  void do_task(DocumentVisitor& visitor, std::unique_lock<std::mutex>& lock);
  // With the mutex held:
  /// An empty batch, with memory if there is some.
  Batch take_spare();
  void give_spare(Batch used);

  std::unique_ptr<DocumentVisitor> own;  ///< Of the calling thread.
  Batch batch;                           ///< Being filled.
  std::mutex mutex;                      ///< Guards what follows.
  std::condition_variable_any filled;
  std::condition_variable idle;
  std::deque<Batch> queue;
  std::vector<Batch> spares;
  std::size_t working = 0;  ///< Workers that are looking at a batch.
  Sharing sharing;

  std::vector<std::unique_ptr<DocumentVisitor>> visitors;
  std::vector<std::jthread> workers;  ///< Last: they end before what they use.
};

std::size_t ParallelVisitor::workers_of_machine() {
  return std::min(usable_processors() - 1, kWorkersMax);
}

ParallelVisitor::ParallelVisitor(std::size_t workers,
                                 const std::function<std::unique_ptr<DocumentVisitor>()>& make)
    : impl_(std::make_unique<Impl>()) {
  impl_->own = make();
  for (std::size_t i = 0; i < workers; ++i) impl_->visitors.push_back(make());
  for (const auto& visitor : impl_->visitors) {
    impl_->workers.emplace_back([impl = impl_.get(), &visitor](const std::stop_token& stop) {
      impl->work(*visitor, stop);
    });
  }
}

ParallelVisitor::~ParallelVisitor() { finish(); }

void ParallelVisitor::Impl::work(DocumentVisitor& visitor, const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  while (filled.wait(lock, stop, [&] { return !queue.empty() || sharing.left(); })) {
    if (queue.empty()) {
      do_task(visitor, lock);
    } else {
      show_batch(visitor, lock);
    }
  }
}

void ParallelVisitor::Impl::show_batch(DocumentVisitor& visitor,
                                       std::unique_lock<std::mutex>& lock) {
  Batch mine = std::move(queue.front());
  queue.pop_front();
  ++working;
  lock.unlock();
  mine.show(visitor);
  lock.lock();
  give_spare(std::move(mine));
  if (--working == 0) idle.notify_all();
}

void ParallelVisitor::Impl::do_task(DocumentVisitor& visitor, std::unique_lock<std::mutex>& lock) {
  const std::size_t number = sharing.next++;
  ++sharing.running;
  lock.unlock();
  (*sharing.task)(number, visitor);
  lock.lock();
  if (--sharing.running == 0) idle.notify_all();
}

void ParallelVisitor::Impl::hand_in(const Document& document, bool whole,
                                    std::span<const Range> changed) {
  batch.add(document, whole, changed);
  if (batch.bytes.size() >= kBatchBytes || batch.items.size() >= kBatchItems) flush();
}

void ParallelVisitor::Impl::flush() {
  if (batch.items.empty()) return;
  {
    const std::lock_guard lock(mutex);
    if (queue.size() < kBatchesPerWorker * visitors.size()) {
      queue.push_back(std::exchange(batch, take_spare()));
      filled.notify_one();
      return;
    }
  }
  batch.show(*own);
  batch.clear();
}

Batch ParallelVisitor::Impl::take_spare() {
  Batch out;
  if (!spares.empty()) {
    out = std::move(spares.back());
    spares.pop_back();
  }
  out.bytes.reserve(kReservedBytes);
  return out;
}

void ParallelVisitor::Impl::give_spare(Batch used) {
  if (used.bytes.capacity() > 2 * kReservedBytes || spares.size() > visitors.size()) return;
  used.clear();
  spares.push_back(std::move(used));
}

void ParallelVisitor::visit(const Document& document) {
  if (impl_->visitors.empty() || document.bytes.size() > kCopiedBytesMax) {
    return impl_->own->visit(document);
  }
  impl_->hand_in(document, true, {});
}

void ParallelVisitor::visit_changed(const Document& document, std::span<const Range> changed) {
  if (impl_->visitors.empty() || document.bytes.size() > kCopiedBytesMax) {
    return impl_->own->visit_changed(document, changed);
  }
  impl_->hand_in(document, false, changed);
}

void ParallelVisitor::share(std::size_t count, const Task& task) {
  Impl& impl = *impl_;
  std::unique_lock lock(impl.mutex);
  impl.sharing = {.task = &task, .next = 0, .count = count, .running = 0};
  impl.filled.notify_all();
  while (impl.sharing.left()) impl.do_task(*impl.own, lock);
  impl.idle.wait(lock, [&] { return impl.sharing.running == 0; });
}

void ParallelVisitor::finish() {
  Impl& impl = *impl_;
  impl.flush();
  std::unique_lock lock(impl.mutex);
  while (!impl.queue.empty()) {
    const Batch next = std::move(impl.queue.front());
    impl.queue.pop_front();
    lock.unlock();
    next.show(*impl.own);
    lock.lock();
  }
  impl.idle.wait(lock, [&] { return impl.working == 0; });
}

}  // namespace lr::secrets
