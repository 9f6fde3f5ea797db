#include "domain/smtp/imap.h"

#include <fmt/format.h>

#include <charconv>

namespace lr::domain {
namespace {

using std::string_view;

bool is_one_line(string_view text) {
  return text.find_first_of(string_view("\r\n\0", 3)) == string_view::npos;
}

/// "* 1 FETCH (BODY[] {123}": 123; nullopt when the line does not end in a literal.
std::optional<std::size_t> literal_size(string_view line) {
  const std::size_t brace = line.rfind('{');
  if (!line.ends_with('}') || brace == string_view::npos) return std::nullopt;
  std::size_t size = 0;
  const char* end = line.data() + line.size() - 1;
  const auto [stop, error] = std::from_chars(line.data() + brace + 1, end, size);
  if (error != std::errc() || stop != end) return std::nullopt;
  return size;
}

/// The last number of the "* SEARCH" line.
std::optional<std::uint32_t> newest(string_view lines) {
  std::optional<std::uint32_t> found;
  const std::size_t at = lines.find("* SEARCH");
  if (at == string_view::npos) return found;
  string_view rest = lines.substr(at + 8);
  rest = rest.substr(0, rest.find('\n'));
  while (!rest.empty()) {
    std::uint32_t number = 0;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error == std::errc()) {
      found = number;
      rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
    } else {
      rest.remove_prefix(1);
    }
  }
  return found;
}

}  // namespace

std::string imap_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

net::Task<> ImapSession::greeting() {
  lines_.stream().expires(deadline_);
  LR_CO_TRY(const std::string line, co_await lines_.read_line(kLineBytes));
  if (line.starts_with("* OK")) co_return Result<>();
  co_return fail(Code::kBadGateway,
                 "the mailbox's server does not greet as IMAP: " + line.substr(0, 80),
                 Origin::kUpstream);
}

net::Task<ImapSession::Answer> ImapSession::read_answer(std::string tag) {
  Answer out;
  for (std::size_t count = 0; count < kLines; ++count) {
    LR_CO_TRY(const std::string line, co_await lines_.read_line(kLineBytes));
    if (line.starts_with(tag)) {
      out.status = line.substr(tag.size());
      co_return std::move(out);
    }
    out.lines += line + "\n";
    const auto size = literal_size(line);
    if (!size) continue;
    if (*size > kMessageBytes) {
      co_return fail(Code::kPayloadTooLarge, fmt::format("a message of {} bytes", *size),
                     Origin::kUpstream);
    }
    LR_CO_TRY(out.literal, co_await lines_.read_bytes(*size));
  }
  co_return fail(Code::kPayloadTooLarge, fmt::format("more than {} lines of IMAP", kLines),
                 Origin::kUpstream);
}

net::Task<ImapSession::Answer> ImapSession::command(std::string line) {
  const std::string tag = fmt::format("a{} ", ++count_);
  LR_CO_TRY_VOID(co_await lines_.write(tag + line + "\r\n"));
  co_return co_await read_answer(tag);
}

net::Task<> ImapSession::login(std::string user, const Secret& password) {
  if (!lines_.stream().secure()) {
    co_return fail(Code::kPermissionDenied, "no password is sent to the mailbox without TLS");
  }
  if (!is_one_line(user) || !is_one_line(password.expose())) {
    co_return fail(Code::kInvalidArgument, "the mailbox's user or password has a line break in it");
  }
  const std::string start = "LOGIN " + imap_quoted(user) + " ";
  const Secret line(start + imap_quoted(password.expose()));
  LR_CO_TRY(const Answer answer, co_await command(std::string(line.expose())));
  if (answer.status.starts_with("OK")) co_return Result<>();
  co_return fail(Code::kUnauthenticated,
                 "the mailbox refuses the login: " + answer.status.substr(0, 120),
                 Origin::kUpstream);
}

net::Task<std::optional<std::string>> ImapSession::find(std::string field, std::string value) {
  // Again each time: EXAMINE shows what has come since.
  LR_CO_TRY(const Answer opened, co_await command("EXAMINE INBOX"));
  if (!opened.status.starts_with("OK")) {
    co_return fail(Code::kBadGateway, "INBOX cannot be opened: " + opened.status.substr(0, 120),
                   Origin::kUpstream);
  }
  LR_CO_TRY(const Answer found,
            co_await command("SEARCH HEADER " + imap_quoted(field) + " " + imap_quoted(value)));
  const auto number = newest(found.lines);
  if (!number) co_return std::nullopt;
  LR_CO_TRY(Answer fetched, co_await command(fmt::format("FETCH {} BODY.PEEK[]", *number)));
  if (fetched.literal.empty()) {
    co_return fail(Code::kBadGateway,
                   "the message cannot be fetched: " + fetched.status.substr(0, 120),
                   Origin::kUpstream);
  }
  co_return std::optional<std::string>(std::move(fetched.literal));
}

net::Task<> ImapSession::logout() {
  Result<Answer> ignored = co_await command("LOGOUT");
  lines_.stream().close();
  co_return Result<>();
}

}  // namespace lr::domain
