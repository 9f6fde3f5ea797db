// The plain HTTP listener that only says where HTTPS is: same host, same path, 308.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"
#include "text/url.h"

namespace lr::guard {

struct RedirectRule {
  std::vector<std::string> hosts;  ///< Accepted Host names; empty accepts any sound one.
  std::string public_authority;    ///< "chat.example[:port]" of the product's HTTPS URL, or "".
  std::uint16_t port = 443;        ///< Of the HTTPS listener, when there is no public URL.
};

/// Where to, or "" when the Host is not one of ours.
std::string redirect_target(const RedirectRule& rule, std::string_view host,
                            std::string_view target);

class Redirect {
 public:
  Redirect(net::EventLoop& loop, RedirectRule rule);
  Result<> listen(const net::Endpoint& address) { return server_.listen(address, false); }
  net::Endpoint local() const { return server_.local(); }
  /// On the loop's thread.
  void set_rule(RedirectRule rule) { rule_ = std::move(rule); }
  net::Task<> drain(Deadline deadline) { return server_.drain(deadline); }

 private:
  net::Task<> handle(net::ServerExchange& exchange);
  RedirectRule rule_;
  net::HttpServer server_;
};

}  // namespace lr::guard
