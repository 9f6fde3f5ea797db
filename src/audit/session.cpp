#include "audit/session.h"

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

net::Task<> Session::learn_not_found() {
  for (const char* prefix : {"/", "/lr-audit-", "/lr-audit/"}) {
    probe::Request request;
    request.intent = Intent::kControl;
    request.target = prefix + rng_.hex(12);
    LR_CO_TRY(const probe::Exchange exchange, co_await prober_.send(std::move(request)));
    not_found_.learn(exchange);
  }
  co_return Result<>();
}

net::Task<> Session::prepare() {
  LR_CO_TRY_VOID(co_await learn_not_found());
  if (contract_ == nullptr) co_return Result<>();
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
