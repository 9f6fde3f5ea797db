#include "domain/caching_resolver.h"

#include "domain/zone.h"

namespace lr::domain {

std::size_t CachingResolver::questions() const {
  const std::scoped_lock lock(mutex_);
  return questions_;
}

Answer CachingResolver::query(std::string_view name, RecordType type) {
  const Key key{canonical_name(name), type};
  std::promise<Answer> promise;
  {
    std::unique_lock lock(mutex_);
    const auto known = answers_.find(key);
    if (known != answers_.end()) {
      const std::shared_future<Answer> answer = known->second;
      lock.unlock();
      return answer.get();
    }
    ++questions_;
    if (answers_.size() < kAnswers) answers_.emplace(key, promise.get_future().share());
  }
  Answer answer = below_.query(key.first, type);
  promise.set_value(answer);
  return answer;
}

}  // namespace lr::domain
