#include "guard/caller.h"

#include <string_view>

namespace lr::guard {
namespace {

void append_encoded(std::string& out, std::string_view value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && c != '%' && c != ',') {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kDigits[byte >> 4U]);
      out.push_back(kDigits[byte & 0xFU]);
    }
  }
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += name;
  out += ": ";
  append_encoded(out, value);
  out += "\r\n";
}

template <class Names>
void append_set(std::string& out, std::string_view name, contract::NameSet set,
                const Names& name_of) {
  if (set == 0) return;
  out += name;
  out += ": ";
  bool first = true;
  for (unsigned i = 0; i < 64; ++i) {
    if ((set >> i & 1U) == 0) continue;
    if (!first) out += ',';
    first = false;
    append_encoded(out, name_of(i));
  }
  out += "\r\n";
}

}  // namespace

CallerPtr make_caller(const contract::Contract& contract, decide::Identity identity,
                      std::uint64_t keys_generation) {
  auto caller = std::make_shared<Caller>();
  std::string& lines = caller->upstream_fields;
  append_line(lines, "X-Launchready-User", identity.user.str());
  append_line(lines, "X-Launchready-Tenant", identity.tenant.str());
  append_line(lines, "X-Launchready-Issuer", identity.issuer);
  append_set(lines, "X-Launchready-Roles", identity.roles, [&](unsigned i) {
    return i < contract.roles.size() ? std::string_view(contract.roles[i].name) : "";
  });
  append_set(lines, "X-Launchready-Scopes", identity.scopes, [&](unsigned i) {
    return i < contract.scopes.size() ? std::string_view(contract.scopes[i]) : "";
  });
  caller->limit_key = identity.issuer + '\n' + identity.user.str();
  caller->identity = std::move(identity);
  caller->keys_generation = keys_generation;
  return caller;
}

}  // namespace lr::guard
