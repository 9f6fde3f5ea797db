// One request and its answer on one client connection.
#pragma once

#include <memory>

#include "net/body_reader.h"
#include "net/http_client.h"

namespace lr::net {

/// A connection with what is worth keeping between requests.
struct ClientConnection {
  std::unique_ptr<Stream> stream;
  Buffer in;
  text::ResponseHead head;  ///< For its capacity.
  MonoTime kept_since;
};

/// Where a connection goes when its exchange is over: exactly one of the two is called.
class ConnectionKeeper {
 public:
  virtual ~ConnectionKeeper() = default;
  virtual void give_back(std::unique_ptr<ClientConnection> connection) = 0;
  virtual void drop() = 0;
};

std::unique_ptr<ClientExchange> make_client_exchange(EventLoop& loop,
                                                     std::shared_ptr<ConnectionKeeper> keeper,
                                                     std::unique_ptr<ClientConnection> connection,
                                                     ClientTimeouts timeouts, bool reused);

}  // namespace lr::net
