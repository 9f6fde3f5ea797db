#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "guard/gateway.h"
#include "guard/snapshot.h"
#include "text/json.h"

namespace lr::guard {
namespace {

/// Signals are taken by one thread that waits for them; all others never see them.
class SignalWaiter {
 public:
  SignalWaiter() {
    ::sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set_, signal);
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~SignalWaiter() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  int wait() const {
    int signal = 0;
    while (::sigwait(&set_, &signal) != 0) {
    }
    return signal;
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

std::string announce_json(const Guard& guard, const Snapshot& snapshot) {
  const contract::GuardSettings& settings = snapshot.contract.guard;
  const net::Endpoint address{.ip = settings.listen.ip, .port = guard.port()};
  const std::string_view scheme = settings.tls_certificate ? "https" : "http";
  text::json::object out{{"url", fmt::format("{}://{}", scheme, address.str())},
                         {"upstream", snapshot.upstream.origin()}};
  if (guard.admin_port() != 0) {
    const net::Endpoint admin{.ip = settings.admin->ip, .port = guard.admin_port()};
    out["admin"] = fmt::format("http://{}", admin.str());
  }
  return text::canonical_json(out);
}

std::string announce(const Guard& guard, const Snapshot& snapshot) {
  const contract::GuardSettings& settings = snapshot.contract.guard;
  const bool tls = settings.tls_certificate.has_value();
  const net::Endpoint address{.ip = settings.listen.ip, .port = guard.port()};
  std::string line = fmt::format("guard: listening on {}://{} in front of {}",
                                 tls ? "https" : "http", address.str(), snapshot.upstream.origin());
  if (guard.admin_port() != 0) {
    const net::Endpoint admin{.ip = settings.admin->ip, .port = guard.admin_port()};
    line += fmt::format("; health and metrics on http://{}", admin.str());
  }
  return line;
}

}  // namespace

Result<> run_guard(GuardOptions options) {
  const SignalWaiter signals;  // Before any thread exists.
  ::signal(SIGPIPE, SIG_IGN);
  const bool as_json = options.announce_json;
  LR_TRY(const SnapshotPtr snapshot, load_snapshot(options));
  LR_TRY(const std::unique_ptr<Guard> guard, Guard::start(std::move(options)));
  fmt::print(stdout, "{}\n",
             as_json ? announce_json(*guard, *snapshot) : announce(*guard, *snapshot));
  std::fflush(stdout);
  while (true) {
    const int signal = signals.wait();
    if (signal != SIGHUP) break;
    const auto reloaded = guard->reload();
    fmt::print(stderr, "guard: {}\n",
               reloaded ? "reloaded the contract and certificates"
                        : "reload refused, nothing changed: " + reloaded.error().detail());
  }
  fmt::print(stderr, "guard: draining\n");
  guard->stop();
  return {};
}

}  // namespace lr::guard
