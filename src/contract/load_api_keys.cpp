#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"
#include "crypto/api_key.h"
#include "text/yaml.h"

namespace lr::contract {
namespace {

void read_keys(const Contract& contract, const Reader& list, ApiKeys& out) {
  for (const Reader& entry : list.items()) {
    ApiKey key;
    key.at = entry.mark();
    key.id = entry.at("id").text();
    key.user = UserId(entry.at("user").text());
    key.tenant = TenantId(entry.at("tenant").text());
    key.roles = read_closed_roles(contract, entry.at("roles"));
    key.scopes = read_scopes(contract, entry.at("scopes"));
    const auto hash = crypto::parse_api_key_hash(entry.at("hash").text());
    if (hash) key.hash = *hash;
    if (std::ranges::find(out.keys, key.id, &ApiKey::id) != out.keys.end()) {
      entry.at("id").error(fmt::format("another key is called {} too", in_quotes(key.id)));
    }
    if (hash && std::ranges::find(out.keys, key.hash, &ApiKey::hash) != out.keys.end()) {
      entry.at("hash").error("another key has the same hash");
    }
    out.keys.push_back(std::move(key));
  }
}

/// Problems of the store stand at the place that names it, because they have their own file.
void read_store(const Loading& loading, const Reader& store, ApiKeys& out) {
  const std::string path = store.text();
  const auto text = loading.read_file(path);
  if (!text) {
    store.error(fmt::format("cannot read {}: {}", in_quotes(path), text.error().detail()));
    return;
  }
  auto root = text::parse_yaml(*text, path);
  if (!root) {
    store.error(root.error().detail());
    return;
  }
  const text::YamlNode* list = root->is_map() ? root->find("keys") : &*root;
  if (list == nullptr || (root->is_map() && root->entries.size() != 1)) {
    store.error(fmt::format("{} must be a list of keys, or a map with only \"keys\"", path));
    return;
  }
  Problems problems;
  check_no_credentials(*list, "keys", problems);
  check_shape(*list, api_key_list_shape(), "keys", problems);
  const Reader reader(list, api_key_list_shape(), "keys", problems);
  read_keys(loading.contract, reader, out);
  for (const Problem& problem : problems.take()) {
    if (problem.warning) {
      store.warning(problem.str(path));
    } else {
      store.error(problem.str(path));
    }
  }
}

}  // namespace

void load_api_keys(Loading& loading, const Reader& section) {
  if (!section) return;
  ApiKeys keys;
  keys.header = section.at("header").text(keys.header);
  const Reader store = section.at("store");
  read_keys(loading.contract, section.at("keys"), keys);
  if (store) read_store(loading, store, keys);
  if (!store && !section.at("keys")) {
    section.error("needs keys (a list) or store (a file with the list)");
  }
  loading.contract.api_keys = std::move(keys);
}

}  // namespace lr::contract
