#include "net/http_server.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "net/testing/rig.h"

namespace lr::net {
namespace {

using testing::RawClient;
using testing::ServerRig;

/// Answers with the method, the target and the body.
Task<> echo(ServerExchange& exchange) {
  LR_CO_TRY(const std::string_view body, co_await exchange.read_all(8 * limits::kMiB));
  std::string answer(exchange.head().method);
  answer.append(" ").append(exchange.head().target).append(" ").append(body);
  text::Fields fields;
  fields.add("Content-Type", "text/plain");
  co_return co_await exchange.send(200, fields, answer);
}

Task<> ignore_body(ServerExchange& exchange) {
  co_return co_await exchange.send(200, text::Fields(), "ignored");
}

/// The head, and as much body as it announces.
std::string read_answer(RawClient& client) {
  std::string answer = client.read_until("\r\n\r\n");
  const std::size_t at = answer.find("Content-Length: ");
  if (at == std::string::npos) return answer;
  return answer + client.read_bytes(std::stoul(answer.substr(at + 16)));
}

TEST(HttpServer, AnswersWithLengthAndDateAndKeepsTheConnection) {
  ServerRig rig(echo);
  RawClient client(rig.port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = read_answer(client);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Length: 7\r\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find("\r\nDate: "), std::string::npos) << answer;
    EXPECT_EQ(answer.find("Connection:"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nGET /a ")) << answer;
  }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  ServerRig rig(echo);
  RawClient client(rig.port());
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const std::string body(static_cast<std::size_t>(i), 'b');
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n";
    if (i % 2 == 0) {
      all += "Content-Length: " + std::to_string(i) + "\r\n\r\n" + body;
    } else {
      all += "Transfer-Encoding: chunked\r\n\r\n";
      text::append_chunk(all, body);
      text::append_last_chunk(all);
    }
  }
  client.send(all);
  for (int i = 0; i < 50; ++i) {
    const std::string wanted =
        "POST /" + std::to_string(i) + " " + std::string(static_cast<std::size_t>(i), 'b');
    EXPECT_TRUE(read_answer(client).ends_with("\r\n\r\n" + wanted)) << i;
  }
}

TEST(HttpServer, ReadsARequestThatComesByteByByte) {
  ServerRig rig(echo);
  RawClient client(rig.port());
  const std::string request =
      "POST /slow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n";
  for (int round = 0; round < 2; ++round) {
    for (const char byte : request) client.send({&byte, 1});
    EXPECT_TRUE(read_answer(client).ends_with("POST /slow hello world"));
  }
}

TEST(HttpServer, TakesBigBodiesBothWaysInBothCodings) {
  ServerRig rig(echo);
  const std::string body(5 * limits::kMiB, 'x');
  RawClient plain(rig.port());
  std::thread sender([&] {
    plain.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body);
  });
  EXPECT_TRUE(read_answer(plain).ends_with("POST / " + body));
  sender.join();

