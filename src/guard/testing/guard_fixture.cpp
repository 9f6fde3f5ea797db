#include "guard/testing/guard_fixture.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>

#include "base/rng.h"
#include "crypto/jws.h"

namespace lr::guard::testing {
namespace {

constexpr std::string_view kBasicContract = R"(version: 1
product: {{ name: Sample, owner: ops@sample.example }}
environments:
  test: {{ upstream: "http://127.0.0.1:{port}" }}
identity:
  issuers:
    - name: main
      issuer: https://id.example
      audience: chat
      jwks: jwks.json
      algorithms: [ES256]
      claims: {{ user: sub, tenant: org, roles: roles }}
  api_keys:
    keys:
      - {{ id: robot, hash: "sha256:{key_hash}", user: robot, tenant: t1, roles: [viewer] }}
roles: {{ viewer: {{}}, admin: {{ includes: [viewer] }} }}
objects:
  note: {{ ownership: {{ learn: /id }} }}
  order: {{ id: integer, ownership: {{ field: /customer_id }} }}
routes:
  - {{ path: /public, methods: [GET, POST], access: public }}
  - {{ path: /private, methods: [GET, POST, PUT], access: authenticated }}
  - {{ path: /page, methods: [GET], access: public, html: true }}
  - {{ path: /cached, methods: [GET], access: public, cache: true }}
  - {{ path: /limited-by-ip, methods: [GET], access: public, limits: [few] }}
  - {{ path: /limited-by-user, methods: [GET], access: authenticated, limits: [own] }}
  - {{ path: /strict, methods: [GET], access: authenticated, limits: [strict] }}
  - {{ path: /door, methods: [GET], access: public, limits: [strict] }}
  - {{ path: /login, methods: [POST], access: public, limits: [login],
      body: {{ content_types: [application/json] }} }}
  - {{ path: "/admin/**", methods: [GET], access: {{ roles: [admin] }} }}
  - {{ path: /messages, methods: [POST], access: authenticated,
      body: {{ schema: message.json, max_bytes: 1KiB }} }}
  - {{ path: /notes, methods: [POST], access: authenticated, creates: note }}
  - {{ path: /my-notes, methods: [GET], access: authenticated,
      lists: {{ object: note, items: /items }} }}
  - {{ path: "/notes/{{note}}", methods: [GET, DELETE], access: {{ owner: note }} }}
  - {{ path: "/archive/{{note}}", methods: [DELETE], access: {{ roles: [admin] }} }}
  - {{ path: "/orders/{{order}}", methods: [GET, PATCH], access: {{ owner: order }},
      references: [ {{ query: also, object: order }} ] }}
  - {{ path: /refunds, methods: [POST], access: authenticated, body: {{ schema: refund.json }},
      references: [ {{ body: /order, object: order }} ] }}
  - {{ path: /attach, methods: [POST], access: authenticated,
      references: [ {{ query: note, object: note }} ] }}
limits:
  few: {{ per_ip: 1/hour }}
  own: {{ per_user: 1/hour }}
  strict: {{ per_user: 100/hour, unauthenticated: {{ per_ip: 2/hour }} }}
  login: {{ per_account: 1/hour, account: /user }}
)";

crypto::Jwk make_key(const std::string& kid) {
  auto key = crypto::Jwk::generate(crypto::Algorithm::kES256, kid);
  LR_CHECK(key.has_value());
  return std::move(*key);
}

std::string decode_chunks(std::string_view bytes) {
  text::ChunkedDecoder decoder;
  std::string storage(bytes);
  std::string_view rest = storage;
  std::string out;
  while (!decoder.done()) {
    std::string_view data;
    const auto used = decoder.feed(rest, data);
    if (!used || *used == 0) break;
    out += data;
    rest.remove_prefix(*used);
  }
  return out;
}

}  // namespace

bool RecordingLedger::append(store::LedgerEvent event) {
  if (!healthy()) return false;
  const std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  return true;
}

std::uint64_t RecordingLedger::size() const {
  const std::lock_guard lock(mutex_);
  return events_.size();
}

std::vector<store::LedgerEvent> RecordingLedger::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::string to_wire(const std::string& request) {
  std::string out;
  const std::size_t end = request.find("\n\n");
  const std::string head = request.substr(0, end);
  for (const char c : head) {
    if (c == '\n') out += '\r';
    out += c;
  }
  out += "\r\n\r\n";
  if (end != std::string::npos) out += request.substr(end + 2);
  return out;
}

Reply parse_reply(const std::string& raw) {
  Reply reply;
  reply.raw = raw;
  text::ResponseHead head;
  const auto used = text::parse_response_head(raw, "GET", head);
  if (!used || *used == 0) return reply;
  reply.status = head.status;
  reply.headers = text::Headers(head.fields);
  const std::string rest = raw.substr(*used);
  reply.body = head.framing.kind == text::BodyFraming::Kind::kChunked ? decode_chunks(rest) : rest;
  return reply;
}

