#include "lab/world.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "text/fields.h"

namespace lr::lab {
namespace {

using std::string_view;

constexpr auto kFirstNames = std::to_array<string_view>(
    {"Ada",  "Bao",  "Carla", "Dmitri", "Eleni", "Farid", "Grace",   "Hana", "Ivo",  "Jamila",
     "Kofi", "Lena", "Marek", "Noor",   "Olga",  "Priya", "Quentin", "Rosa", "Sven", "Tomoko"});
constexpr auto kLastNames = std::to_array<string_view>(
    {"Abara", "Brandt", "Castro", "Dupont", "Eriksen", "Fischer", "Gupta", "Hansen", "Ito",
     "Jansen", "Kowalski", "Lindgren", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Rossi"});
constexpr auto kStreets = std::to_array<string_view>(
    {"Alder Lane", "Birch Road", "Canal Street", "Dove Court", "Elm Avenue", "Foundry Yard",
     "Granary Square", "Harbour View", "Ivy Walk", "Juniper Close"});
constexpr auto kTowns = std::to_array<string_view>(
    {"Ashford", "Brightwater", "Coldbrook", "Dunmore", "Eastvale", "Fernhill", "Greyport"});
constexpr auto kItems = std::to_array<string_view>(
    {"desk lamp", "noise-cancelling headset", "standing desk", "label printer", "webcam",
     "ergonomic chair", "dock", "whiteboard", "cable tray", "footrest"});
constexpr auto kTopics = std::to_array<string_view>(
    {"Refund for a broken lamp", "Change of delivery address", "Warranty question", "Invoice copy",
     "Two parcels instead of one", "Return of a chair"});

struct Role {
  string_view tenant;
  string_view role;
  string_view scope;  ///< "" for none.
};
// The first four are the personas, in their order.
constexpr auto kCast = std::to_array<Role>({{"t1", "viewer", ""},
                                            {"t1", "viewer", ""},
                                            {"t2", "viewer", ""},
                                            {"t1", "admin", "export.read"},
                                            {"t2", "admin", "export.read"},
                                            {"t1", "viewer", ""},
                                            {"t2", "viewer", ""}});

}  // namespace

World::World(std::uint64_t seed) : rng_(seed) {
  next_order_ = 10'000 + static_cast<std::int64_t>(rng_.below(80'000));
  invent_tenants();
  invent_users();
  for (const User& user : users_) invent_belongings(user);
}

std::string_view World::pick(std::span<const std::string_view> words) {
  return words[rng_.below(words.size())];
}

void World::invent_tenants() {
  tenants_.push_back({"t1", "Acme Furniture", "business", "billing@acme.example", rng_.hex(4)});
  tenants_.push_back({"t2", "Globex Supplies", "starter", "billing@globex.example", rng_.hex(4)});
}

void World::invent_users() {
  for (const Role& role : kCast) {
    const string_view first = pick(kFirstNames);
    const string_view last = pick(kLastNames);
    User user;
    user.owner = {"usr-" + rng_.hex(5), std::string(role.tenant)};
    user.email =
        text::lower_ascii(fmt::format("{}.{}{}@customers.example", first, last, users_.size() + 1));
    user.display_name = fmt::format("{} {}", first, last);
    user.password = rng_.hex(10);
    user.roles.emplace_back(role.role);
    if (!role.scope.empty()) user.scopes.emplace_back(role.scope);
    users_.push_back(std::move(user));
  }
}

std::string World::invent_address() {
  return fmt::format("{} {}, {} {}", 1 + rng_.below(200), pick(kStreets),
                     10'000 + rng_.below(80'000), pick(kTowns));
}

void World::invent_belongings(const User& user) {
  Conversation& conversation = add_conversation(user.owner, std::string(pick(kTopics)));
  const std::string address = invent_address();
  append(conversation, "user",
         fmt::format("Hello, I am {} and live at {}.", user.display_name, address));
  append(conversation, "assistant",
         fmt::format("Thank you, {}. How can I help?", user.display_name));
  add_file(user.owner, "invoice.txt", "text/plain",
           fmt::format("Invoice {} for {}, {}", rng_.hex(4), user.display_name, address));
  for (int i = 0; i < 3; ++i) {
    add_order(user.owner, std::string(pick(kItems)), 1 + static_cast<std::int64_t>(rng_.below(4)),
              address);
  }
}

const User* World::find_user(const Owner& owner) const {
  const auto found = std::ranges::find(users_, owner, &User::owner);
  return found == users_.end() ? nullptr : &*found;
}

const User* World::find_email(std::string_view email) const {
  const auto found = std::ranges::find(users_, email, &User::email);
  return found == users_.end() ? nullptr : &*found;
}

const Tenant* World::find_tenant(std::string_view id) const {
  const auto found = std::ranges::find(tenants_, id, &Tenant::id);
  return found == tenants_.end() ? nullptr : &*found;
}

void World::rename(const Owner& owner, std::string display_name) {
  const auto found = std::ranges::find(users_, owner, &User::owner);
  if (found != users_.end()) found->display_name = std::move(display_name);
}

Conversation& World::add_conversation(const Owner& owner, std::string title) {
  Conversation conversation{new_id(), owner, std::move(title), {}};
  std::string key = conversation.id;
  return conversations.insert_or_assign(std::move(key), std::move(conversation)).first->second;
}

File& World::add_file(const Owner& owner, std::string name, std::string content_type,
                      std::string text) {
  File file{new_id(), owner, std::move(name), std::move(content_type), std::move(text)};
  std::string key = file.id;
  return files.insert_or_assign(std::move(key), std::move(file)).first->second;
}

Order& World::add_order(const Owner& owner, std::string item, std::int64_t quantity,
                        std::string address) {
  const std::int64_t id = next_order_++;
  if (address.empty()) address = invent_address();
  Order order{id, owner, std::move(item), quantity, std::move(address), ""};
  return orders.insert_or_assign(id, std::move(order)).first->second;
}

void World::append(Conversation& conversation, std::string role, std::string text) {
  if (conversation.messages.size() >= kMessagesMax) {
    conversation.messages.erase(conversation.messages.begin());
  }
  conversation.messages.push_back({std::move(role), std::move(text)});
}

bool World::full() const {
  return conversations.size() + files.size() + orders.size() >= kObjectsMax;
}

}  // namespace lr::lab
