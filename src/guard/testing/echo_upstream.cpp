#include "guard/testing/echo_upstream.h"

#include <optional>

#include "base/error.h"

namespace lr::guard::testing {
namespace {

constexpr milliseconds kStep{2};

std::string value_after(std::string_view target, std::string_view name) {
  const std::size_t at = target.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = target.substr(at + name.size());
  return std::string(rest.substr(0, rest.find('&')));
}

struct Canned {
  std::string_view what;
  int status;
  std::string_view type;
  std::string_view body;
};

constexpr Canned kCanned[] = {
    {"500", 500, "text/plain", "Traceback (most recent call last): secret-detail"},
    {"503", 503, "application/json", "{\"detail\":\"secret-detail\"}"},
    {"409", 409, "application/json", "{\"error\":\"the upstream says so\"}"},
    {"404", 404, "application/json", "{\"error\":\"upstream 404\"}"},
    {"404-html", 404, "text/html", "<h1>secret-detail</h1>"},
    {"400-trace", 400, "application/json", "{\"e\":\"java.lang.X at a.b(File.java:3)\"}"},
    {"note", 201, "application/json", "{\"id\":\"n-new\",\"title\":\"t\"}"},
    {"empty", 200, "application/json", "{}"},
    {"html", 200, "text/html; charset=utf-8", "<p>hello</p>"},
};

}  // namespace

bool eventually(const std::function<bool()>& done) {
  for (int i = 0; i < 2'500; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(kStep);
  }
  return false;
}

EchoUpstream::EchoUpstream(std::uint16_t port)
    : server_(loop_, [this](net::ServerExchange& exchange) { return serve(*this, exchange); }) {
  const auto listening = server_.listen({.ip = *text::parse_ip("127.0.0.1"), .port = port}, false);
  LR_CHECK(listening.has_value());
  port_ = server_.local().port;
  thread_ = std::thread([this] {
    loop_.run();
    static_cast<void>(loop_.block_on(drain(*this)));
  });
}

EchoUpstream::~EchoUpstream() {
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

net::Task<> EchoUpstream::drain(EchoUpstream& self) {
  co_return co_await self.server_.drain(Deadline::after(seconds(0)));
}

text::Url EchoUpstream::url() const {
  text::Url url;
  url.scheme = "http";
  url.host = "127.0.0.1";
  url.port = port_;
  return url;
}

std::vector<std::string> EchoUpstream::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool EchoUpstream::wait_for_requests(std::size_t count) const {
  return eventually([&] { return requests().size() >= count; });
}

bool EchoUpstream::wait_for_abandoned(std::size_t count) const {
  return eventually([&] { return abandoned() >= count; });
}

void EchoUpstream::set_body(std::string path, std::string json, text::Headers fields, int status) {
  const std::lock_guard lock(mutex_);
  bodies_.push_back({std::move(path), std::move(json), std::move(fields), status});
}

net::Task<> EchoUpstream::serve(EchoUpstream& self, net::ServerExchange& exchange) {
  const text::RequestHead& head = exchange.head();
  std::string seen = std::string(head.method) + " " + std::string(head.target) + " HTTP/1.1\n";
  for (const text::Field& field : head.fields) {
    seen += std::string(field.name) + ": " + std::string(field.value) + "\n";
  }
  seen += "\n";
  const std::string target(head.target);
  LR_CO_TRY(const std::string_view body, co_await exchange.read_all(8 * limits::kMiB));
  seen += body;
  std::optional<Fixed> fixed;
  {
    const std::lock_guard lock(self.mutex_);
    self.requests_.push_back(seen);
    for (const Fixed& one : self.bodies_) {
      if (target.substr(0, target.find('?')) == one.path) fixed = one;
    }
  }
  text::Fields fields;
  fields.add("Server", "leaky/1.0");
  fields.add("X-Powered-By", "leaks");
  fields.add("Access-Control-Allow-Origin", "*");
  if (fixed) {
    fields.add("Content-Type", "application/json");
    for (const text::Field& field : fixed->fields.view()) fields.add(field.name, field.value);
    co_return co_await exchange.send(fixed->status, fields, fixed->json);
  }
  const std::string what = value_after(target, "answer=");
  if (!what.empty()) co_return co_await serve_special(self, exchange, what);
  fields.add("Content-Type", "text/plain");
  co_return co_await exchange.send(200, fields, seen);
}

net::Task<> EchoUpstream::hold(EchoUpstream& self, net::ServerExchange& exchange, bool forever) {
  bool gone = false;
  exchange.watch_client([&gone] { gone = true; });
  const std::size_t before = self.released_.load();
  while (!gone && (forever || self.released_.load() == before)) {
    LR_CO_TRY_VOID(co_await net::sleep_for(kStep));
  }
  exchange.watch_client(nullptr);
  if (!gone) co_return Result<>();
  self.abandoned_.fetch_add(1);
  co_return fail(Code::kCancelled, "client left");
}

net::Task<> EchoUpstream::serve_events(EchoUpstream& self, net::ServerExchange& exchange) {
  text::Fields fields;
  fields.add("Content-Type", "text/event-stream");
  LR_CO_TRY_VOID(co_await exchange.begin(200, fields, std::nullopt));
  for (int i = 1; i <= 3; ++i) {
    LR_CO_TRY_VOID(co_await hold(self, exchange, false));
    const std::string event = "data: event " + std::to_string(i) + "\n\n";
    LR_CO_TRY_VOID(co_await exchange.write(event));
  }
  co_return co_await exchange.end();
}

net::Task<> EchoUpstream::serve_special(EchoUpstream& self, net::ServerExchange& exchange,
                                        std::string what) {
  text::Fields fields;
  for (const Canned& canned : kCanned) {
    if (canned.what != what) continue;
    fields.add("Content-Type", canned.type);
    co_return co_await exchange.send(canned.status, fields, canned.body);
  }
  if (what == "sse") co_return co_await serve_events(self, exchange);
  if (what == "hang" || what == "late") {
    LR_CO_TRY_VOID(co_await hold(self, exchange, what == "hang"));
  }
  if (what == "cookie") fields.add("Set-Cookie", "session=one");
  if (what == "two-types") fields.add("Content-Type", "application/json");
  fields.add("Content-Type", "text/html");
  if (what == "redirect") {
    const std::string location = self.url().origin() + "/elsewhere";
    fields.add("Location", location);
    co_return co_await exchange.send(302, fields, "");
  }
  if (what == "cut") {
    LR_CO_TRY_VOID(co_await exchange.begin(200, fields, 1'000));
    LR_CO_TRY_VOID(co_await exchange.write("the first part"));
    LR_CO_TRY_VOID(co_await net::sleep_for(milliseconds(20)));
    exchange.abort();
    co_return Result<>();
  }
  const std::string body(what == "big" ? 5 * limits::kMiB : 2, 'x');
  co_return co_await exchange.send(200, fields, body);
}

}  // namespace lr::guard::testing
