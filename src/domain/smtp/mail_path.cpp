#include "domain/smtp/mail_path.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <thread>

#include "domain/mail/tag_list.h"
#include "domain/smtp/mailbox.h"
#include "domain/zone.h"
#include "net/event_loop.h"
#include "net/http_client.h"

namespace lr::domain {
namespace {

std::string from_address(const MailPromise& promise) {
  return promise.from.empty() ? "launch-ready@" + promise.domain : promise.from;
}

/// RFC 5322. Plain ASCII, so that no server on the way has a reason to change it.
std::string compose(const MailPromise& promise, const Network& network, const std::string& tag) {
  const auto now = std::chrono::floor<seconds>(network.now);
  return fmt::format(
      "From: <{}>\r\nTo: <{}>\r\nSubject: Launch Ready proof of the mail path\r\n"
      "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\nMessage-ID: <{}@{}>\r\n{}: {}\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n"
      "Auto-Submitted: auto-generated\r\n\r\n"
      "This message proves the way that the product's mail takes.\r\n{}\r\n",
      from_address(promise), promise.mailbox->address, now, tag, promise.domain, kTagField, tag,
      tag);
}

struct Submitting {
  const MailPromise& promise;
  const Network& network;
  net::EventLoop& loop;
  Deadline deadline;
};

net::Task<std::unique_ptr<net::Stream>> connect_to_host(const Submitting& on, std::string host,
                                                        std::uint16_t port) {
  std::vector<text::IpAddress> addresses;
  if (const auto ip = text::parse_ip(host)) {
    addresses.push_back(*ip);
  } else {
    addresses = addresses_of(on.network.resolver, host).all;
  }
  Error last(Code::kUnavailable, host + " has no address", Origin::kUpstream);
  for (std::size_t i = 0; i < std::min<std::size_t>(addresses.size(), 4); ++i) {
    text::Url url;
    url.scheme = "http";
    url.host = addresses[i].str();
    url.port = on.network.port(port);
    const Deadline each = Deadline::after(on.network.connect_patience).sooner(on.deadline);
    auto stream = co_await net::connect(on.loop, url, nullptr, each);
    if (stream) co_return std::move(*stream);
    last = std::move(stream).error();
  }
  co_return std::unexpected(std::move(last));
}

/// TLS with a proven server, or without a password none at all.
net::Task<> secure_submission(const Submitting& on, SmtpSession& session, MailPathProof& proof) {
  const Submission& to = *on.promise.submission;
  LR_CO_TRY(auto context, net::TlsClientContext::create(on.network.ca_file));
  const net::TlsUpgrade look{
      .host = to.host, .must_verify = false, .old_too = false, .at = on.network.now};
  if (to.implicit_tls) {
    LR_CO_TRY(proof.submission_tls, co_await session.implicit_tls(context, look));
    co_return Result<>();
  }
  LR_CO_TRY(const SmtpReply greeting, co_await session.greeting());
  if (!greeting.positive()) {
    proof.refusal = greeting;
    co_return Result<>();
  }
  LR_CO_TRY(const SmtpReply hello, co_await session.hello("[127.0.0.1]"));
  if (!hello.positive()) {
    proof.refusal = hello;
    co_return Result<>();
  }
  if (!session.capabilities().starttls) {
    proof.tls_trouble = "the server does not offer STARTTLS";
    co_return Result<>();
  }
  LR_CO_TRY(proof.submission_tls, co_await session.start_tls(context, look));
  co_return Result<>();
}

net::Task<> hand_in(const Submitting& on, SmtpSession& session, MailPathProof& proof) {
  const Submission& to = *on.promise.submission;
  LR_CO_TRY_VOID(co_await secure_submission(on, session, proof));
  if (proof.refusal.code != 0) co_return Result<>();
  if (proof.submission_tls && !(proof.submission_tls->trusted && proof.submission_tls->named)) {
    proof.tls_trouble = proof.submission_tls->trusted ? "the certificate is not for " + to.host
                                                      : proof.submission_tls->why;
  }
  // A password goes to a proven server only.
  if (proof.tls_trouble && !to.user.empty()) co_return Result<>();
  if (to.implicit_tls) {
    LR_CO_TRY(proof.refusal, co_await session.greeting());
    if (!proof.refusal.positive()) co_return Result<>();
  }
  if (proof.submission_tls) {
    LR_CO_TRY(proof.refusal, co_await session.hello("[127.0.0.1]"));
    if (!proof.refusal.positive()) co_return Result<>();
    proof.refusal = SmtpReply();
  }
  if (!to.user.empty() && to.password) {
    LR_CO_TRY(proof.refusal, co_await session.authenticate(to.user, *to.password));
    if (!proof.refusal.positive()) co_return Result<>();
  }
  const SmtpEnvelope envelope{from_address(on.promise), on.promise.mailbox->address};
  LR_CO_TRY(proof.refusal, co_await session.deliver(envelope, proof.message));
  proof.accepted = proof.refusal.positive();
  proof.accepted_at = SystemClock().mono();
  if (proof.accepted) proof.refusal = SmtpReply();
  co_return co_await session.quit();
}

net::Task<> submit(const Submitting& on, MailPathProof& proof) {
  const Submission& to = *on.promise.submission;
  ++proof.submissions;
  LR_CO_TRY(std::unique_ptr<net::Stream> stream, co_await connect_to_host(on, to.host, to.port));
  SmtpSession session(std::move(stream), {.deadline = on.deadline});
  Result<> done = co_await hand_in(on, session, proof);
  proof.transcript += session.transcript().str();
  co_return done;
}

/// A server that says "later" has not taken the message and is asked once more, as every sender
/// does (RFC 5321 section 4.5.4.1).
net::Task<> submit_patiently(const Submitting& on, milliseconds pause, MailPathProof& proof) {
  LR_CO_TRY_VOID(co_await submit(on, proof));
  if (!proof.refusal.transient()) co_return Result<>();
  LR_CO_TRY_VOID(co_await net::sleep_for(pause));
  proof.refusal = SmtpReply();
  proof.submission_tls.reset();
  proof.tls_trouble.reset();
  proof.transcript += "-- again\n";
  co_return co_await submit(on, proof);
}

/// Fills in what the receiver's own fields say, where the sink did not see it itself.
void read_trace(MailPathProof& proof) {
  ReceivedMail& mail = *proof.arrived;
  const Result<Message> message = Message::parse(mail.bytes);
  if (!message) return;
  if (const HeaderField* path = message->find("Return-Path")) {
    std::string value = without_folding(path->value);
    if (value.starts_with('<') && value.ends_with('>')) value = value.substr(1, value.size() - 2);
    mail.mail_from = value;
  }
  const std::vector<ReceivedField> fields = received_fields(*message);
  const ReceivedField* hop = entry_hop(fields);
  if (hop == nullptr) return;
  proof.client_known = true;
  proof.hop_known = true;
  mail.client = *hop->address;
  mail.helo = hop->from;
  if (hop->tls) mail.tls = hop->tls_version.empty() ? "TLS" : hop->tls_version;
}

void wait_for_arrival(const MailPromise& promise, const Network& network,
                      const MailPathOptions& options, SmtpSink* sink, MailPathProof& proof) {
  const Deadline deadline = Deadline::after(options.patience).sooner(network.deadline);
  if (sink != nullptr) {
    proof.arrived = sink->wait(deadline);
    proof.client_known = proof.hop_known = proof.arrived.has_value();
    proof.refused_by_sink = sink->refusals();
    return;
  }
  Result<std::optional<std::string>> found = wait_in_mailbox(
      *promise.mailbox, network, {std::string(kTagField), proof.tag}, {deadline, options.poll});
  if (!found) {
    proof.mailbox_trouble = found.error().detail();
    return;
  }
  if (!*found) return;
  proof.arrived = ReceivedMail{.bytes = std::move(**found), .when = SystemClock().wall()};
  read_trace(proof);
}

}  // namespace

MailPathProof prove_mail_path(const MailPromise& promise, const Network& network, Rng& rng,
                              const MailPathOptions& options) {
  MailPathProof proof;
  proof.tag = rng.hex(16);
  proof.message = compose(promise, network, proof.tag);
  std::unique_ptr<SmtpSink> sink;
  if (promise.mailbox->kind == Mailbox::Kind::kSink) {
    Result<std::unique_ptr<SmtpSink>> started = start_sink(*promise.mailbox, proof.tag);
    if (!started) {
      proof.mailbox_trouble = started.error().detail();
      return proof;
    }
    sink = std::move(*started);
  }
  net::EventLoop loop;
  const Deadline deadline = Deadline::after(options.patience).sooner(network.deadline);
  const Result<> handed_in =
      loop.block_on(submit_patiently({promise, network, loop, deadline}, options.pause, proof));
  if (!handed_in) proof.trouble = handed_in.error().detail();
  if (!proof.accepted) return proof;
  wait_for_arrival(promise, network, options, sink.get(), proof);
  proof.cut_short = network.deadline.when() < proof.accepted_at + options.patience;
  proof.took = std::chrono::duration_cast<milliseconds>(SystemClock().mono() - proof.accepted_at);
  return proof;
}

std::string domain_of_address(std::string_view value) {
  const std::string flat = without_folding(value);
  const std::size_t open = flat.rfind('<');
  const std::size_t begin = open == std::string::npos ? 0 : open + 1;
  const std::string address = flat.substr(begin, flat.find('>', begin) - begin);
  const std::size_t at = address.rfind('@');
  return at == std::string::npos ? std::string() : canonical_name(address.substr(at + 1));
}

Result<ArrivalVerdict> judge_arrival(Resolver& resolver, const MailPathProof& proof,
                                     const RegistrableDomain& registrable, std::int64_t now) {
  LR_TRY(const Message message, Message::parse(proof.arrived->bytes));
  ArrivalVerdict out;
  const HeaderField* from = message.find("From");
  if (from != nullptr) out.from_domain = domain_of_address(from->value);
  out.dkim = verify_dkim(resolver, message, now);
  DmarcMessage claim{.from_domain = out.from_domain, .spf_domain = "", .dkim_domains = {}};
  for (const DkimVerdict& one : out.dkim) {
    if (one.result == DkimResult::kPass) claim.dkim_domains.push_back(one.domain);
  }
  if (proof.client_known) {
    const ReceivedMail& mail = *proof.arrived;
    out.spf = check_host(resolver, {.client = mail.client,
                                    .helo = mail.helo,
                                    .mail_from = mail.mail_from,
                                    .receiver = "",
                                    .time = now});
    const std::string sender = mail.mail_from.empty() ? mail.helo : mail.mail_from;
    if (out.spf->result == SpfResult::kPass) {
      claim.spf_domain = sender.contains('@') ? domain_of_address(sender) : canonical_name(sender);
    }
  }
  out.dmarc = evaluate_dmarc(resolver, claim, DmarcEdition::kRfc9989, registrable);
  out.dmarc_7489 = registrable
                       ? evaluate_dmarc(resolver, claim, DmarcEdition::kRfc7489, registrable)
                       : out.dmarc;
  return out;
}

}  // namespace lr::domain
