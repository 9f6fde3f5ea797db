#include "domain/dns/server_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/rng.h"
#include "domain/zone.h"
#include "net/datagram.h"
#include "net/http_client.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kShownNames = 5;

std::uint16_t random_id() {
  SystemRng random;
  return static_cast<std::uint16_t>(random.below(65'536));
}

/// An answer to this very question? Servers that cannot read it may leave the question out.
bool is_answer(const DnsMessage& message, const Question& question, std::uint16_t id) {
  if (!message.response || message.id != id) return false;
  if (message.question.empty() && message.rcode != Rcode::kNoError) return true;
  return message.question == canonical_name(question.name) &&
         message.question_type == question.type;
}

std::unexpected<Error> not_an_answer(const net::Endpoint& server) {
  return fail(Code::kInvalidArgument, server.str() + " answers another question",
              Origin::kUpstream);
}

Result<DnsMessage> ask_udp(const net::Endpoint& server, const Question& question,
                           Deadline deadline) {
  const std::uint16_t id = random_id();
  const auto has_our_id = [id](string_view datagram) {
    return datagram.size() >= kLengthBytes && static_cast<std::uint8_t>(datagram[0]) == id >> 8 &&
           static_cast<std::uint8_t>(datagram[1]) == (id & 0xff);
  };
  LR_TRY(const std::string wire,
         net::exchange_datagrams(server, encode_question(question, id), deadline, has_our_id));
  LR_TRY(DnsMessage message, parse_message(wire));
  if (!is_answer(message, question, id)) return not_an_answer(server);
  return message;
}

/// A connection that speaks messages with their length in front (RFC 1035 section 4.2.2).
net::Task<std::unique_ptr<net::Stream>> open(net::EventLoop& loop, net::Endpoint server,
                                             Deadline deadline) {
  const text::Url nameless;
  LR_CO_TRY(auto stream, co_await net::connect(loop, nameless, nullptr, deadline, server));
  stream->expires(deadline);
  co_return std::move(stream);
}

net::Task<std::string> read_exactly(net::Stream& stream, std::size_t count) {
  std::string out(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    LR_CO_TRY(const std::size_t got,
              co_await stream.read_some(std::span(out).subspan(have, count - have)));
    if (got == 0) {
      co_return fail(Code::kUnavailable, "the server closed the connection", Origin::kUpstream);
    }
    have += got;
  }
  co_return out;
}

net::Task<DnsMessage> read_message(net::Stream& stream) {
  LR_CO_TRY(const std::string length, co_await read_exactly(stream, kLengthBytes));
  const std::size_t bytes = static_cast<std::size_t>(static_cast<std::uint8_t>(length[0])) << 8 |
                            static_cast<std::uint8_t>(length[1]);
  LR_CO_TRY(const std::string wire, co_await read_exactly(stream, bytes));
  co_return parse_message(wire);
}

net::Task<> send_question(net::Stream& stream, Question question, std::uint16_t id) {
  const std::string wire = encode_question(question, id);
  std::string framed;
  framed += static_cast<char>(wire.size() >> 8);
  framed += static_cast<char>(wire.size() & 0xff);
  framed += wire;
  co_return co_await stream.write_all(framed);
}

net::Task<DnsMessage> ask_over(net::EventLoop& loop, net::Endpoint server, Question question,
                               Deadline deadline) {
  const std::uint16_t id = random_id();
  LR_CO_TRY(const auto stream, co_await open(loop, server, deadline));
  LR_CO_TRY_VOID(co_await send_question(*stream, question, id));
  LR_CO_TRY(DnsMessage message, co_await read_message(*stream));
  if (!is_answer(message, question, id)) co_return not_an_answer(server);
  co_return message;
}

Result<DnsMessage> ask_tcp(const net::Endpoint& server, const Question& question,
                           Deadline deadline) {
  net::EventLoop loop;
  return loop.block_on(ask_over(loop, server, question, deadline));
}

/// A transfer begins and ends with the zone's SOA record; a server that answers with the SOA alone
/// gives nothing away.
net::Task<Transfer> transfer_over(net::EventLoop& loop, net::Endpoint server, std::string zone,
                                  Deadline deadline) {
  const std::uint16_t id = random_id();
  LR_CO_TRY(const auto stream, co_await open(loop, server, deadline));
  const Question question{.name = zone, .type = kAxfr, .edns = false};
  LR_CO_TRY_VOID(co_await send_question(*stream, question, id));
  Transfer out;
  std::set<std::string> names;
  std::size_t authorities = 0;
  for (std::size_t i = 0; i < kTransferMessages && authorities < 2; ++i) {
    Result<DnsMessage> message = co_await read_message(*stream);
    if (!message && i == 0) co_return std::unexpected(std::move(message).error());
    if (!message) break;
    if (!message->response || message->id != id) co_return not_an_answer(server);
    out.rcode = message->rcode;
    if (message->rcode != Rcode::kNoError || message->answer.empty()) break;
    for (const Record& record : message->answer) {
      authorities += record.type == RecordType::kSoa ? 1 : 0;
      out.open = out.open || record.type != RecordType::kSoa;
      if (record.name != zone && names.size() < kShownNames) names.insert(record.name);
    }
    out.records += message->answer.size();
  }
  out.first_names = fmt::format("{}", fmt::join(names, ", "));
  co_return out;
}

}  // namespace

Result<DnsMessage> ask_server(const net::Endpoint& server, const Question& question,
                              Transport transport, milliseconds patience) {
  if (!is_askable(question.name)) {
    return fail(Code::kInvalidArgument, question.name + " cannot be asked");
  }
  if (transport == Transport::kTcp) return ask_tcp(server, question, Deadline::after(patience));
  Result<DnsMessage> answer = ask_udp(server, question, Deadline::after(patience));
  if (transport == Transport::kUdpOnly || !answer || !answer->truncated) return answer;
  return ask_tcp(server, question, Deadline::after(patience));
}

Result<DnsMessage> ask_servers(std::span<const net::Endpoint> servers, const Question& question,
                               Transport transport) {
  constexpr std::size_t kTries = 2;
  Error last(Code::kUnavailable, "there is no server to ask");
  for (const net::Endpoint& server : servers.first(std::min(kTries, servers.size()))) {
    Result<DnsMessage> answer = ask_server(server, question, transport);
    if (answer) return answer;
    last = std::move(answer).error();
  }
  return std::unexpected(std::move(last));
}

Result<Transfer> try_transfer(const net::Endpoint& server, const std::string& zone,
                              milliseconds patience) {
  net::EventLoop loop;
  return loop.block_on(
      transfer_over(loop, server, canonical_name(zone), Deadline::after(patience)));
}

}  // namespace lr::domain
