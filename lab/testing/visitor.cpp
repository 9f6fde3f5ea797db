#include "lab/testing/visitor.h"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "crypto/jws.h"
#include "lab/tokens.h"

namespace lr::lab::testing {
namespace {

template <class T>
T need(Result<T> result, const char* what) {
  if (!result) throw std::runtime_error(std::string(what) + ": " + result.error().detail());
  return std::move(*result);
}

std::string make_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "lab-test-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return path;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Visitor::Visitor(std::vector<std::string> defects, std::uint64_t seed)
    : people_(seed),
      lab_(need(Lab::start({std::move(defects), 0, seed}), "start")),
      folder_(make_folder()),
      contract_(need(lab_->write_contract(folder_), "contract")),
      key_(std::make_unique<crypto::Jwk>(
          need(crypto::Jwk::parse(read_file(folder_ + "/audit-key.json")), "key"))),
      client_(std::make_unique<net::HttpClient>(loop_)) {}

Visitor::~Visitor() {
  client_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

net::HttpRequest Visitor::request(std::string_view method, std::string_view target,
                                  std::string_view token) const {
  net::HttpRequest out;
  out.method = std::string(method);
  out.url = lab_->url();
  out.url.target = std::string(target);
  if (!token.empty()) out.headers.add("Authorization", "Bearer " + std::string(token));
  return out;
}

net::HttpResponse Visitor::call(net::HttpRequest request) {
  return need(loop_.block_on(client_->call(std::move(request))), "call");
}

net::HttpResponse Visitor::get(std::string_view target, std::string_view token,
                               text::Headers headers) {
  net::HttpRequest out = request("GET", target, token);
  for (const text::Header& header : headers) out.headers.add(header.name, header.value);
  return call(std::move(out));
}

net::HttpResponse Visitor::send(std::string_view method, std::string_view target,
                                std::string_view token, std::string body,
                                std::string_view content_type) {
  net::HttpRequest out = request(method, target, token);
  if (!content_type.empty()) out.headers.add("Content-Type", std::string(content_type));
  out.body = std::move(body);
  return call(std::move(out));
}

std::string Visitor::raw(std::string bytes) {
  return need(loop_.block_on(client_->raw(lab_->url(), std::move(bytes), milliseconds(200))),
              "raw");
}

json::object Visitor::claims(World::Persona persona) const {
  const User& user = people_.persona(persona);
  const auto now = std::chrono::floor<seconds>(SystemClock().wall()).time_since_epoch().count();
  json::object out{
      {"iss", kIssuer}, {"aud", kAudience}, {"sub", user.owner.user}, {"tenant", user.owner.tenant},
      {"iat", now},     {"exp", now + 600}};
  json::array roles;
  for (const std::string& role : user.roles) roles.emplace_back(role);
  out["roles"] = std::move(roles);
  out["scope"] = user.scopes.empty() ? "" : user.scopes.front();
  return out;
}

std::string Visitor::sign(const json::object& claims, const json::object& header) const {
  return need(crypto::sign_jws(*key_, crypto::Algorithm::kES256, json::serialize(claims), header),
              "sign");
}

std::string Visitor::stranger_token(std::string_view name) const {
  json::object out = claims(World::kUserA);
  out["sub"] = name;
  return sign(out);
}

std::string Visitor::make(std::string_view path, World::Persona owner, std::string body) {
  const net::HttpResponse made = send("POST", path, token(owner), std::move(body));
  if (made.status != 201) throw std::runtime_error("not created: " + made.body);
  return value_at(made, "/id");
}

std::string Visitor::make_conversation(World::Persona owner, std::string_view title) {
  return make("/v1/conversations", owner, json::serialize(json::object{{"title", title}}));
}

std::string Visitor::make_order(World::Persona owner) {
  return make("/v1/orders", owner, R"({"item":"desk lamp","quantity":1,"address":"1 Secret Way"})");
}

std::string value_at(const net::HttpResponse& response, std::string_view pointer) {
  const auto document = text::parse_json(response.body);
  if (!document) return {};
  const json::value* value = text::resolve_pointer(*document, pointer);
  return value == nullptr ? std::string() : text::scalar_text(*value).value_or("");
}

}  // namespace lr::lab::testing
