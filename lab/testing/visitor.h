// A client of one running lab, for tests: becomes its people, forges tokens, asks things.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crypto/jwk.h"
#include "lab/lab.h"
#include "lab/world.h"
#include "net/http_client.h"
#include "text/json.h"

namespace lr::lab::testing {

namespace json = text::json;

class Visitor {
 public:
  /// Starts a lab with these defects and takes its audit key. Fails the test by throwing.
  explicit Visitor(std::vector<std::string> defects, std::uint64_t seed = 7);
  ~Visitor();

  net::HttpResponse call(net::HttpRequest request);
  /// With a bearer token unless `token` is "".
  net::HttpResponse get(std::string_view target, std::string_view token = {},
                        text::Headers headers = {});
  net::HttpResponse send(std::string_view method, std::string_view target, std::string_view token,
                         std::string body, std::string_view content_type = "application/json");
  std::string raw(std::string bytes);

  const World& people() const { return people_; }
  text::Url url() const { return lab_->url(); }
  const std::string& folder() const { return folder_; }
  const std::string& contract() const { return contract_; }
  const crypto::Jwk& key() const { return *key_; }

  /// Valid claims of a persona, to be spoiled by the caller.
  json::object claims(World::Persona persona) const;
  std::string sign(const json::object& claims, const json::object& header = {}) const;
  std::string token(World::Persona persona) const { return sign(claims(persona)); }
  /// A valid viewer nobody has seen before.
  std::string stranger_token(std::string_view name) const;

  /// Creates an object and returns its id as text.
  std::string make(std::string_view path, World::Persona owner, std::string body);
  std::string make_conversation(World::Persona owner, std::string_view title);
  std::string make_order(World::Persona owner);

 private:
  net::HttpRequest request(std::string_view method, std::string_view target,
                           std::string_view token) const;

  World people_;
  std::unique_ptr<Lab> lab_;
  std::string folder_;
  std::string contract_;
  std::unique_ptr<crypto::Jwk> key_;
  net::EventLoop loop_;
  std::unique_ptr<net::HttpClient> client_;
};

/// The value at a pointer as text, "" when there is none.
std::string value_at(const net::HttpResponse& response, std::string_view pointer);

}  // namespace lr::lab::testing
