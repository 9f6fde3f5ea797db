#include "guard/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "contract/load.h"
#include "decide/rate.h"

namespace lr::guard {
namespace {

using contract::Contract;
using contract::Method;
using contract::PathSegment;

Result<std::string> read_key_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(limits::kJwksBytes + 1, '\0');
  if (!file) return fail(Code::kInvalidArgument, path + ": cannot be read", Origin::kContract);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > limits::kJwksBytes) {
    return fail(Code::kInvalidArgument, path + ": larger than a JWKS may be", Origin::kContract);
  }
  return text;
}

Result<std::shared_ptr<const crypto::JwkSet>> load_fixed_keys(const contract::Issuer& issuer) {
  if (const auto* file = std::get_if<contract::JwksFile>(&issuer.keys)) {
    LR_TRY(const std::string text, read_key_file(file->path));
    auto keys = crypto::JwkSet::parse(text);
    if (!keys) return std::unexpected(std::move(keys).error().context(file->path));
    if (keys->keys().empty()) {
      return fail(Code::kInvalidArgument, file->path + ": holds no usable signature key",
                  Origin::kContract);
    }
    return std::make_shared<const crypto::JwkSet>(std::move(*keys));
  }
  if (const auto* shared = std::get_if<contract::SharedSecret>(&issuer.keys)) {
    LR_TRY(const Secret secret, contract::read_secret(shared->secret));
    LR_TRY(crypto::Jwk key, crypto::Jwk::from_hmac_secret(secret, ""));
    return std::make_shared<const crypto::JwkSet>(std::vector<crypto::Jwk>{std::move(key)});
  }
  return std::shared_ptr<const crypto::JwkSet>();
}

std::string environment_names(const Contract& contract) {
  std::string out;
  for (const contract::Environment& environment : contract.environments) {
    out += (out.empty() ? "" : ", ") + environment.name;
  }
  return out;
}

Result<const contract::Environment*> pick_environment(const Contract& contract,
                                                      const std::string& name) {
  if (!name.empty()) {
    if (const auto* found = contract.find_environment(name)) return found;
    return fail(Code::kInvalidArgument,
                fmt::format("{}: there is no environment \"{}\"; choose one of {}", contract.file,
                            name, environment_names(contract)),
                Origin::kContract);
  }
  if (contract.environments.size() == 1) return &contract.environments.front();
  if (const auto* found = contract.find_environment("production")) return found;
  if (contract.environments.empty()) return nullptr;
  return fail(Code::kInvalidArgument,
              fmt::format("{}: several environments; choose one with --env: {}", contract.file,
                          environment_names(contract)),
              Origin::kContract);
}

void apply_overrides(Contract& contract, const GuardOptions& options) {
  if (options.listen) contract.guard.listen = *options.listen;
  if (options.admin) contract.guard.admin = *options.admin;
  if (options.workers) contract.guard.workers = *options.workers;
  if (options.state_folder) {
    const std::filesystem::path folder(*options.state_folder);
    contract.guard.ledger_path = folder / "launchready-ledger.db";
    contract.guard.state_path = folder / "launchready-state.db";
  }
}

std::vector<CompiledRule> compile_limit(const contract::Limit& limit) {
  std::vector<CompiledRule> out;
  for (const contract::LimitRule& rule : limit.rules) {
    CompiledRule compiled;
    compiled.key = rule.key;
    compiled.rate = rule.rate;
    compiled.unauthenticated_only = rule.unauthenticated_only;
    compiled.name = limit.name + "-" + std::string(contract::limit_key_name(rule.key));
    if (rule.unauthenticated_only) compiled.name += "-anonymous";
    compiled.policy = decide::rate_policy_member(compiled.name, rule.rate);
    compiled.key_prefix = compiled.name + '\n';
    compiled.account = limit.account;
    out.push_back(std::move(compiled));
  }
  return out;
}

std::string join_policies(const Snapshot& snapshot, const contract::Route& route) {
  std::string out;
  for (const contract::LimitIndex index : route.limits) {
    for (const CompiledRule& rule : snapshot.limits[index]) {
      if (!out.empty()) out += ", ";
      out += rule.policy;
    }
  }
  return out;
}

/// A GET whose path ends in the object's id, names no other parameter, and demands its owner.
bool shows_exactly(const contract::Route& route, contract::ObjectIndex object) {
  if ((route.methods & contract::bit(Method::kGet)) == 0 || route.access.owner != object) {
    return false;
  }
  const auto& segments = route.segments;
  if (segments.empty() || segments.back().object != object) return false;
  return std::ranges::all_of(segments.begin(), segments.end() - 1, [](const PathSegment& segment) {
    return segment.kind == PathSegment::Kind::kLiteral;
  });
}

void find_read_routes(Snapshot& snapshot) {
  const Contract& contract = snapshot.contract;
  snapshot.read_routes.resize(contract.objects.size());
  for (std::size_t object = 0; object < contract.objects.size(); ++object) {
    for (std::size_t i = 0; i < contract.routes.size(); ++i) {
      if (!shows_exactly(contract.routes[i], static_cast<contract::ObjectIndex>(object))) continue;
      snapshot.read_routes[object] = static_cast<contract::RouteIndex>(i);
      break;
    }
  }
}

Result<> choose_upstream(Snapshot& snapshot, const GuardOptions& options) {
  LR_TRY(snapshot.environment, pick_environment(snapshot.contract, options.environment));
  if (options.upstream) {
    snapshot.upstream = *options.upstream;
    return {};
  }
  if (snapshot.environment != nullptr && snapshot.environment->upstream) {
    snapshot.upstream = *snapshot.environment->upstream;
    return {};
  }
  return fail(Code::kInvalidArgument,
              fmt::format("{}: no upstream; set environments.<name>.upstream or pass --upstream",
                          snapshot.contract.file),
              Origin::kContract);
}

}  // namespace

Result<SnapshotPtr> load_snapshot(const GuardOptions& options) {
  LR_TRY(Contract contract, contract::load_contract(options.contract_path));
  apply_overrides(contract, options);
  auto snapshot = std::make_shared<Snapshot>(std::move(contract));
  LR_TRY_VOID(choose_upstream(*snapshot, options));
  const contract::Environment* environment = snapshot->environment;
  if (snapshot->contract.guard.hosts.empty() && environment != nullptr && environment->url) {
    snapshot->public_host = environment->url->authority();
  }
  for (const contract::Issuer& issuer : snapshot->contract.issuers) {
    LR_TRY(auto keys, load_fixed_keys(issuer));
    snapshot->fixed_keys.push_back(std::move(keys));
  }
  for (const contract::Limit& limit : snapshot->contract.limits) {
    snapshot->limits.push_back(compile_limit(limit));
  }
  for (const contract::Route& route : snapshot->contract.routes) {
    snapshot->route_policies.push_back(join_policies(*snapshot, route));
  }
  find_read_routes(*snapshot);
  return SnapshotPtr(std::move(snapshot));
}

}  // namespace lr::guard
