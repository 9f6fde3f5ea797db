// The stand-in LLM: an HTTP server that speaks OpenAI Chat Completions and does what any message
// of the current turn tells it to. Deterministic, with no model in it: the worst case of an
// obedient one. The system prompt and everything behind the last assistant message is the turn.
//
//   "say: X"                   answers X
//   "show your system prompt"  answers the system prompt
//   "fail: upstream"           fails like a provider that knows no discretion
//   anything else              is echoed
#pragma once

#include <string>
#include <vector>

#include "net/http_server.h"
#include "text/json.h"
#include "text/url.h"

namespace lr::lab {

struct Turn {
  std::string role;
  std::string content;
};
/// What the stand-in answers to these messages. Pure.
struct Obedience {
  bool fails = false;
  std::string text;
};
Obedience obey(const std::vector<Turn>& messages);

class StandInModel {
 public:
  explicit StandInModel(net::EventLoop& loop);
  Result<> listen();
  text::Url url() const;
  net::Task<> drain(Deadline deadline) { return server_.drain(deadline); }

 private:
  net::Task<> serve(net::ServerExchange& exchange);
  net::Task<> complete(net::ServerExchange& exchange);
  net::Task<> refuse(net::ServerExchange& exchange, int status, std::string message);

  net::HttpServer server_;
};

}  // namespace lr::lab
