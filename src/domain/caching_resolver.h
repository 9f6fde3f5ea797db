// Asks every question once: areas run side by side and mostly want the same answers.
#pragma once

#include <cstddef>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "domain/dns.h"

namespace lr::domain {

class CachingResolver final : public Resolver {
 public:
  /// `below` must outlive this.
  explicit CachingResolver(Resolver& below) : below_(below) {}

  /// The first to ask a question asks `below`; who asks the same meanwhile waits for its answer.
  /// Failures are kept too: a run judges one picture of the DNS.
  Answer query(std::string_view name, RecordType type) override;
  /// Questions that went to `below`.
  std::size_t questions() const;

  /// More answers than this are not kept.
  static constexpr std::size_t kAnswers = 20'000;

 private:
  using Key = std::pair<std::string, RecordType>;

  Resolver& below_;
  mutable std::mutex mutex_;
  std::map<Key, std::shared_future<Answer>> answers_;
  std::size_t questions_ = 0;
};

}  // namespace lr::domain
