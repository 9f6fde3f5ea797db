#include "probe/evidence.h"

#include <fmt/format.h>

#include <vector>

#include "probe/prober.h"
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

void Redactor::learn(std::string_view secret) {
  if (secret.size() >= 8) known_.emplace(secret);
}

std::string Redactor::clean(std::string_view text) const {
  std::vector<std::string_view> known(known_.begin(), known_.end());
  return text::redact(text, known);
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
  if (request.method != "GET") out += " -X " + shell_quote(request.method);
  for (const text::Header& field : request.headers) {
    if (text::equals_ignoring_case(field.name, kRunHeader)) continue;
    if (text::is_sensitive_field(field.name)) {
      const std::size_t space = field.value.find(' ');
      const std::string scheme =
          space == std::string::npos ? "" : field.value.substr(0, space + 1);
      out += fmt::format(" -H {}\"${}\"", shell_quote(field.name + ": " + scheme),
                         request.credential_variable);
    } else {
      out += " -H " + shell_quote(redactor.clean(fmt::format("{}: {}", field.name, field.value)));
    }
  }
  if (!request.body.empty()) {
    if (request.body.size() > kCurlBodyShown) {
      out += fmt::format(" --data-binary @body.txt  # {} bytes", request.body.size());
      return out + "\n# " + shell_quote(redactor.clean(origin + request.target));
    }
    out += " --data-binary " + shell_quote(redactor.clean(request.body));
  }
  return out + " " + shell_quote(redactor.clean(origin + request.target));
}

}  // namespace lr::probe
