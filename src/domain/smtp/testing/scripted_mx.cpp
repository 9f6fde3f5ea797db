#include "domain/smtp/testing/scripted_mx.h"

#include <thread>

#include "domain/smtp/line_stream.h"
#include "net/listener.h"
#include "net/testing/rig.h"

namespace lr::domain {
namespace {

constexpr seconds kPatience{20};

}  // namespace

struct ScriptedMx::State {
  State() : listener(loop), scope(loop) {}
  MxBehaviour behaviour;
  int connections = 0;
  net::EventLoop loop;
  net::Listener listener;
  net::TaskScope scope;
  std::shared_ptr<net::TlsServerContext> tls;
  std::thread thread;
};

namespace {

template <class State>
class Talk {
 public:
  Talk(State& server, std::unique_ptr<net::Stream> stream)
      : is_(server.behaviour),
        server_(server),
        busy_(server.connections++ < is_.busy_for),
        lines_(std::move(stream)) {}

  net::Task<> run() {
    lines_.stream().expires(Deadline::after(kPatience));
    if (!is_.silent) {
      LR_CO_TRY_VOID(co_await lines_.write(is_.greeting));
    }
    while (true) {
      LR_CO_TRY(const std::string line, co_await lines_.read_line(70'000));
      if (line == "STARTTLS" && is_.starttls) {
        LR_CO_TRY_VOID(co_await start_tls());
      } else if (!is_.silent) {
        LR_CO_TRY_VOID(co_await lines_.write(answer(line) + "\r\n"));
      }
      if (line == "QUIT") co_return co_await lines_.stream().shutdown();
    }
  }

 private:
  std::string answer(std::string_view line) {
    const bool secure = lines_.stream().secure();
    if (line.starts_with("EHLO")) {
      if (busy_) return "421 4.3.2 too busy";
      if (!is_.knows_ehlo) return "500 5.5.1 what?";
      return "250-" + is_.name + "\r\n" + (secure ? "" : is_.plain_keywords) +
             (is_.starttls && !secure ? "250-STARTTLS\r\n" : "") + "250 8BITMIME";
    }
    if (line.starts_with("HELO")) return "250 " + is_.name;
    if (line.starts_with("VRFY")) return is_.vrfy;
    if (line.starts_with("EXPN")) return is_.expn;
    if (line.starts_with("RCPT TO:<")) {
      const std::string_view path = line.substr(9, line.rfind('>') - 9);
      return is_.recipient ? is_.recipient(path) : postmaster_only(path);
    }
    if (line == "QUIT") return "221 bye";
    if (line == "RSET" || line.starts_with("MAIL")) return "250 2.0.0 ok";
    return "500 5.5.1 what?";
  }

  net::Task<> start_tls() {
    const std::string early(lines_.buffered());
    lines_.consume(early.size());
    const std::string ready = is_.talks_before_tls ? "220 go\r\n250 injected\r\n" : "220 go\r\n";
    LR_CO_TRY_VOID(co_await lines_.write(ready));
    if (is_.silent_handshake) {
      while (true) {
        LR_CO_TRY_VOID(co_await lines_.fill());
      }
    }
    if (is_.garbage_handshake) co_return co_await lines_.write(std::string(300, 'g'));
    LR_CO_TRY(const net::TlsSession session,
              co_await lines_.start_tls_server(server_.tls, Deadline::after(kPatience)));
    if (is_.obeys_early_commands && !early.empty()) {
      LR_CO_TRY_VOID(co_await lines_.write("500 5.5.1 what?\r\n"));
    }
    co_return Result<>();
  }

  const MxBehaviour& is_;
  State& server_;
  bool busy_;
  LineStream lines_;
};

template <class State>
net::Task<> talk(State& server, net::Socket socket) {
  Talk<State> one(server, std::make_unique<net::SocketStream>(server.loop, std::move(socket)));
  co_return co_await one.run();
}

template <class State>
net::Task<> accept_all(State& server) {
  while (true) {
    LR_CO_TRY(net::Socket socket, co_await server.listener.accept());
    server.scope.spawn(talk(server, std::move(socket)));
  }
}

template <class State>
net::Task<> close_all(State& server) {
  server.listener.close();
  Result<> ended = co_await server.scope.close(Deadline::after(seconds(5)));
  server.loop.stop();
  co_return ended;
}

}  // namespace

std::string postmaster_only(std::string_view path) {
  if (path == "postmaster@acme.example") return "250 2.1.5 ok";
  return path.ends_with("@acme.example") ? "550 5.1.1 no such user" : "554 5.7.1 relay denied";
}

ScriptedMx::ScriptedMx(MxBehaviour behaviour) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.behaviour = std::move(behaviour);
  if (!state.behaviour.certificate.key.empty()) {
    state.tls = net::TlsServerContext::from_pem(state.behaviour.certificate.certificate,
                                                state.behaviour.certificate.key)
                    .value();
  }
  state.listener.open(net::testing::loopback(), false).value();
  state.scope.spawn(accept_all(state));
  state.thread = std::thread([&state] { state.loop.run(); });
}

ScriptedMx::~ScriptedMx() {
  State& state = *state_;
  net::TaskScope closing(state.loop);
  state.loop.post([&closing, &state] { closing.spawn(close_all(state)); });
  state.thread.join();
}

std::uint16_t ScriptedMx::port() const { return state_->listener.local().port; }

}  // namespace lr::domain
