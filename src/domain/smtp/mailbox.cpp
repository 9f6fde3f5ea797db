#include "domain/smtp/mailbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "domain/mail/message.h"
#include "domain/mail/tag_list.h"
#include "domain/smtp/imap.h"
#include "net/http_client.h"

namespace lr::domain {
namespace {

namespace fs = std::filesystem;

bool has_field(std::string_view bytes, const MailboxQuestion& question) {
  const Result<Message> message = Message::parse(bytes);
  if (!message) return false;
  const HeaderField* field = message->find(question.field);
  return field != nullptr && trim_folding(field->value) == question.value;
}

std::optional<std::string> read_message(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error || size > kMaildirBytes) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Everything over one connection: the mailbox is asked again until the deadline.
net::Task<std::optional<std::string>> wait_over_imap(net::EventLoop& loop, const Mailbox& mailbox,
                                                     const Network& network,
                                                     const MailboxQuestion& question,
                                                     MailboxWait wait) {
  text::Url url;
  url.scheme = "https";
  url.host = mailbox.host;
  url.port = mailbox.port;
  const HostAddresses addresses = addresses_of(network.resolver, mailbox.host);
  const auto literal = text::parse_ip(mailbox.host);
  if (addresses.all.empty() && !literal) {
    co_return fail(Code::kUnavailable, mailbox.host + " has no address", Origin::kUpstream);
  }
  const text::IpAddress ip = literal ? *literal : addresses.all.front();
  LR_CO_TRY(auto tls, net::TlsClientContext::create(network.ca_file));
  LR_CO_TRY(std::unique_ptr<net::Stream> stream,
            co_await net::connect(loop, url, std::move(tls),
                                  Deadline::after(network.connect_patience).sooner(wait.deadline),
                                  network.endpoint(ip, mailbox.port)));
  ImapSession session(std::move(stream), wait.deadline);
  LR_CO_TRY_VOID(co_await session.greeting());
  static const Secret kNone;
  const Secret& password = mailbox.password ? *mailbox.password : kNone;
  LR_CO_TRY_VOID(co_await session.login(mailbox.user, password));
  while (!wait.deadline.expired(std::chrono::steady_clock::now())) {
    LR_CO_TRY(std::optional<std::string> found,
              co_await session.find(question.field, question.value));
    if (found) {
      LR_CO_TRY_VOID(co_await session.logout());
      co_return std::move(found);
    }
    LR_CO_TRY_VOID(co_await net::sleep_for(wait.poll));
  }
  co_return std::nullopt;
}

}  // namespace

Result<std::optional<std::string>> find_in_maildir(const std::string& folder,
                                                   const MailboxQuestion& question) {
  std::size_t looked_at = 0;
  for (const char* part : {"new", "cur"}) {
    std::error_code error;
    fs::directory_iterator files(fs::path(folder) / part, error);
    if (error) {
      return fail(Code::kUnavailable,
                  fmt::format("{}/{}: {}; name a maildir", folder, part, error.message()));
    }
    for (; files != fs::directory_iterator(); files.increment(error)) {
      if (error || ++looked_at > kMaildirFiles) break;
      if (!files->is_regular_file(error)) continue;
      std::optional<std::string> bytes = read_message(files->path());
      if (bytes && has_field(*bytes, question)) return bytes;
    }
  }
  return std::nullopt;
}

Result<std::optional<std::string>> wait_in_mailbox(const Mailbox& mailbox, const Network& network,
                                                   const MailboxQuestion& question,
                                                   const MailboxWait& wait) {
  if (mailbox.kind == Mailbox::Kind::kImap) {
    net::EventLoop loop;
    return loop.block_on(wait_over_imap(loop, mailbox, network, question, wait));
  }
  while (true) {
    auto found = find_in_maildir(mailbox.path, question);
    if (!found || *found) return found;
    if (wait.deadline.expired(std::chrono::steady_clock::now())) return std::nullopt;
    std::this_thread::sleep_for(wait.poll);
  }
}

Result<std::unique_ptr<SmtpSink>> start_sink(const Mailbox& mailbox, const std::string& tag) {
  const std::string& path = mailbox.path;
  const std::size_t colon = path.rfind(':');
  std::string host = path.substr(0, std::min(colon, path.size()));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto ip = text::parse_ip(host);
  std::uint16_t port = 0;
  const char* end = path.data() + path.size();
  const bool numbered =
      colon != std::string::npos && std::from_chars(path.data() + colon + 1, end, port).ptr == end;
  if (!ip || !numbered) {
    return fail(Code::kInvalidArgument, "the sink's address is not \"address:port\": " + path,
                Origin::kContract);
  }
  return SmtpSink::start({.listen = {*ip, port},
                          .name = "launch-ready-sink.invalid",
                          .recipient = mailbox.address,
                          .tag = tag});
}

}  // namespace lr::domain
