// The guard's request path: what a client sends on one connection goes through the server's parser
// and body reader and through every filter, under the contract in fuzz/guard. {alice} and {admin}
// in the input stand for tokens of theirs. What is let through is judged again by other means, and
// must read at the upstream as exactly what was decided.
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/jws.h"
#include "decide/body.h"
#include "fuzz/memory_stream.h"
#include "fuzz/reach.h"
#include "guard/error_answer.h"
#include "guard/jwks_cache.h"
#include "guard/lane.h"
#include "guard/proxy.h"
#include "guard/upstream_head.h"
#include "guard/worker.h"
#include "net/server_connection.h"

namespace lr::guard {
namespace {

using fuzz::require;

enum class State {
  kHeadRefused,
  kSecondRequest,
  kPassedPublic,
  kPassedToken,
  kPassedKey,
  kPassedAdmin,
  kPassedOwner,
  kPassedSchema,
  kOwnerByAnswer,
  kPreflight,
  kFirstRefusal,  ///< One state for each of kRefusing follows.
};
constexpr auto kRefusing = std::to_array<std::string_view>(
    {"request_id", "client_address", "host", "path", "cors", "surface", "limits_client",
     "authentication", "limits_caller", "roles", "body", "ownership", "limits_object"});
fuzz::Reach<10 + kRefusing.size()> reach({"heads refused",
                                          "second requests",
                                          "public routes",
                                          "tokens",
                                          "API keys",
                                          "admins",
                                          "owners",
                                          "bodies of a schema",
                                          "owners left to the answer",
                                          "preflights",
                                          "refused by request_id",
                                          "by client_address",
                                          "by host",
                                          "by path",
                                          "by cors",
                                          "by surface",
                                          "by limits_client",
                                          "by authentication",
                                          "by limits_caller",
                                          "by roles",
                                          "by body",
                                          "by ownership",
                                          "by limits_object"});

/// Forgets between connections, so that every input meets its limits as a stranger.
class ForgetfulRates final : public store::RateStore {
 public:
  void forget() { times_.clear(); }
  void update(std::string_view key,
              const std::function<std::int64_t(std::int64_t)>& step) override {
    std::int64_t& time = times_[std::string(key)];
    const std::int64_t next = step(time);
    if (next >= 0) time = next;
  }
  std::size_t size() const override { return times_.size(); }

 private:
  std::map<std::string, std::int64_t> times_;
};

class SameRng final : public Rng {
 public:
  void restart() { inner_ = SeededRng(1); }
  void fill(std::span<std::uint8_t> out) override { inner_.fill(out); }

 private:
  SeededRng inner_{1};
};

class NoLedger final : public store::Ledger {
 public:
  bool append(store::LedgerEvent /*event*/) override { return true; }
  bool healthy() const override { return true; }
  Result<> flush() override { return {}; }
  std::uint64_t size() const override { return 0; }
};

template <class T>
T must(Result<T> result) {
  if (!result) std::fprintf(stderr, "fuzz: %s\n", result.error().detail().c_str());
  require(result.has_value(), "the set-up");
  return std::move(*result);
}

constexpr const char* kSecretName = "FUZZ_GUARD_SECRET";
constexpr const char* kSecret = "only-for-fuzzing-0123456789abcdef";

SnapshotPtr load() {
  setenv(kSecretName, kSecret, 1);
  GuardOptions options;
  options.contract_path = LR_SOURCE_DIR "/fuzz/guard/launchready.yaml";
  return must(load_snapshot(options));
}

std::string token_of(const std::string& user, const std::string& role) {
  const crypto::Jwk key = must(crypto::Jwk::from_hmac_secret(Secret(kSecret), ""));
  const std::string claims = R"({"iss":"https://id.example","aud":"chat","sub":")" + user +
                             R"(","org":"t1","roles":[")" + role +
                             R"("],"iat":1779999000,"exp":1790000000})";
  return must(crypto::sign_jws(key, crypto::Algorithm::kHS256, claims));
}

/// All that the filters use, made once.
struct Site {
  Site() {
    for (const char* name : {"alice", "bob"}) {
      const store::OwnerRecord owner{
          .user = UserId(name), .tenant = TenantId("t1"), .issuer = "main"};
      must(loop.block_on(learn(std::string("n-") + name, owner)));
    }
  }
  net::Task<bool> learn(std::string id, store::OwnerRecord owner) {
    LR_CO_TRY_VOID(co_await owners->learn("note", id, owner));
    co_return true;
  }

