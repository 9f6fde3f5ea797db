#include "guard/jwks_cache.h"

#include <algorithm>

namespace lr::guard {
namespace {

constexpr std::size_t kUnknownKidsMax = 256;
constexpr milliseconds kWaitStep{2};

bool has_kid(const crypto::JwkSet& keys, const std::string& kid) {
  return std::ranges::any_of(keys.keys(), [&](const crypto::Jwk& key) { return key.kid() == kid; });
}

/// Resets a flag when the coroutine that set it ends, however it ends.
class Flag {
 public:
  explicit Flag(bool& flag) : flag_(flag) { flag_ = true; }
  ~Flag() { flag_ = false; }
  Flag(const Flag&) = delete;
  Flag& operator=(const Flag&) = delete;

 private:
  bool& flag_;
};

}  // namespace

struct JwksCache::Entry {
  std::shared_ptr<const crypto::JwkSet> keys;
  MonoTime fetched{};
  std::uint64_t fetches = 0;  ///< That brought keys.
  MonoTime failed{};
  bool ever_failed = false;
  bool fetching = false;
  double budget = 0;
  MonoTime budget_at{};
  std::map<std::string, MonoTime, std::less<>> unknown;  ///< kid → refused until.
};

JwksCache::JwksCache(net::EventLoop& loop, const Clock& clock,
                     std::shared_ptr<net::TlsClientContext> tls, JwksTimes times)
    : clock_(clock), times_(times), client_(loop, std::move(tls)), background_(loop) {}

JwksCache::~JwksCache() = default;

JwksCache::Entry& JwksCache::entry(const text::Url& url) {
  auto& slot = entries_[url.str()];
  if (slot == nullptr) {
    slot = std::make_unique<Entry>();
    slot->budget = times_.refresh_burst;
    slot->budget_at = clock_.mono();
  }
  return *slot;
}

std::shared_ptr<const crypto::JwkSet> JwksCache::find(const text::Url& url) {
  Entry& known = entry(url);
  if (known.keys == nullptr) return nullptr;
  const MonoTime now = clock_.mono();
  const auto age = now - known.fetched;
  if (age > times_.stale_max) return nullptr;
  const bool rested = !known.ever_failed || now - known.failed >= times_.retry_failed;
  if (age > times_.fresh && !known.fetching && rested) {
    known.fetching = true;  // The task may start a little later.
    background_.spawn(fetch(url.str(), url));
  }
  return known.keys;
}

bool JwksCache::worth_asking(const text::Url& url, const std::string& kid) {
  Entry& known = entry(url);
  const MonoTime now = clock_.mono();
  if (known.fetching) return true;
  if (known.keys == nullptr) {
    return !known.ever_failed || now - known.failed >= times_.retry_failed;
  }
  if (const auto found = known.unknown.find(kid); found != known.unknown.end()) {
    if (now < found->second) return false;
    known.unknown.erase(found);
  }
  const double refill = std::chrono::duration<double>(now - known.budget_at).count() /
                        std::chrono::duration<double>(times_.refresh_refill).count();
  known.budget = std::min(times_.refresh_burst, known.budget + refill);
  known.budget_at = now;
  return known.budget >= 1;
}

void JwksCache::remember_unknown(Entry& known, const std::string& kid) {
  const MonoTime now = clock_.mono();
  if (known.unknown.size() >= kUnknownKidsMax) {
    std::erase_if(known.unknown, [&](const auto& pair) { return pair.second <= now; });
    // Still full: all are under way of expiring soon, and the budget bounds what a miss costs.
    if (known.unknown.size() >= kUnknownKidsMax) known.unknown.erase(known.unknown.begin());
  }
  known.unknown[kid] = now + times_.unknown_kid;
}

net::Task<> JwksCache::refresh(text::Url url, std::string kid) {
  Entry& known = entry(url);
  const std::uint64_t before = known.fetches;
  if (known.fetching) {
    while (known.fetching) {
      LR_CO_TRY_VOID(co_await net::sleep_for(kWaitStep));
    }
  } else {
    if (known.keys != nullptr) known.budget -= 1;
    LR_CO_TRY_VOID(co_await fetch(url.str(), url));
  }
  if (known.keys == nullptr) {
    co_return fail(Code::kUnavailable, "keys of " + url.str() + " are not available",
                   Origin::kUpstream);
  }
  // An issuer that did not answer has not said that it has no such key.
  const bool answered = known.fetches != before;
  if (answered && !kid.empty() && !has_kid(*known.keys, kid)) remember_unknown(known, kid);
  co_return Result<>();
}

net::Task<> JwksCache::fetch(std::string key, text::Url url) {
  Entry& known = *entries_.at(key);
  const Flag flag(known.fetching);
  net::HttpRequest request;
  request.url = url;
  request.headers.add("Accept", "application/jwk-set+json, application/json");
  net::CallOptions options{.deadline = Deadline::after(times_.timeout),
                           .body_max = limits::kJwksBytes};
  auto answer = co_await client_.call(std::move(request), options);
  const bool answered = answer && answer->status == 200 && !answer->body_cut;
  if (answered) {
    auto keys = crypto::JwkSet::parse(answer->body);
    if (keys && !keys->keys().empty() && keys->keys().size() <= limits::kJwksKeys) {
      const bool changed =
          known.keys == nullptr || known.keys->public_jwks() != keys->public_jwks();
      if (changed) {
        known.keys = std::make_shared<const crypto::JwkSet>(std::move(*keys));
        ++generation_;
      }
      known.fetched = clock_.mono();
      ++known.fetches;
      known.ever_failed = false;
      co_return Result<>();
    }
  }
  known.failed = clock_.mono();
  known.ever_failed = true;
  // Old keys stay in use: find() decides for how long.
  if (known.keys != nullptr) co_return Result<>();
  co_return fail(Code::kUnavailable, "cannot fetch the keys of " + url.str(), Origin::kUpstream);
}

net::Task<> JwksCache::close() {
  co_return co_await background_.close(Deadline::after(seconds(1)));
}

}  // namespace lr::guard
