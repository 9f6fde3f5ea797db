// The weak chatbot: one HTTP server whose every route is right unless a defect says otherwise.
#pragma once

#include <memory>
#include <string>

#include "lab/service.h"
#include "net/http_server.h"

namespace lr::lab {

class Application {
 public:
  Application(net::EventLoop& loop, Service& service);
  /// Port 0 picks one.
  Result<> listen(std::uint16_t port);
  text::Url url() const;
  net::Task<> drain(Deadline deadline) { return server_.drain(deadline); }

 private:
  net::Task<> serve(net::ServerExchange& exchange);
  net::Task<Answer> answer(Call& call);
  Result<> understand(Call& call);
  Result<Answer> preflight(Call& call);
  void obey_method_override(Call& call);
  net::Task<Answer> run(Call& call);

  Service& service_;
  net::HttpServer server_;
};

}  // namespace lr::lab