  RawClient chunked(rig.port());
  std::string bytes = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 70'001) {
    text::append_chunk(bytes, std::string_view(body).substr(at, 70'001));
  }
  text::append_last_chunk(bytes);
  std::thread chunk_sender([&] { chunked.send(bytes); });
  EXPECT_TRUE(read_answer(chunked).ends_with("POST / " + body));
  chunk_sender.join();
}

/// Says how the body came, and answers without waiting.
Task<> answer_at_once(ServerExchange& exchange) {
  std::string answer = "at hand: ";
  if (const auto body = exchange.body_at_hand(64)) {
    answer += *body;
  } else {
    LR_CO_TRY(const std::string_view rest, co_await exchange.read_all(8 * limits::kMiB));
    answer = "waited for: ";
    answer += rest;
  }
  co_return exchange.answer(200, text::Fields(), answer);
}

TEST(HttpServer, KnowsABodyThatCameWithItsHead) {
  ServerRig rig(answer_at_once);
  RawClient client(rig.port());
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ";
  client.send(head + "5\r\n\r\nhello" + head + "3\r\n\r\nbye");
  EXPECT_TRUE(read_answer(client).ends_with("\r\n\r\nat hand: hello"));
  EXPECT_TRUE(read_answer(client).ends_with("\r\n\r\nat hand: bye"));
  client.send(head + "5\r\n\r\nhel");
  std::this_thread::sleep_for(milliseconds(30));
  client.send("lo");
  EXPECT_TRUE(read_answer(client).ends_with("\r\n\r\nwaited for: hello"));
  const std::string long_body(65, 'x');
  client.send(head + "65\r\n\r\n" + long_body);
  EXPECT_TRUE(read_answer(client).ends_with("\r\n\r\nwaited for: " + long_body));
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
  EXPECT_TRUE(read_answer(client).ends_with("\r\n\r\nwaited for: ok"));
}

TEST(HttpServer, WhatDoesNotFitTheSocketFollowsAnAnswerWithoutWaiting) {
  ServerRig rig(answer_at_once);
  RawClient client(rig.port());
  const std::string body(6 * limits::kMiB, 'y');
  const std::string request =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  for (int round = 0; round < 2; ++round) {
    client.send(request + body);
    std::this_thread::sleep_for(milliseconds(50));  // The answer fills the socket meanwhile.
    EXPECT_TRUE(read_answer(client).ends_with("\r\n\r\nwaited for: " + body));
  }
}

TEST(HttpServer, HeadHasTheLengthOfTheBodyButNoBody) {
  ServerRig rig(echo);
  RawClient client(rig.port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_TRUE(read_answer(client).ends_with("GET /b "));
}

TEST(HttpServer, Http10ClosesUnlessAskedToKeep) {
  ServerRig rig(echo);
  RawClient closing(rig.port());
  closing.send("GET /a HTTP/1.0\r\nHost: x\r\n\r\n");
  EXPECT_NE(closing.read_to_end().find("Connection: close\r\n"), std::string::npos);

  RawClient keeping(rig.port());
  for (int i = 0; i < 2; ++i) {
    keeping.send("GET /a HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_NE(read_answer(keeping).find("Connection: keep-alive\r\n"), std::string::npos);
  }
}

TEST(HttpServer, ConnectionCloseIsHonoured) {
  ServerRig rig(echo);
  RawClient client(rig.port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.read_to_end().ends_with("GET /a "));
}

TEST(HttpServer, SendsContinueOnlyWhenTheHandlerReads) {
  ServerRig reading(echo);
  RawClient client(reading.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_TRUE(read_answer(client).ends_with("POST / hi"));

  ServerRig refusing(ignore_body);
  RawClient waiting(refusing.port());
  waiting.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  const std::string answer = waiting.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
}

// However the bytes arrive, a body that came unasked does not end the connection.
TEST(HttpServer, ABodySentWithoutWaitingForContinueKeepsTheConnection) {
  for (const char* framing : {"Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n"}) {
    ServerRig rig(echo);
    RawClient client(rig.port());
    const std::string head =
        fmt::format("POST /a HTTP/1.1\r\nHost: x\r\n{}Expect: 100-continue\r\n\r\n", framing);
    const bool chunked = framing[0] == 'T';
    client.send(head + (chunked ? "2\r\nhi\r\n0\r\n\r\n" : "hi"));
    EXPECT_TRUE(read_answer(client).ends_with("POST /a hi")) << framing;
    client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(read_answer(client).ends_with("GET /b ")) << framing;
  }
}

// A line over the limit is refused however it came, also when the client ends behind it.
TEST(HttpServer, ALineOverTheLimitThatComesInPiecesIsRefused) {
  ServerRig rig(echo);
  RawClient client(rig.port());
  client.send("GET /" + std::string(limits::kRequestLineBytes - 100, 'a'));
  std::this_thread::sleep_for(milliseconds(20));
  client.send(std::string(200, 'a'));
  client.half_close();
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 414 "));
}

TEST(HttpServer, SkipsASmallUnreadBodyAndClosesOnABigOne) {
  ServerRig rig(ignore_body);
  RawClient client(rig.port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n");
  EXPECT_TRUE(read_answer(client).ends_with("ignored"));
  client.send(std::string(60'000, 'u') + "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(read_answer(client).ends_with("ignored"));

  RawClient big(rig.port());
  big.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n");
  const std::string answer = big.read_to_end();
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
}

// The answer must arrive although the rest of a refused upload is still on its way.
TEST(HttpServer, ARefusedUploadGetsItsAnswer) {
  ServerRig rig(ignore_body);
  RawClient client(rig.port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" +
              std::string(200'000, 'u'));
  EXPECT_TRUE(client.read_to_end().ends_with("ignored"));
}

Task<> small_bodies_only(ServerExchange& exchange) {
  LR_CO_TRY(const std::string_view body, co_await exchange.read_all(10));
  co_return co_await exchange.send(200, text::Fields(), body);
}

TEST(HttpServer, BoundsBodiesAlsoWithoutALength) {
  ServerRig rig(small_bodies_only);
  RawClient declared(rig.port());
  declared.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
  EXPECT_TRUE(declared.read_until("\r\n").starts_with("HTTP/1.1 413 "));

  RawClient chunked(rig.port());
  chunked.send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "8\r\n12345678\r\n8\r\n12345678\r\n");
  EXPECT_TRUE(chunked.read_until("\r\n").starts_with("HTTP/1.1 413 "));

  RawClient exact(rig.port());
  exact.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1234567890");
  EXPECT_TRUE(read_answer(exact).ends_with("1234567890"));
}

struct Refused {
  std::string_view name;
  std::string_view bytes;
  std::string_view status;
};

TEST(HttpServer, RefusesWhatTwoParsersMightReadDifferently) {
  ServerRig rig(echo);
  const std::string long_target = "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n";
  const std::string long_field = "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(20'000, 'a');
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 200; ++i) many += "A: b\r\n";
  const Refused cases[] = {
      {"both lengths",
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
       "\r\n",
       "400"},
      {"two lengths",
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n", "400"},
      {"signed length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd", "400"},
      {"unknown coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "400"},
      {"bare LF", "GET / HTTP/1.1\nHost: x\n\n", "400"},
      {"folded field", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", "400"},
      {"space before colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400"},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
      {"two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
      {"absolute form", "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
      {"version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505"},
      {"TLS hello", "\x16\x03\x01\x02\r\n\r\n", "400"},
      {"long target", long_target, "414"},
      {"long field", long_field, "431"},
      {"many fields", many, "431"},
  };
  for (const Refused& refused : cases) {
    RawClient client(rig.port());
    client.send(refused.bytes);
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::string(refused.status)))
        << refused.name << ": " << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << refused.name;
    EXPECT_EQ(answer.find("HTTP/1.1 ", 1), std::string::npos) << refused.name << ": two answers";
  }
}

TEST(HttpServer, ABrokenChunkEndsTheConnection) {
  ServerRig rig(echo);
  RawClient client(rig.port());
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "zz\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_EQ(answer.find("smuggled"), std::string::npos) << answer;
}

TEST(HttpServer, ParseErrorsAreRenderedByTheOwner) {
  ServerOptions options;
  options.render_parse_error = [](const Error& error) {
    return "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nX-Code: " +
           std::string(code_name(error.code())) + "\r\nContent-Length: 0\r\n\r\n";
  };
  ServerRig rig(echo, options);
  RawClient client(rig.port());
  client.send("nonsense\r\n\r\n");
  EXPECT_NE(client.read_to_end().find("X-Code: invalid_argument"), std::string::npos);
}

Task<> fail_before(ServerExchange&) { co_return fail(Code::kNotFound, "secret detail"); }
Task<> say_nothing(ServerExchange&) { co_return Result<>(); }
Task<> fail_after(ServerExchange& exchange) {
  LR_CO_TRY_VOID(co_await exchange.begin(200, text::Fields(), std::nullopt));
  LR_CO_TRY_VOID(co_await exchange.write("part"));
  co_return fail(Code::kInternal, "broke");
}

TEST(HttpServer, AFailedHandlerGivesAPlain500) {
  for (const Handler& handler : {Handler(fail_before), Handler(say_nothing)}) {
    ServerRig rig(handler);
    RawClient client(rig.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = read_answer(client);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
    EXPECT_EQ(answer.find("secret"), std::string::npos) << answer;
    EXPECT_NE(answer.find(R"("code":"internal")"), std::string::npos) << answer;
  }
}

TEST(HttpServer, AHandlerThatFailsInTheMiddleDoesNotEndTheAnswerProperly) {
  ServerRig rig(fail_after);
  RawClient client(rig.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_to_end().find("0\r\n\r\n"), std::string::npos);
}

Task<> bad_fields(ServerExchange& exchange) {
  text::Fields fields;
  fields.add("X-A", "b\r\nInjected: yes");
  co_return co_await exchange.send(200, fields, "");
}

Task<> framing_fields(ServerExchange& exchange) {
  text::Fields fields;
  fields.add("content-length", "999");
  fields.add("Transfer-Encoding", "chunked");
  fields.add("connection", "upgrade");
  co_return co_await exchange.send(200, fields, "ok");
}

TEST(HttpServer, AHandlerCannotSplitAnAnswer) {
  ServerRig injecting(bad_fields);
  RawClient client(injecting.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = read_answer(client);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
  EXPECT_EQ(answer.find("Injected"), std::string::npos);

  ServerRig framing(framing_fields);
  RawClient other(framing.port());
  other.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string framed = read_answer(other);
  EXPECT_TRUE(framed.ends_with("Content-Length: 2\r\n\r\nok")) << framed;
  EXPECT_EQ(framed.find("chunked"), std::string::npos) << framed;
}

}  // namespace
}  // namespace lr::net