Wire::Wire(std::uint16_t port) {
  text::Url url;
  url.scheme = "http";
  url.host = "127.0.0.1";
  url.port = port;
  auto stream = loop_.block_on(net::connect(loop_, url, nullptr, Deadline::after(seconds(5))));
  if (stream) stream_ = std::move(*stream);
}

void Wire::send(std::string_view bytes) {
  ASSERT_NE(stream_, nullptr);
  stream_->expires(Deadline::after(seconds(5)));
  static_cast<void>(loop_.block_on(stream_->write_all(bytes)));
}

std::string Wire::read_until(std::string_view text) {
  if (stream_ == nullptr) return {};
  stream_->expires(Deadline::after(seconds(5)));
  std::array<char, 16 * 1024> buffer{};
  while (text.empty() || seen_.find(text) == std::string::npos) {
    const auto got = loop_.block_on(stream_->read_some(buffer));
    if (!got || *got == 0) break;
    seen_.append(buffer.data(), *got);
  }
  return seen_;
}

void Wire::finish() {
  if (stream_ != nullptr) static_cast<void>(loop_.block_on(stream_->shutdown()));
}

void Wire::close() {
  if (stream_ != nullptr) stream_->close();
}

Reply send_to(std::uint16_t port, const std::string& request) {
  Wire wire(port);
  std::string closing = request;
  closing.insert(closing.find('\n') + 1, "Connection: close\n");
  wire.send(to_wire(closing));
  return parse_reply(wire.read_all());
}

GuardTest::GuardTest() : key_(make_key("k1")) {
  SystemRng rng;
  folder_ = std::filesystem::temp_directory_path() / ("guard-test-" + rng.hex(8));
  std::filesystem::create_directory(folder_);
  write_file("jwks.json", "{\"keys\":[" + key_.public_jwk() + "]}");
  write_file("message.json",
             R"({"type":"object","required":["text"],"properties":{"text":{"type":"string"}}})");
  write_file("refund.json", R"({"type":"object","required":["order"],"properties":{"order":{}}})");
  options_.contract_path = contract_path();
  const text::IpAddress loopback = *text::parse_ip("127.0.0.1");
  options_.listen = contract::ListenAddress{.ip = loopback, .port = 0};
  options_.admin = contract::ListenAddress{.ip = loopback, .port = 0};
  options_.workers = 1;
  options_.state_folder = folder_.string();
  options_.quiet = true;
  parts_.ledger = &ledger_;
  parts_.ownership = owners_.get();
  parts_.rates = rates_.get();
  net::EventLoop loop;
  for (const char* name : {"alice", "bob"}) {
    static_cast<void>(loop.block_on(
        owners_->learn("note", std::string("n-") + name,
                       {.user = UserId(name), .tenant = TenantId("t1"), .issuer = "main"})));
  }
  upstream_->set_body("/orders/1", R"({"id":1,"customer_id":"alice"})");
  upstream_->set_body("/orders/2", R"({"id":2,"customer_id":"bob"})");
}

GuardTest::~GuardTest() {
  if (guard_) guard_->stop();
  guard_.reset();
  std::filesystem::remove_all(folder_);
}

std::string GuardTest::basic_contract() const {
  return fmt::format(fmt::runtime(kBasicContract), fmt::arg("port", upstream_->port()),
                     fmt::arg("key_hash", crypto::hex(crypto::sha256("robot-key"))));
}

void GuardTest::write_contract(const std::string& more) {
  write_file("contract.yaml", basic_contract() + more + "\n");
}

void GuardTest::write_file(const std::string& name, const std::string& text) const {
  std::ofstream(folder_ / name, std::ios::binary) << text;
}

void GuardTest::start() {
  auto guard = start_guard(options_, parts_);
  ASSERT_TRUE(guard.has_value()) << guard.error().detail();
  guard_ = std::move(*guard);
}

std::string GuardTest::token(const TokenSpec& spec) const {
  const auto now =
      std::chrono::duration_cast<seconds>(SystemClock().wall().time_since_epoch()).count();
  const std::string payload = fmt::format(
      R"({{"iss":"{}","aud":"{}","sub":"{}","org":"{}","roles":{},"iat":{},"exp":{}{}}})",
      spec.issuer, spec.audience, spec.user, spec.tenant, spec.roles, now - 10,
      now + spec.expires_in, spec.more);
  auto token = crypto::sign_jws(key_, crypto::Algorithm::kES256, payload);
  EXPECT_TRUE(token.has_value());
  return token.value_or("");
}

Reply GuardTest::send(const std::string& request) const { return send_to(guard_->port(), request); }

Reply GuardTest::post(const std::string& target, const std::string& headers,
                      const std::string& body) const {
  return send(fmt::format("POST {} HTTP/1.1\nHost: a\n{}Content-Length: {}\n\n{}", target, headers,
                          body.size(), body));
}

Reply GuardTest::admin(const std::string& method, const std::string& target) const {
  return send_to(guard_->admin_port(),
                 fmt::format("{} {} HTTP/1.1\nHost: 127.0.0.1\n\n", method, target));
}

}  // namespace lr::guard::testing