  net::EventLoop loop;
  FakeClock clock{WallTime(seconds(1'780'000'000))};
  SameRng rng;
  NoLedger ledger;
  WorkerMetrics metrics;
  std::unique_ptr<store::OwnershipStore> owners = store::make_memory_ownership_store();
  ForgetfulRates rates;
  SnapshotPtr snapshot = load();
  JwksCache keys{loop, clock, nullptr};
  std::shared_ptr<Upstream> upstream = std::make_shared<Upstream>(
      loop,
      UpstreamSettings{
          .origin = snapshot->upstream,
          .tls = nullptr,
          .breaker = std::make_shared<CircuitBreaker>(snapshot->contract.guard.breaker)},
      metrics);
  LanePtr lane = must(make_lane(snapshot, upstream,
                                Services{.snapshot = *snapshot,
                                         .contract = snapshot->contract,
                                         .clock = clock,
                                         .rng = rng,
                                         .ownership = *owners,
                                         .rates = rates,
                                         .ledger = ledger,
                                         .keys = keys,
                                         .upstream = *upstream,
                                         .metrics = metrics}));
  std::vector<const FilterDef*> order = must(order_filters(all_filters()));
  std::string alice = token_of("alice", "viewer");
  std::string admin = token_of("root", "admin");
};

Site& site() {
  static auto* one = new Site;
  return *one;
}

/// What one connection did.
struct Seen {
  std::vector<std::string> methods;  ///< Of the requests that reached the handler.
  std::string output;
};

/// The rule of the route in the plainest words, on what the filters left in the exchange.
void check_allowed(const Exchange& exchange) {
  const contract::Route& route = *exchange.route;
  const contract::Access& access = route.access;
  if (exchange.is_public()) return reach.mark(State::kPassedPublic);
  require(exchange.caller != nullptr, "a private route knows its caller");
  const decide::Identity& identity = exchange.caller->identity;
  require(!identity.user.str().empty() && identity.tenant.str() == "t1", "the caller has a name");
  require(access.roles == 0 || (access.roles & identity.roles) != 0, "the caller has the role");
  require((access.scopes & ~identity.scopes) == 0, "the caller has the scopes");
  require(!access.owner || !exchange.objects.empty(), "an owner of what?");
  for (const NamedObject& named : exchange.objects) {
    if (exchange.owner_by_answer) continue;
    const auto record =
        site().owners->find(site().snapshot->contract.objects[named.object].name, named.id);
    require(record && record->user == identity.user, "the object belongs to the caller");
    reach.mark(State::kPassedOwner);
  }
  if (exchange.owner_by_answer) reach.mark(State::kOwnerByAnswer);
  if (access.roles != 0) reach.mark(State::kPassedAdmin);
  reach.mark(identity.issuer == "main" ? State::kPassedToken : State::kPassedKey);
}

void check_body(const Exchange& exchange) {
  if (!exchange.route->body || !exchange.route->body->schema) return;
  require(exchange.body_read && exchange.document && exchange.document->is_object(), "an object");
  const text::json::value* text = exchange.document->get_object().if_contains("text");
  require(text != nullptr && text->is_string(), "with a text");
  reach.mark(State::kPassedSchema);
}

void check_own_fields(const Exchange& exchange, const text::Fields& fields) {
  require(fields.get("X-Forwarded-For") == exchange.client.str(), "the client's address");
  const std::size_t users = exchange.caller != nullptr ? 1 : 0;
  require(fields.count("X-Launchready-User") == users, "the caller's name");
  require(fields.count("X-Api-Key") == 0, "the key stays here");
  for (const char* name : {"Host", "X-Request-Id", "traceparent", "X-Forwarded-For"}) {
    require(fields.count(name) == 1, "once each");
  }
  for (const text::Field& field : fields) {
    require(field.name.find('_') == std::string_view::npos, "no underscores");
  }
}

/// The upstream reads the method, the path and the route that were decided.
void check_forwarded(const Exchange& exchange) {
  std::string wire;
  append_upstream_head(wire, exchange,
                       {.method = exchange.head->method,
                        .path = exchange.target.path,
                        .query = exchange.target.query,
                        .has_query = exchange.target.has_query,
                        .authority = site().upstream->authority(),
                        .key_header = "X-Api-Key",
                        .framing = exchange.head->framing});
  text::RequestHead head;
  // Our own fields come on top of the client's.
  const text::HeadLimits roomy{.head_bytes = 8 * limits::kHeadBytes,
                               .fields = 2 * limits::kHeaderFields};
  const auto taken = text::parse_request_head(wire, head, roomy);
  require(taken && *taken == wire.size(), "the forwarded head is one whole head");
  require(head.method == exchange.head->method, "the method stays");
  require(head.framing.kind == exchange.head->framing.kind, "the framing stays");
  text::CanonicalTarget target;
  require(text::canonicalize_target(head.target, target).has_value(), "the target is plain");
  require(target.path == exchange.target.path && head.target == exchange.target.str(),
          "the path is final");
  decide::RouteMatch match;
  site().snapshot->router.match(contract::parse_method(head.method), target, match);
  require(match.route == exchange.route, "the route stays");
  check_own_fields(exchange, head.fields);
}

void mark_refusal(std::string_view filter, const Verdict& verdict) {
  require(http_status(verdict.code) < 500, "no input makes the guard fail");
  const auto* at = std::ranges::find(kRefusing, filter);
  require(at != kRefusing.end(), "a filter that may refuse");
  reach.mark(static_cast<std::size_t>(State::kFirstRefusal) +
             static_cast<std::size_t>(at - kRefusing.begin()));
}

net::Task<Verdict> judge(Exchange& exchange) {
  for (std::size_t i = 0; i < site().lane->filters.size(); ++i) {
    Filter& filter = *site().lane->filters[i];
    Verdict verdict = filter.on_request(exchange);
    if (verdict.kind == Verdict::Kind::kSuspend) {
      LR_CO_TRY(verdict, co_await filter.on_request_slow(exchange));
    }
    if (verdict.kind == Verdict::Kind::kReject) mark_refusal(site().order[i]->id, verdict);
    if (!verdict.passed()) co_return verdict;
  }
  co_return Verdict::pass();
}

/// Stands for the upstream: reads the body and answers with the route.
net::Task<> answer_allowed(Exchange& exchange) {
  check_allowed(exchange);
  check_body(exchange);
  check_forwarded(exchange);
  if (!exchange.body_read) {
    const std::size_t most = decide::body_bytes_max(*exchange.route);
    LR_CO_TRY_VOID(co_await exchange.server->read_all(most));
  }
  exchange.answer.status = 200;
  exchange.answer.local = true;
  exchange.answer.body = exchange.route_label();
  co_return Result<>();
}

net::Task<> handle(net::ServerExchange& server, Seen& seen) {
  if (!seen.methods.empty()) reach.mark(State::kSecondRequest);
  seen.methods.emplace_back(server.head().method);
  Exchange exchange;
  exchange.begin(server, site().clock.wall(), site().clock.mono());
  LR_CO_TRY(const Verdict verdict, co_await judge(exchange));
  if (verdict.kind == Verdict::Kind::kRespond) reach.mark(State::kPreflight);
  if (verdict.passed()) {
    LR_CO_TRY_VOID(co_await answer_allowed(exchange));
  }
  if (verdict.kind == Verdict::Kind::kReject) {
    make_error_answer(site().snapshot->contract, exchange, verdict);
  }
  require(filter_response(*site().lane, exchange).passed(), "local answers pass");
  const Answer& answer = exchange.answer;
  auto sent = co_await server.send(answer.status, answer.fields, answer.body);
  exchange.finish();
  co_return sent;
}

Seen serve(std::string_view input, std::size_t step) {
  site().rates.forget();
  site().rng.restart();
  Seen seen;
  net::ServerOptions options;
  options.render_parse_error = [](const Error& error) {
    reach.mark(State::kHeadRefused);
    return render_parse_error(error.code(), "0123");
  };
  auto shared = std::make_shared<net::ServerShared>(
      site().loop, [&seen](net::ServerExchange& server) { return handle(server, seen); }, options);
  auto stream = std::make_unique<fuzz::MemoryStream>(input, step, seen.output);
  auto connection = std::make_shared<net::ServerConnection>(shared, std::move(stream));
  require(site().loop.block_on(connection->serve()).has_value(), "the connection ends");
  return seen;
}

/// The statuses of the final answers, which must all be whole.
std::vector<int> read_answers(const Seen& seen) {
  std::vector<int> out;
  std::string_view rest = seen.output;
  while (!rest.empty()) {
    const bool refused = out.size() == seen.methods.size();
    require(out.size() <= seen.methods.size(), "an answer for each request");
    text::ResponseHead head;
    const auto taken =
        text::parse_response_head(rest, refused ? "GET" : seen.methods[out.size()], head);
    require(taken && *taken != 0, "answers are well-formed");
    rest.remove_prefix(*taken);
    if (head.status < 200) continue;
    require(head.framing.length <= rest.size(), "answers are whole");
    rest.remove_prefix(head.framing.length);
    out.push_back(head.status);
  }
  return out;
}

std::string with_tokens(std::string_view input) {
  std::string out(input);
  for (const auto& [name, token] :
       {std::pair("{alice}", &site().alice), std::pair("{admin}", &site().admin)}) {
    for (std::size_t at = 0; (at = out.find(name, at)) != std::string::npos; at += token->size()) {
      out.replace(at, 7, *token);
    }
  }
  return out;
}

void run(std::string_view bytes) {
  reach.run();
  const std::string input = with_tokens(bytes);
  const Seen whole = serve(input, input.size());
  const std::vector<int> answers = read_answers(whole);
  for (const std::string* token : {&site().alice, &site().admin}) {
    require(whole.output.find(*token) == std::string::npos, "no answer quotes a credential");
  }
  const Seen pieces = serve(input, 7);
  require(read_answers(pieces) == answers, "splitting changes nothing");
}

}  // namespace
}  // namespace lr::guard

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::guard::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
