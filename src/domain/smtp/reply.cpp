#include "domain/smtp/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

std::string upper(string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return out;
}

std::vector<string_view> words_of(string_view text) {
  std::vector<string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    if (end != 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// What a server says goes into reports and onto terminals.
std::string printable(string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

/// class "." subject "." detail, in front of a space or the end; class is the code's first digit.
std::string enhanced_code(string_view text, int code) {
  const string_view word = text.substr(0, std::min(text.find(' '), text.size()));
  std::size_t dots = 0;
  std::size_t digits = 0;
  for (const char c : word) {
    if (c == '.') {
      if (digits == 0) return {};
      ++dots;
      digits = 0;
    } else if (!text::is_digit(c) || ++digits > 3) {
      return {};
    }
  }
  if (dots != 2 || digits == 0 || word[0] - '0' != code / 100 || word[1] != '.') return {};
  return std::string(word);
}

/// 0 when the line is no reply line.
int code_of(string_view line) {
  if (line.size() < 3) return 0;
  const bool digits = text::is_digit(line[0]) && text::is_digit(line[1]) && text::is_digit(line[2]);
  if (!digits || line[0] < '2' || line[0] > '5') return 0;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

Result<> add_line(string_view line, SmtpReply& reply) {
  const int code = code_of(line);
  if (code == 0) {
    return fail(Code::kBadGateway,
                fmt::format("no SMTP reply: \"{}\"", printable(line.substr(0, 80))),
                Origin::kUpstream);
  }
  if (reply.code != 0 && code != reply.code) {
    return fail(Code::kBadGateway,
                fmt::format("the code changes from {} to {} inside of a reply", reply.code, code),
                Origin::kUpstream);
  }
  if (reply.lines.size() == kSmtpReplyLines) {
    return fail(Code::kPayloadTooLarge,
                fmt::format("a reply of more than {} lines", kSmtpReplyLines), Origin::kUpstream);
  }
  reply.code = code;
  reply.longest_line = std::max(reply.longest_line, line.size());
  reply.lines.push_back(printable(line.substr(std::min<std::size_t>(4, line.size()))));
  return {};
}

}  // namespace

std::string SmtpReply::str() const {
  std::string out = std::to_string(code);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += (i == 0 ? " " : " / ") + lines[i];
  }
  return out;
}

Result<std::size_t> parse_smtp_reply(std::string_view bytes, SmtpReply& reply) {
  reply = SmtpReply();
  std::size_t at = 0;
  while (true) {
    const std::size_t end = bytes.find('\n', at);
    const std::size_t length = std::min(end, bytes.size()) - at;
    if (length > kSmtpReplyLineBytes) {
      return fail(Code::kPayloadTooLarge,
                  fmt::format("a reply line of more than {} bytes", kSmtpReplyLineBytes),
                  Origin::kUpstream);
    }
    if (end == string_view::npos) return std::size_t{0};
    string_view line = bytes.substr(at, length);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    } else {
      reply.bare_line_feed = true;
    }
    LR_TRY_VOID(add_line(line, reply));
    at = end + 1;
    if (line.size() > 3 && line[3] == '-') continue;
    reply.enhanced = enhanced_code(reply.lines.front(), reply.code);
    return at;
  }
}

bool SmtpCapabilities::has_mechanism(std::string_view mechanism) const {
  return std::ranges::find(mechanisms, mechanism) != mechanisms.end();
}

SmtpCapabilities parse_capabilities(const SmtpReply& reply) {
  SmtpCapabilities out;
  out.extended = true;
  const std::vector<string_view> greeting =
      words_of(reply.lines.empty() ? string_view() : string_view(reply.lines.front()));
  if (!greeting.empty()) out.name = greeting.front();
  for (std::size_t i = 1; i < reply.lines.size(); ++i) {
    // "AUTH=LOGIN" is how old servers write it for older clients.
    std::string line = upper(reply.lines[i]);
    if (line.starts_with("AUTH=")) line[4] = ' ';
    const std::vector<string_view> words = words_of(line);
    if (words.empty()) continue;
    out.keywords.emplace_back(words[0]);
    if (words[0] == "STARTTLS") out.starttls = true;
    if (words[0] == "PIPELINING") out.pipelining = true;
    if (words[0] == "8BITMIME") out.eight_bit = true;
    if (words[0] == "AUTH")
      out.mechanisms.insert(out.mechanisms.end(), words.begin() + 1, words.end());
    if (words[0] == "SIZE") {
      std::size_t size = 0;
      if (words.size() > 1) {
        std::from_chars(words[1].data(), words[1].data() + words[1].size(), size);
      }
      out.size = size;
    }
  }
  return out;
}

}  // namespace lr::domain
