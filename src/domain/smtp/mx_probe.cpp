#include "domain/smtp/mx_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/event_loop.h"
#include "net/http_client.h"
#include "net/tls.h"

namespace lr::domain {
namespace {

constexpr std::size_t kAtOnce = 6;
constexpr milliseconds kInjectionWait{1'500};
/// A command no server knows, so that its answer cannot be taken for another's.
constexpr std::string_view kInjected = "XLRPROBE";

Trouble trouble_of(const Error& error) {
  return {error.code() == Code::kDeadlineExceeded, error.detail()};
}

/// What all probes of one run share.
struct Probing {
  const Network& network;
  const MxProbeOptions& options;
  net::EventLoop& loop;
  std::shared_ptr<net::TlsClientContext> tls;
};

net::TlsUpgrade look_at_anything(const Probing& probing, const std::string& host) {
  return {.host = host, .must_verify = false, .old_too = true, .at = probing.network.now};
}

net::Task<std::unique_ptr<SmtpSession>> open_session(const Probing& probing, MxFacts& facts) {
  text::Url url;
  url.scheme = "http";
  url.host = facts.endpoint.ip.str();
  url.port = facts.endpoint.port;
  ++facts.connections;
  const Deadline deadline =
      Deadline::after(probing.network.connect_patience).sooner(probing.network.deadline);
  LR_CO_TRY(std::unique_ptr<net::Stream> stream,
            co_await net::connect(probing.loop, url, nullptr, deadline));
  const auto local = net::local_endpoint(*stream);
  facts.own_machine = local && local->ip == facts.endpoint.ip;
  SmtpPatience patience;
  patience.deadline = probing.network.deadline;
  patience.reply = std::max(probing.network.connect_patience, milliseconds(1));
  patience.greeting = 2 * patience.reply;
  co_return std::make_unique<SmtpSession>(std::move(stream), patience);
}

/// Greeting and EHLO, as far as they go.
net::Task<> begin(SmtpSession& session) {
  LR_CO_TRY(const SmtpReply greeting, co_await session.greeting());
  LR_CO_TRY(const SmtpReply hello, co_await session.hello(std::string(kProbeName)));
  if (!hello.positive()) co_return fail(Code::kBadGateway, "EHLO was refused: " + hello.str());
  co_return Result<>();
}

/// RSET ends whatever the last MAIL has begun.
net::Task<SmtpReply> ask_recipient(SmtpSession& session, std::string from, std::string recipient) {
  LR_CO_TRY(const SmtpReply reset, co_await session.command("RSET"));
  LR_CO_TRY(const SmtpReply mail, co_await session.command("MAIL FROM:<" + from + ">"));
  if (!mail.positive()) co_return mail;
  co_return co_await session.command("RCPT TO:<" + recipient + ">");
}

net::Task<> ask_mailboxes(const Probing& probing, SmtpSession& session, MxFacts& facts) {
  const std::string& domain = probing.options.domain;
  LR_CO_TRY(facts.vrfy, co_await session.command("VRFY postmaster"));
  LR_CO_TRY(facts.expn, co_await session.command("EXPN postmaster"));
  LR_CO_TRY(facts.postmaster, co_await ask_recipient(session, "", "postmaster@" + domain));
  LR_CO_TRY(facts.anybody,
            co_await ask_recipient(session, "", "launch-ready-no-such-mailbox-7f3a@" + domain));
  for (const RelayForm& form : relay_forms(domain)) {
    LR_CO_TRY(SmtpReply reply, co_await ask_recipient(session, form.mail_from, form.recipient));
    facts.relay.emplace_back(form, std::move(reply));
  }
  co_return co_await session.quit();
}

/// Greeting, EHLO, STARTTLS. What fails is noted; the session is closed then.
net::Task<> look(const Probing& probing, SmtpSession& session, MxFacts& facts) {
  Result<SmtpReply> greeting = co_await session.greeting();
  if (!greeting) {
    facts.greeting_trouble = trouble_of(greeting.error());
    co_return fail(Code::kUnavailable, "no greeting");
  }
  facts.greeting = *greeting;
  if (!greeting->positive()) co_return fail(Code::kUnavailable, greeting->str());
  LR_CO_TRY(facts.hello, co_await session.hello(std::string(kProbeName)));
  facts.plain = session.capabilities();
  if (!facts.plain.starttls) co_return Result<>();
  Result<net::TlsSession> tls =
      co_await session.start_tls(probing.tls, look_at_anything(probing, facts.host));
  if (!tls) {
    facts.tls_trouble = trouble_of(tls.error());
    co_return Result<>();
  }
  facts.tls = std::move(*tls);
  LR_CO_TRY_VOID(co_await session.hello(std::string(kProbeName)));
  co_return Result<>();
}

/// CVE-2011-0411: commands that came in the clear behind STARTTLS are obeyed as if they had come
/// under TLS. An unknown command is put there; a server that obeys it answers it after the
/// handshake, before it answers EHLO.
net::Task<> inject(const Probing& probing, MxFacts& facts) {
  LR_CO_TRY(const std::unique_ptr<SmtpSession> session, co_await open_session(probing, facts));
  LR_CO_TRY_VOID(co_await begin(*session));
  if (!session->capabilities().starttls) co_return Result<>();
  LR_CO_TRY_VOID(co_await session->send_raw(fmt::format("STARTTLS\r\n{}\r\n", kInjected)));
  LR_CO_TRY(const SmtpReply ready, co_await session->read_reply(probing.network.connect_patience));
  // A refusal, or an answer in the clear at once, is how a careful server treats this.
  if (ready.code != 220 || !session->unread().empty()) {
    facts.injection = false;
    co_return Result<>();
  }
  Result<net::TlsSession> tls =
      co_await session->implicit_tls(probing.tls, look_at_anything(probing, facts.host));
  if (!tls) {
    if (tls.error().code() != Code::kDeadlineExceeded) facts.injection = false;
    co_return Result<>();
  }
  Result<SmtpReply> first = co_await session->command("EHLO " + std::string(kProbeName));
  if (!first || !first->permanent()) {
    if (first || first.error().code() != Code::kDeadlineExceeded) facts.injection = false;
    co_return Result<>();
  }
  Result<SmtpReply> second = co_await session->read_reply(kInjectionWait);
  facts.injection = second && second->positive();
  co_return co_await session->quit();
}

net::Task<> ask_in_the_clear(const Probing& probing, MxFacts& facts) {
  LR_CO_TRY(const std::unique_ptr<SmtpSession> session, co_await open_session(probing, facts));
  Result<> begun = co_await begin(*session);
  if (begun) begun = co_await ask_mailboxes(probing, *session, facts);
  facts.transcript += "-- again, without TLS\n" + session->transcript().str();
  co_return begun;
}

net::Task<> probe_one(const Probing& probing, MxFacts& facts) {
  Result<std::unique_ptr<SmtpSession>> opened = co_await open_session(probing, facts);
  if (!opened) {
    facts.connect = trouble_of(opened.error());
    co_return Result<>();
  }
  SmtpSession& session = **opened;
  Result<> looked = co_await look(probing, session, facts);
  if (!looked || probing.options.tls_only) {
    facts.transcript = session.transcript().str();
    if (!looked) facts.mailbox_trouble = trouble_of(looked.error());
    co_return co_await session.quit();
  }
  Result<> asked;
  if (facts.tls_trouble) {
    asked = co_await ask_in_the_clear(probing, facts);
  } else {
    asked = co_await ask_mailboxes(probing, session, facts);
  }
  facts.transcript = session.transcript().str() + facts.transcript;
  if (!asked) facts.mailbox_trouble = trouble_of(asked.error());
  if (facts.tls) {
    Result<> injected = co_await inject(probing, facts);
    co_return injected;
  }
  co_return Result<>();
}

void add_addresses(const Network& network, const std::string& host, MxProbeResult& out) {
  const HostAddresses found = addresses_of(network.resolver, host);
  bool has_v4 = false;
  bool has_v6 = false;
  for (const text::IpAddress& ip : found.all) {
    bool& has = ip.is_v4() ? has_v4 : has_v6;
    if (has) continue;
    has = true;
    MxFacts facts;
    facts.host = host;
    facts.endpoint = network.endpoint(ip, 25);
    out.facts.push_back(std::move(facts));
  }
  if (!found.all.empty()) return;
  const std::string why = found.exists ? "no A and no AAAA record" : "NXDOMAIN";
  out.unresolved.emplace_back(host, Trouble{found.failed, found.failed ? found.why : why});
}

}  // namespace

std::vector<RelayForm> relay_forms(std::string_view domain) {
  const std::string own(domain);
  // Reserved for documentation (RFC 2606): nobody's mailbox.
  return {{"foreign sender and recipient", "probe@example.com", "probe@example.net", false},
          {"own sender, foreign recipient", "postmaster@" + own, "probe@example.net", false},
          {"null sender, foreign recipient", "", "probe@example.net", false},
          {"source route", "probe@example.com", "@" + own + ":probe@example.net", false},
          {"percent sign", "probe@example.com", "probe%example.net@" + own, true},
          {"quoted address", "probe@example.com", "\"probe@example.net\"@" + own, true}};
}

MailServers mail_servers_of(Resolver& resolver, std::string_view domain) {
  MailServers out;
  const Answer answer = resolver.query(domain, RecordType::kMx);
  out.trust = answer.trust;
  if (answer.failed()) {
    out.failed = answer.why;
    return out;
  }
  out.hosts = answer.all<MailExchange>();
  std::ranges::sort(out.hosts, {},
                    [](const MailExchange& mx) { return std::pair(mx.preference, mx.host); });
  if (out.hosts.size() == 1 && out.hosts.front().host.empty()) out.null_mx = true;
  std::erase_if(out.hosts, [](const MailExchange& mx) { return mx.host.empty(); });
  out.implicit = out.hosts.empty() && !out.null_mx;
  if (out.implicit) out.hosts.push_back({0, std::string(domain)});
  if (out.hosts.size() > kMxHosts) out.hosts.resize(kMxHosts);
  return out;
}

MxProbeResult probe_mail_servers(const Network& network, const MailServers& servers,
                                 const MxProbeOptions& options) {
  MxProbeResult out;
  for (const MailExchange& mx : servers.hosts) add_addresses(network, mx.host, out);
  auto tls = net::TlsClientContext::create(network.ca_file);
  if (!tls) {
    for (MxFacts& facts : out.facts) facts.connect = Trouble{true, tls.error().detail()};
    return out;
  }
  net::EventLoop loop;
  const Probing probing{network, options, loop, std::move(*tls)};
  std::vector<net::Task<>> tasks;
  for (MxFacts& facts : out.facts) tasks.push_back(probe_one(probing, facts));
  Result<> ignored = loop.block_on(net::run_all(std::move(tasks), kAtOnce));
  return out;
}

}  // namespace lr::domain
