#include "audit/origins.h"

#include <fmt/format.h>

#include <algorithm>

namespace lr::audit {
namespace {

using probe::Exchange;
using probe::Intent;

void settle(CheckContext& context, const Cell& cell, const OriginForm& form,
            const Exchange& answer) {
  if (answer.limited()) {
    context.inconclusive(cell, "answered 429 and the wait would be too long");
    return;
  }
  if (!lets_in(answer, form.origin)) {
    context.proved();
    return;
  }
  const bool credentials =
      answer.response.headers.get("Access-Control-Allow-Credentials") == "true";
  Found found = context.finding(answer, fmt::format("Origin: {} is let in{}", form.origin,
                                                    credentials ? ", with credentials" : ""));
  found.guard = "origins: [https://your-own-site.example]  # only listed origins are let in";
  found.group = "all routes";
  context.found(cell, std::move(found));
}

net::Task<> ask(CheckContext& context, const Site& site, const OriginForm& form, bool preflight) {
  Cell cell = site.cell;
  cell.form = form.form + (preflight ? ", preflight" : "");
  probe::Request request = site.request;
  request.intent = Intent::kAttack;
  request.headers.set("Origin", form.origin);
  if (preflight) {
    request.headers.set("Access-Control-Request-Method", request.method);
    request.headers.set("Access-Control-Request-Headers", "authorization");
    request.method = "OPTIONS";
    cell.method = "OPTIONS";
    request.body.clear();
  } else if (site.persona != nullptr) {
    LR_CO_TRY_VOID(co_await context.session().identities().authorize(request, *site.persona,
                                                                     context.prober()));
  }
  LR_CO_TRY(const Exchange answer, co_await context.prober().send(std::move(request)));
  settle(context, cell, form, answer);
  co_return Result<>();
}

}  // namespace

std::vector<OriginForm> stranger_origins() {
  return {{"another site", "https://launchready-audit.invalid"},
          {"another site without TLS", "http://launchready-audit.invalid"},
          {"a file", "file://"},
          {"a browser extension", "chrome-extension://launchreadyaudit"}};
}

std::vector<OriginForm> lookalikes_of(const std::string& origin) {
  const std::size_t at = origin.find("://");
  if (at == std::string::npos) return {};
  const std::string scheme = origin.substr(0, at + 3);
  const std::string authority = origin.substr(at + 3);
  const std::string host = authority.substr(0, authority.find(':'));
  std::vector<OriginForm> out = {
      {"the right name with something in front", scheme + "launchready" + authority},
      {"the right name with something behind", scheme + host + ".launchready.invalid"},
      {"the right name with a hyphen behind", scheme + host + "-launchready.invalid"},
      {"a subdomain", scheme + "launchready." + authority},
      {"another port", scheme + host + ":8443"},
      {"a dot at the end", scheme + host + "."},
      {"user information", scheme + host + "@launchready.invalid"},
      {"an underscore behind", scheme + host + "_.launchready.invalid"},
      {"a backtick behind", scheme + host + "`.launchready.invalid"},
      {"an exclamation mark behind", scheme + host + "!.launchready.invalid"},
      {"%60 behind", scheme + host + "%60.launchready.invalid"},
      {"a path behind", origin + "/launchready"},
  };
  if (scheme == "https://") out.push_back({"without TLS", "http://" + authority});
  if (const std::size_t dot = host.find('.'); dot != std::string::npos) {
    std::string other = host;
    other[dot] = 'x';
    out.push_back({"a dot replaced by a letter", scheme + other});
  }
  return out;
}

bool lets_in(const Exchange& answer, const std::string& origin) {
  return std::ranges::any_of(answer.response.headers, [&](const text::Header& field) {
    return text::equals_ignoring_case(field.name, "Access-Control-Allow-Origin") &&
           text::trim_ows(field.value) == origin;
  });
}

net::Task<> try_origins(CheckContext& context, std::vector<OriginForm> forms,
                        std::size_t sites_max) {
  LR_CO_TRY(const std::vector<Site> sites,
            co_await readable_sites(context, sites_max, Visit::kOften));
  if (sites.empty()) co_return fail(Code::kUnavailable, "nothing of the product can be read");
  context.plan((sites.size() + 1) * forms.size());
  for (const OriginForm& form : forms) {
    for (const Site& site : sites) {
      LR_CO_TRY_VOID(co_await ask(context, site, form, false));
    }
    LR_CO_TRY_VOID(co_await ask(context, sites.back(), form, true));
  }
  co_return Result<>();
}

}  // namespace lr::audit
