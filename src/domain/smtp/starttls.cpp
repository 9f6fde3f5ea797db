#include "domain/smtp/starttls.h"

#include "domain/smtp/mx_probe.h"
#include "domain/smtp/session.h"
#include "domain/tls/scan.h"

namespace lr::domain {
namespace {

net::Task<std::unique_ptr<net::Stream>> connect(net::EventLoop& loop, const Network& network,
                                                net::Endpoint endpoint) {
  const milliseconds patience = network.connect_patience;
  const Deadline deadline = Deadline::after(patience).sooner(network.deadline);
  LR_CO_TRY(std::unique_ptr<net::Stream> stream,
            co_await tls::connect_plain(loop, endpoint, deadline));
  SmtpSession session(std::move(stream),
                      {.deadline = network.deadline, .greeting = 2 * patience, .reply = patience});
  LR_CO_TRY(const SmtpReply greeting, co_await session.greeting());
  if (!greeting.positive()) {
    co_return fail(Code::kUnavailable, "the server refuses us: " + greeting.str(),
                   Origin::kUpstream);
  }
  LR_CO_TRY(const SmtpReply hello, co_await session.hello(std::string(kProbeName)));
  co_return co_await session.leave_for_tls();
}

}  // namespace

net::Task<std::unique_ptr<net::Stream>> StarttlsConnector::operator()() const {
  return connect(*loop, *network, endpoint);
}

}  // namespace lr::domain
