#include "audit/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace lr::audit {
namespace {

using probe::Intent;

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::kNotFound, "cannot read " + path, Origin::kContract);
  std::string text(limits::kJwksBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > limits::kJwksBytes) {
    return fail(Code::kPayloadTooLarge, path + " is too large", Origin::kContract);
  }
  return text;
}

bool is_redirect(const probe::Exchange& answer) {
  return answer.status() >= 300 && answer.status() < 400 &&
         answer.response.headers.get("Location").has_value();
}

/// Where the root leads.
struct Arrival {
  probe::Exchange root;
  probe::Exchange page;   ///< Behind the redirects that stay on the origin.
  std::string elsewhere;  ///< The origin that the last of them leaves to, or "".
};

/// The target of a Location on the same origin, or nullopt; `elsewhere` is another origin then.
std::optional<std::string> next_target(const text::Url& origin, const probe::Exchange& answer,
                                       std::string& elsewhere) {
  const std::string location(text::trim_ows(*answer.response.headers.get("Location")));
  if (location.starts_with('/') && !location.starts_with("//")) return location;
  const bool relative = location.starts_with("//");
  const auto url = text::parse_url(relative ? origin.scheme + ":" + location : location);
  if (!url) return std::nullopt;
  if (url->origin() == origin.origin()) return url->target;
  elsewhere = url->origin();
  return std::nullopt;
}

net::Task<Arrival> follow_root(probe::Prober& prober) {
  constexpr int kHopsMax = 5;
  Arrival out;
  probe::Request request;
  request.intent = Intent::kControl;
  LR_CO_TRY(out.root, co_await prober.send(request));
  out.page = out.root;
  for (int hop = 0; hop < kHopsMax && is_redirect(out.page); ++hop) {
    const auto target = next_target(prober.target(), out.page, out.elsewhere);
    if (!target) break;
    request.target = target->substr(0, target->find('#'));
    LR_CO_TRY(out.page, co_await prober.send(request));
  }
  co_return out;
}

}  // namespace

Session::Session(net::EventLoop& loop, const Clock& clock, Rng& rng, SessionOptions options)
    : contract_(options.contract),
      profile_(options.profile),
      clock_(clock),
      rng_(rng),
      prober_(loop, std::move(options.tls), std::move(options.prober)) {
  if (contract_ == nullptr) return;
  cases_ = plan_cases(*contract_);
  identities_ = std::make_unique<probe::Identities>(*contract_, clock_, rng_, redactor_);
  objects_ = std::make_unique<probe::Objects>(*contract_, prober_, *identities_, rng_);
  exerciser_ = std::make_unique<Exerciser>(
      Exerciser::Parts{*contract_, profile_, prober_, *identities_, *objects_, not_found_, rng_});
}

net::Task<std::vector<probe::Exchange>> Session::learn_not_found() {
  std::vector<probe::Exchange> out;
  for (const char* prefix : {"/", "/lr-audit-", "/lr-audit/"}) {
    probe::Request request;
    request.intent = Intent::kControl;
    request.target = prefix + rng_.hex(12);
    LR_CO_TRY(probe::Exchange exchange, co_await prober_.send(std::move(request)));
    not_found_.learn(exchange);
    out.push_back(std::move(exchange));
  }
  co_return out;
}

/// A stranger who is shown nothing of the product has found nothing, and proved nothing.
net::Task<> Session::look_around(std::vector<probe::Exchange> unknown) {
  LR_CO_TRY(Arrival arrival, co_await follow_root(prober_));
  const auto all = [&](auto test) {
    return test(arrival.root) && std::ranges::all_of(unknown, test);
  };
  if (all([](const probe::Exchange& answer) { return answer.crashed(); })) {
    prober_.stop(
        fmt::format("every path is answered with a server error ({}); is the product running?",
                    arrival.root.status()));
  } else if (!arrival.elsewhere.empty() && all(is_redirect)) {
    prober_.stop(fmt::format("every path leads to {}; audit that address", arrival.elsewhere));
  } else if (is_redirect(arrival.page) && all(is_redirect)) {
    prober_.stop("every path is redirected, and no redirect leads to a page");
  }
  start_page_ = std::move(arrival.page);
  co_return Result<>();
}

net::Task<> Session::prepare() {
  LR_CO_TRY(std::vector<probe::Exchange> unknown, co_await learn_not_found());
  if (contract_ == nullptr) co_return co_await look_around(std::move(unknown));
  co_return co_await identities_->prepare(prober_);
}

net::Task<> Session::finish() {
  if (contract_ == nullptr) co_return Result<>();
  co_return co_await objects_->cleanup();
}

net::Task<probe::Exchange> Session::send_as(probe::Request request, const probe::Persona* persona) {
  if (persona != nullptr) {
    LR_CO_TRY_VOID(co_await identities_->authorize(request, *persona, prober_));
  }
  co_return co_await prober_.send(std::move(request));
}

net::Task<std::string> Session::key_set_text() {
  for (const contract::Issuer& issuer : contract_->issuers) {
    if (const auto* file = std::get_if<contract::JwksFile>(&issuer.keys)) {
      co_return read_text(file->path);
    }
  }
  co_return fail(Code::kNotFound, "the contract names no key file", Origin::kContract);
}

net::Task<const std::vector<crypto::Jwk>*> Session::public_keys() {
  if (public_keys_) co_return &*public_keys_;
  public_keys_.emplace();
  if (contract_ == nullptr) co_return &*public_keys_;
  if (const crypto::Jwk* key = identities_->mint_key()) public_keys_->push_back(*key);
  const auto text = co_await key_set_text();
  if (text) {
    const auto set = crypto::JwkSet::parse(*text);
    if (set) public_keys_->insert(public_keys_->end(), set->keys().begin(), set->keys().end());
  }
  co_return &*public_keys_;
}

}  // namespace lr::audit
