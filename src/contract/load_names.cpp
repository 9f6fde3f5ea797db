// Sections that declare names: product, environments, roles, scopes, objects.
#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"

namespace lr::contract {
namespace {

/// Walks inclusions of roles depth first, closing each set once its included roles are closed.
class RoleCloser {
 public:
  RoleCloser(std::vector<Role>& roles, const std::vector<NameSet>& direct, const Reader& section)
      : roles_(roles), direct_(direct), section_(section), states_(roles.size(), State::kNew) {}

  void close(std::size_t index) {
    if (states_[index] == State::kDone) return;
    if (states_[index] == State::kOpen) return report_cycle(index);
    states_[index] = State::kOpen;
    trail_.push_back(index);
    NameSet set = NameSet{1} << index;
    for (std::size_t i = 0; i < roles_.size(); ++i) {
      if ((direct_[index] >> i & 1) == 0) continue;
      close(i);
      set |= roles_[i].includes;
    }
    roles_[index].includes = set;
    trail_.pop_back();
    states_[index] = State::kDone;
  }

 private:
  enum class State : std::uint8_t { kNew, kOpen, kDone };

  void report_cycle(std::size_t index) {
    std::string circle;
    for (auto at = std::ranges::find(trail_, index); at != trail_.end(); ++at) {
      circle += roles_[*at].name + " → ";
    }
    section_.problems().error(
        roles_[index].at, path_of(section_.path(), roles_[index].name),
        fmt::format("roles include each other in a circle: {}{}", circle, roles_[index].name));
  }

  std::vector<Role>& roles_;
  const std::vector<NameSet>& direct_;
  const Reader& section_;
  std::vector<State> states_;
  std::vector<std::size_t> trail_;
};

Object read_object_entry(const Reader::Entry& entry) {
  Object object;
  object.name = entry.name;
  object.at = entry.mark;
  const std::string id = entry.value.at("id").text("any");
  if (id == "uuid") object.id = IdKind::kUuid;
  if (id == "integer") object.id = IdKind::kInteger;
  if (id == "slug") object.id = IdKind::kSlug;
  const Reader ownership = entry.value.at("ownership");
  object.learn = ownership.at("learn").optional_text();
  object.owner_field = ownership.at("field").optional_text();
  object.owner_field_is_tenant = ownership.at("is").text("user") == "tenant";
  object.tenant_field = entry.value.at("tenant_field").optional_text();
  object.private_fields = entry.value.at("private").texts();
  if (ownership && !object.learn && !object.owner_field) {
    ownership.error(
        "says nothing: set learn (where a create answer shows the id) or field (where "
        "the object names its owner)");
  }
  return object;
}

}  // namespace

void load_product(Loading& loading, const Reader& root) {
  const Reader product = root.at("product");
  loading.contract.product_name = product.at("name").text("this product");
  loading.contract.product_owner = product.at("owner").text();
}

void load_environments(Loading& loading, const Reader& section) {
  for (const Reader::Entry& entry : section.entries()) {
    Environment environment;
    environment.name = entry.name;
    environment.at = entry.mark;
    environment.url = read_base_url(entry.value.at("url"));
    environment.upstream = read_base_url(entry.value.at("upstream"));
    const bool none = !entry.value.at("url") && !entry.value.at("upstream");
    if (entry.value && none) {
      entry.value.error(
          "needs a url (where users reach it), an upstream (where the application "
          "listens), or both");
    }
    loading.contract.environments.push_back(std::move(environment));
  }
}

void load_roles(Loading& loading, const Reader& section) {
  std::vector<Role>& roles = loading.contract.roles;
  const auto entries = section.entries();
  if (entries.size() > limits::kRoles) return;
  for (const Reader::Entry& entry : entries) roles.push_back({entry.name, 0, entry.mark});
  std::vector<NameSet> direct;
  for (const Reader::Entry& entry : entries) {
    direct.push_back(read_roles(loading.contract, entry.value.at("includes")));
  }
  RoleCloser closer(roles, direct, section);
  for (std::size_t i = 0; i < roles.size(); ++i) closer.close(i);
}

void load_scopes(Loading& loading, const Reader& section) {
  for (const Reader& item : section.items()) {
    std::string name = item.text();
    if (loading.contract.find_scope(name)) {
      item.error(fmt::format("scope {} is declared twice", in_quotes(name)));
    } else if (loading.contract.scopes.size() < limits::kScopes) {
      loading.contract.scopes.push_back(std::move(name));
    }
  }
}

void load_objects(Loading& loading, const Reader& section) {
  for (const Reader::Entry& entry : section.entries()) {
    loading.contract.objects.push_back(read_object_entry(entry));
  }
}

}  // namespace lr::contract
