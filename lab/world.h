// What the lab's chatbot knows: people, tenants, conversations, files, orders. Invented from a
// seed, with private details that make every leak visible. Touched on the loop's thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"

namespace lr::lab {

/// Who something belongs to. Equal user names of two tenants are two people.
struct Owner {
  std::string user;
  std::string tenant;
  friend bool operator==(const Owner&, const Owner&) = default;
};

struct User {
  Owner owner;
  std::string email;
  std::string display_name;
  std::string password;  ///< Invented like everything else; opens nothing outside this process.
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
};

struct Tenant {
  std::string id;
  std::string name;
  std::string plan;
  std::string billing_email;
  std::string support_pin;
};

struct Message {
  std::string role;  ///< "user" or "assistant".
  std::string text;
};

struct Conversation {
  std::string id;
  Owner owner;
  std::string title;
  std::vector<Message> messages;
};

struct File {
  std::string id;
  Owner owner;
  std::string name;
  std::string content_type;
  std::string text;
};

struct Order {
  std::int64_t id = 0;
  Owner owner;
  std::string item;
  std::int64_t quantity = 1;
  std::string address;
  std::string note;
};

class World {
 public:
  /// The people that audits become; their names in the contract are user_a, user_b, user_c and
  /// admin_a.
  enum Persona : std::size_t { kUserA, kUserB, kUserC, kAdminA, kPersonas };
  /// A bound for each kind of object, so that a flood cannot eat the machine.
  static constexpr std::size_t kObjectsMax = 20'000;
  static constexpr std::size_t kMessagesMax = 200;  ///< Per conversation; older ones are dropped.

  explicit World(std::uint64_t seed);

  const std::vector<User>& users() const { return users_; }
  const User& persona(Persona which) const { return users_[which]; }
  const User* find_user(const Owner& owner) const;
  const User* find_email(std::string_view email) const;
  const Tenant* find_tenant(std::string_view id) const;
  void rename(const Owner& owner, std::string display_name);

  std::map<std::string, Conversation, std::less<>> conversations;
  std::map<std::string, File, std::less<>> files;
  std::map<std::int64_t, Order> orders;

  Conversation& add_conversation(const Owner& owner, std::string title);
  File& add_file(const Owner& owner, std::string name, std::string content_type, std::string text);
  Order& add_order(const Owner& owner, std::string item, std::int64_t quantity,
                   std::string address);
  static void append(Conversation& conversation, std::string role, std::string text);
  bool full() const;
  std::string new_id() { return rng_.uuid(); }

 private:
  void invent_tenants();
  void invent_users();
  void invent_belongings(const User& user);
  std::string invent_address();
  std::string_view pick(std::span<const std::string_view> words);

  SeededRng rng_;
  std::vector<Tenant> tenants_;
  std::vector<User> users_;
  std::int64_t next_order_ = 0;
};

}  // namespace lr::lab
