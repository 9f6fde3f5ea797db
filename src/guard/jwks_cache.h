// Issuers' keys by URL. Fetched when first needed, refreshed in the background when old and at
// once for an unknown kid, but never more often than a small budget allows: whoever sends tokens
// with invented kids must not be able to make the guard hammer the issuer. The address is always
// the contract's; a token's own jku, x5u or jwk is never followed.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "contract/contract.h"
#include "crypto/jwk.h"
#include "net/event_loop.h"
#include "net/http_client.h"

namespace lr::guard {

struct JwksTimes {
  seconds fresh{300};          ///< Older keys are refreshed in the background.
  seconds stale_max{86'400};   ///< Older keys are no longer used when the issuer is away.
  seconds unknown_kid{30};     ///< For so long an unknown kid is refused without asking again.
  seconds retry_failed{2};     ///< Pause after a failed first fetch.
  seconds refresh_refill{10};  ///< One more refresh for unknown kids per so much time …
  double refresh_burst = 3;    ///< … up to so many at once.
  seconds timeout{5};
};

/// One per worker, on its loop; lives across reloads.
class JwksCache {
 public:
  JwksCache(net::EventLoop& loop, const Clock& clock, std::shared_ptr<net::TlsClientContext> tls,
            JwksTimes times = {});
  ~JwksCache();

  /// Null when nothing usable is at hand: refresh() may help. Starts a background refresh of old
  /// keys.
  std::shared_ptr<const crypto::JwkSet> find(const text::Url& url);
  /// Would asking the issuer again possibly bring a key of that kid?
  bool worth_asking(const text::Url& url, const std::string& kid);
  /// Fetches now, or waits for a fetch under way. Remembers the kid when it stays unknown.
  net::Task<> refresh(text::Url url, std::string kid);
  /// Changes whenever any key set does.
  std::uint64_t generation() const { return generation_; }
  /// Ends background work; call on the loop before the end.
  net::Task<> close();

 private:
  struct Entry;
  Entry& entry(const text::Url& url);
  net::Task<> fetch(std::string key, text::Url url);
  void remember_unknown(Entry& entry, const std::string& kid);

  const Clock& clock_;
  JwksTimes times_;
  net::HttpClient client_;
  net::TaskScope background_;
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;
  std::uint64_t generation_ = 1;
};

}  // namespace lr::guard
