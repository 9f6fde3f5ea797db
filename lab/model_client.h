// The chatbot's side of its LLM: OpenAI Chat Completions over HTTP, whole or streamed.
#pragma once

#include <memory>
#include <string>

#include "net/http_client.h"
#include "text/json.h"
#include "text/sse.h"

namespace lr::lab {

/// What the chatbot says to its model. `messages` is an array of {"role","content"}.
std::string completion_request(const text::json::array& messages, bool stream);

/// One streamed answer.
class ModelStream {
 public:
  explicit ModelStream(std::unique_ptr<net::ClientExchange> exchange);
  /// The next piece of text, "" at the end. kBadGateway when the stream breaks off.
  net::Task<std::string> next();

 private:
  Result<std::string> take(const std::string& data);
  std::unique_ptr<net::ClientExchange> exchange_;
  text::SseReader reader_;
  bool done_ = false;
};

class ModelClient {
 public:
  ModelClient(net::EventLoop& loop, text::Url base);
  /// The whole answer's text. Errors are kBadGateway or kUnavailable, and their detail is what the
  /// provider said, word for word.
  net::Task<std::string> complete(std::string request);
  net::Task<std::unique_ptr<ModelStream>> stream(std::string request);
  /// Does the model answer at all?
  net::Task<> ping();

 private:
  net::Task<std::unique_ptr<net::ClientExchange>> open(std::string method, std::string target,
                                                       std::string body);
  text::Url base_;
  net::ClientTimeouts timeouts_;
  net::ConnectionPool pool_;
};

}  // namespace lr::lab
