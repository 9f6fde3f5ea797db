// Section `secrets`: what audit searches, and what it knows about the product's own secrets.
#include "contract/sections.h"

namespace lr::contract {
namespace {

ProductSecret read_secret_entry(const Loading& loading, const Reader::Entry& entry) {
  ProductSecret out;
  out.name = entry.name;
  if (auto reference = read_reference(loading, entry.value.at("value"))) out.value = *reference;
  out.publishable = entry.value.at("public").flag(false);
  out.allowed_in = entry.value.at("allowed_in").texts();
  out.owner = entry.value.at("owner").text();
  out.rotate = entry.value.at("rotate").text();
  return out;
}

}  // namespace

void load_secrets(Loading& loading, const Reader& section) {
  SecretSettings& secrets = loading.contract.secrets;
  for (const std::string& path : section.at("scan").texts()) {
    secrets.scan.push_back(in_folder(loading, path));
  }
  for (const Reader::Entry& entry : section.at("values").entries()) {
    secrets.values.push_back(read_secret_entry(loading, entry));
  }
}

}  // namespace lr::contract
