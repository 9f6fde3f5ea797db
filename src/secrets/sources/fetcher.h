// How a site's files get here. This room opens no sockets: whoever calls it brings the client, and
// tests bring a table of answers.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"
#include "text/fields.h"
#include "text/url.h"

namespace lr::secrets {

/// One answer, whatever its status. A redirect is an answer: it is not followed here, because only
/// the source knows which origins it may visit.
struct Fetched {
  int status = 0;
  text::Headers headers;
  std::string body;       ///< As received; content codings are taken off by the source.
  bool body_cut = false;  ///< There was more than `body_max`.
};

/// Fetches with GET, without cookies or credentials. Used from one thread; may block.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// Errors: no answer came (refused, timed out, TLS). `body_max` in bytes: a longer body is cut,
  /// and says so.
  virtual Result<Fetched> fetch(const text::Url& url, std::size_t body_max) = 0;
};

}  // namespace lr::secrets
