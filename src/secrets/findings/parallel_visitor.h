// Looking at documents on every core. Most sources hand out one document after the other on one
// thread; most of the work is looking at them, and that is spread here. A source whose reading is
// work too has it shared out.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "secrets/document.h"

namespace lr::secrets {

/// Copies the documents that it is given into batches for workers. When these have enough to do,
/// the calling thread looks at a batch itself, so memory is bounded and no core waits.
class ParallelVisitor final : public DocumentVisitor {
 public:
  /// Further threads than these gain little where one thread reads.
  static constexpr std::size_t kWorkersMax = 7;
  /// One less than the cores this process may run on, at most kWorkersMax.
  static std::size_t workers_of_machine();

  /// `make` is called once for each worker and once for the calling thread, here; what it makes is
  /// used by one thread at a time, and where two of them report to must be safe for that.
  ParallelVisitor(std::size_t workers,
                  const std::function<std::unique_ptr<DocumentVisitor>()>& make);
  /// As finish(), then ends the workers.
  ~ParallelVisitor() override;
  ParallelVisitor(const ParallelVisitor&) = delete;
  ParallelVisitor& operator=(const ParallelVisitor&) = delete;

  void visit(const Document& document) override;
  void visit_changed(const Document& document, std::span<const Range> changed) override;
  /// Tasks get the visitors that `make` made, so that what they read is looked at where it is.
  void share(std::size_t count, const Task& task) override;
  /// Returns when everything that was handed in has been looked at.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lr::secrets
