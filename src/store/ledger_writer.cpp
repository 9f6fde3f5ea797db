// The queue in front of the ledger file and the one thread behind it.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "store/ledger.h"
#include "store/ledger_file.h"

namespace lr::store {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kQueueEvents = 8'192;
constexpr std::size_t kBatchEvents = 1'024;
// One commit costs a few milliseconds of disk time; events of this long share it.
constexpr milliseconds kGather{5};
constexpr milliseconds kRetry{250};

class QueuedLedger final : public Ledger {
 public:
  explicit QueuedLedger(LedgerFile file)
      : file_(std::move(file)), rows_(file_.rows()), writer_([this] { serve(); }) {}

  ~QueuedLedger() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    writer_.join();
  }

  bool append(LedgerEvent event) override {
    cut_values(event);
    {
      const std::lock_guard lock(mutex_);
      if (failed_ || queue_.size() >= kQueueEvents) return false;
      queue_.push_back(std::move(event));
      ++appended_;
    }
    wake_.notify_one();
    return true;
  }

  bool healthy() const override {
    const std::lock_guard lock(mutex_);
    return !failed_ && queue_.size() < kQueueEvents;
  }

  Result<> flush() override {
    std::unique_lock lock(mutex_);
    const std::uint64_t wanted = appended_;
    const std::uint64_t attempt = attempts_;
    urgent_ = true;
    wake_.notify_one();
    done_.wait(lock, [&] { return durable_ >= wanted || (failed_ && attempts_ > attempt); });
    if (durable_ >= wanted) return {};
    return fail(Code::kUnavailable, "the ledger cannot be written: " + why_failed_);
  }

  std::uint64_t size() const override { return rows_.load(std::memory_order_relaxed); }

 private:
  bool has_work() const { return !batch_.empty() || !queue_.empty(); }

  /// Sleeps until there is something to write and it is time to write it.
  void await_work(std::unique_lock<std::mutex>& lock) {
    const auto hurry = [this] { return closing_ || urgent_; };
    if (failed_) {
      wake_.wait_for(lock, kRetry, hurry);
      return;
    }
    wake_.wait(lock, [&] { return hurry() || has_work(); });
    wake_.wait_for(lock, kGather, [&] { return hurry() || queue_.size() >= kBatchEvents; });
  }

  void take_batch() {
    if (!batch_.empty()) return;  // The last attempt failed; its events come first.
    const std::size_t count = std::min(queue_.size(), kBatchEvents);
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    batch_.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
  }

  void note(const Result<>& written) {
    ++attempts_;
    failed_ = !written;
    if (written) {
      durable_ += batch_.size();
      batch_.clear();
    } else {
      why_failed_ = written.error().detail();
    }
    if (failed_ || !has_work()) urgent_ = false;
    done_.notify_all();
  }

  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      await_work(lock);
      take_batch();
      if (!batch_.empty()) {
        lock.unlock();
        const Result<> written = file_.write(batch_);
        rows_.store(file_.rows(), std::memory_order_relaxed);
        lock.lock();
        note(written);
      } else {
        urgent_ = false;
        done_.notify_all();
      }
      if (closing_ && (failed_ || !has_work())) return;
    }
  }

  LedgerFile file_;                 ///< The writer's.
  std::vector<LedgerEvent> batch_;  ///< The writer's; its size is read under the mutex.
  std::atomic<std::uint64_t> rows_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<LedgerEvent> queue_;
  std::uint64_t appended_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t attempts_ = 0;
  bool failed_ = false;
  bool urgent_ = false;
  bool closing_ = false;
  std::string why_failed_;
  std::thread writer_;  ///< Last: starts when everything else is there.
};

}  // namespace

Result<std::unique_ptr<Ledger>> open_ledger(const std::string& path, Secret key) {
  LR_TRY(LedgerFile file, LedgerFile::open(path, std::move(key)));
  return std::make_unique<QueuedLedger>(std::move(file));
}

}  // namespace lr::store
