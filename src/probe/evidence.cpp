#include "probe/evidence.h"

#include <fmt/format.h>

#include <vector>

#include "probe/placeholder.h"
#include "probe/prober.h"
#include "probe/witness.h"
#include "text/http1.h"
#include "text/redact.h"

namespace lr::probe {
namespace {

constexpr std::size_t kBodyShown = 1200;
constexpr std::size_t kFieldShown = 300;
constexpr std::size_t kCurlBodyShown = 2000;

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  return fmt::format("{}… ({} bytes in all)", text.substr(0, most), text.size());
}

/// Control characters other than line ends would spoil terminals and logs that show the report.
std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\t') {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

void append_fields(std::string& out, const text::Headers& headers, const Redactor& redactor) {
  for (const text::Header& field : headers) {
    const std::string value = text::is_sensitive_field(field.name)
                                  ? text::mask(field.value)
                                  : redactor.clean(shortened(field.value, kFieldShown));
    out += fmt::format("{}: {}\n", field.name, printable(value));
  }
}

}  // namespace

namespace {

/// A marker is 40 characters that a redactor takes for a key; its beginning is enough to see it.
std::string shorten_markers(std::string_view text) {
  constexpr std::size_t kMarkerBytes = kMarkerPrefix.size() + 32;
  std::string out(text);
  for (std::size_t at = out.find(kMarkerPrefix); at != std::string::npos;
       at = out.find(kMarkerPrefix, at + 1)) {
    if (at + kMarkerBytes > out.size()) break;
    const std::string start = out.substr(at + kMarkerPrefix.size(), 6);
    out.replace(at, kMarkerBytes, fmt::format("[canary {}]", start));
  }
  return out;
}

bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.';
}

}  // namespace

void Redactor::learn(std::string_view secret) {
  if (secret.size() >= 8) known_.emplace(secret);
}

std::string Redactor::clean(std::string_view text) const {
  std::vector<std::string_view> known(known_.begin(), known_.end());
  return text::redact(shorten_markers(text), known);
}

std::string Redactor::without_credentials(std::string_view text) const {
  std::string out(text);
  for (const std::string& secret : known_) {
    out = substitute(std::move(out), secret, text::mask(secret));
  }
  // Tokens that were never ours: what the target sent, or a forgery.
  constexpr std::string_view kTokenStart = "eyJ";
  for (std::size_t at = out.find(kTokenStart); at != std::string::npos;
       at = out.find(kTokenStart, at + 1)) {
    std::size_t end = at;
    while (end < out.size() && is_token_character(out[end])) ++end;
    if (end - at < 40) continue;
    out.replace(at, end - at, text::mask(out.substr(at, end - at)));
  }
  return out;
}

report::Evidence make_evidence(std::string what, const Exchange& exchange,
                               const Redactor& redactor) {
  const Request& request = exchange.request;
  report::Evidence out;
  out.what = std::move(what);
  out.request = fmt::format("{} {}\n", request.method,
                            printable(redactor.clean(shortened(request.target, kBodyShown))));
  append_fields(out.request, request.headers, redactor);
  if (!request.body.empty()) {
    out.request += "\n" + printable(redactor.clean(shortened(request.body, kBodyShown)));
  }
  const net::HttpResponse& response = exchange.response;
  out.response = fmt::format("{} {}\n", response.status, text::reason_phrase(response.status));
  append_fields(out.response, response.headers, redactor);
  out.response += "\n" + printable(redactor.clean(shortened(response.body, kBodyShown)));
  return out;
}

namespace {

/// "Authorization: Bearer $TOKEN" in double quotes where the shell fills it in.
std::string credential_field(const text::Header& field, const std::string& variable) {
  const std::size_t space = field.value.find(' ');
  const std::string scheme = space == std::string::npos ? "" : field.value.substr(0, space + 1);
  return fmt::format(" -H {}\"${}\"", shell_quote(field.name + ": " + scheme), variable);
}

}  // namespace

std::string shell_quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string render_curl(const std::string& origin, const Request& request,
                        const Redactor& redactor) {
  std::string out = "curl -i --path-as-is";
  if (request.method != "GET") out += " -X " + request.method;
  bool has_credential = false;
  for (const text::Header& field : request.headers) {
    if (text::equals_ignoring_case(field.name, kRunHeader)) continue;
    if (text::is_sensitive_field(field.name) && !field.value.empty()) {
      out += credential_field(field, request.credential_variable);
      has_credential = true;
    } else {
      const std::string line = fmt::format("{}: {}", field.name, field.value);
      out += " -H " + shell_quote(redactor.without_credentials(line));
    }
  }
  std::string note;
  if (has_credential && !request.credential_note.empty()) {
    note = fmt::format("  # {}: {}", request.credential_variable, request.credential_note);
  }
  if (request.body.size() > kCurlBodyShown) {
    out += " --data-binary @body.txt";
    note += fmt::format("  # body.txt: {} bytes", request.body.size());
  } else if (!request.body.empty()) {
    out += " --data-binary " + shell_quote(redactor.without_credentials(request.body));
  }
  return out + " " + shell_quote(redactor.without_credentials(origin + request.target)) + note;
}

}  // namespace lr::probe
