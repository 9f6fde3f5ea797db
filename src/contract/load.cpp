#include "contract/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "contract/problems.h"
#include "contract/reader.h"
#include "contract/sections.h"
#include "contract/syntax.h"
#include "text/nearest.h"
#include "text/yaml.h"

namespace lr::contract {
namespace {

namespace fs = std::filesystem;

LoadOutcome only_problem(Mark at, std::string message) {
  LoadOutcome out;
  out.problems.push_back({at, "", std::move(message), false});
  return out;
}

LoadOutcome only_problem(Problem problem) {
  LoadOutcome out;
  out.problems.push_back(std::move(problem));
  return out;
}

/// What to do about a contract that cannot be read at all.
std::string_view cure_of(Code code) {
  if (code == Code::kPayloadTooLarge) {
    return "keep API keys in identity.api_keys.store and schemas in files of their own";
  }
  return code == Code::kPermissionDenied ? "check its permissions" : "check the path";
}

/// A key that was meant to be "version", or null.
const text::YamlEntry* misspelt_version(const text::YamlNode& root) {
  constexpr std::array<std::string_view, 1> kVersion = {"version"};
  const auto found = std::ranges::find_if(root.entries, [&](const text::YamlEntry& entry) {
    return !text::nearest(entry.key, kVersion).empty();
  });
  return found == root.entries.end() ? nullptr : &*found;
}

/// A file that is not a contract of this version at all has exactly that one problem.
std::optional<LoadOutcome> wrong_file(const text::YamlNode& root) {
  constexpr std::string_view kStart = "a contract starts with \"version: 1\"";
  if (root.kind == text::YamlNode::Kind::kNull) {
    return only_problem({}, fmt::format("the file is empty; {}", kStart));
  }
  if (!root.is_map()) return only_problem(root.mark, fmt::format("this is no map; {}", kStart));
  const text::YamlNode* version = root.find("version");
  if (const auto* meant = version == nullptr ? misspelt_version(root) : nullptr) {
    return only_problem(meant->mark, fmt::format("unknown key {}; did you mean \"version\"?",
                                                 in_quotes(meant->key)));
  }
  if (version == nullptr) {
    return only_problem(root.mark, fmt::format("\"version\" is missing; {}", kStart));
  }
  if (!version->is_scalar() || version->scalar == "1") return std::nullopt;
  return only_problem(version->mark, fmt::format("version {} is not supported; this program reads "
                                                 "version 1",
                                                 in_quotes(version->scalar)));
}

void load_sections(Loading& loading, const Reader& root) {
  const Reader identity = root.at("identity");
  load_product(loading, root);
  load_environments(loading, root.at("environments"));
  load_roles(loading, root.at("roles"));
  load_scopes(loading, root.at("scopes"));
  load_issuers(loading, identity.at("issuers"));
  load_api_keys(loading, identity.at("api_keys"));
  load_objects(loading, root.at("objects"));
  load_limits(loading, root.at("limits"));
  load_guard(loading, root.at("guard"));
  load_routes(loading, root.at("routes"));
  load_origins(loading, root);
  load_headers(loading, root.at("headers"));
  load_audit(loading, root.at("audit"));
  load_secrets(loading, root.at("secrets"));
  load_domains(loading, root.at("domains"));
  load_mail(loading, root.at("mail"));
  load_edge(loading, root.at("edge"));
}

LoadOutcome load_root(const text::YamlNode& node, Loading loading) {
  Problems problems;
  check_no_credentials(node, "", problems);
  check_shape(node, contract_shape(), "", problems);
  const bool sound = !problems.has_errors();
  const Reader root(&node, contract_shape(), "", problems);
  load_sections(loading, root);
  review_tenants(loading.contract, root);
  review_routes(loading.contract, root);
  // A misspelt key must not also be reported as everything it would have used.
  if (sound) review_limits_used(loading.contract, root);
  if (!problems.has_errors()) review_names_used(loading.contract, root);
  const bool says_something =
      root.at("routes") || root.at("environments") || root.at("domains") || root.at("mail");
  if (sound && !says_something) {
    root.error("says nothing to prove or enforce: add routes, environments, or both");
  }
  LoadOutcome out;
  if (!problems.has_errors()) out.contract = std::move(loading.contract);
  out.problems = problems.take();
  return out;
}

LoadOutcome load_text(std::string_view text, std::string_view file_name, const fs::path& folder,
                      const FileReader& read_file) {
  if (text.size() > limits::kContractBytes) {
    return only_problem({},
                        fmt::format("the file is larger than {} bytes", limits::kContractBytes));
  }
  auto node = text::parse_yaml(text, file_name);
  if (!node) return only_problem(syntax_problem(node.error(), file_name, text));
  if (auto wrong = wrong_file(*node)) return std::move(*wrong);
  Loading loading{.contract = {}, .folder = folder, .read_file = read_file};
  loading.contract.file = file_name;
  loading.contract.digest = crypto::hex(crypto::sha256(text));
  return load_root(*node, std::move(loading));
}

/// Regular files only: a device or pipe named by mistake must not hang the program.
Result<std::string> read_regular_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return fail(Code::kNotFound, "there is no such file");
  if (!fs::is_regular_file(status)) return fail(Code::kInvalidArgument, "it is not a regular file");
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Code::kPermissionDenied, "it cannot be opened");
  std::string out(limits::kContractBytes + 1, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (in.bad()) return fail(Code::kInternal, "it cannot be read");
  out.resize(static_cast<std::size_t>(in.gcount()));
  if (out.size() > limits::kContractBytes) {
    return fail(Code::kPayloadTooLarge,
                fmt::format("it is larger than {} bytes", limits::kContractBytes));
  }
  return out;
}

}  // namespace

LoadOutcome load_contract_text(std::string_view text, std::string_view file_name,
                               const FileReader& read_file) {
  try {
    return load_text(text, file_name, fs::path(file_name).parent_path(), read_file);
  } catch (const std::exception& exception) {
    return only_problem({}, fmt::format("cannot be loaded: {}", exception.what()));
  }
}

LoadOutcome load_contract_file(const std::string& path) {
  try {
    const fs::path folder = fs::absolute(path).parent_path();
    const auto text = read_regular_file(path);
    if (!text) {
      return only_problem({}, fmt::format("cannot read the contract: {}; {}", text.error().detail(),
                                          cure_of(text.error().code())));
    }
    const FileReader reader = [&folder](const std::string& name) {
      return read_regular_file(folder / name);
    };
    return load_text(*text, path, folder, reader);
  } catch (const std::exception& exception) {
    return only_problem({}, fmt::format("cannot be loaded: {}", exception.what()));
  }
}

Result<Contract> load_contract(const std::string& path) {
  LoadOutcome outcome = load_contract_file(path);
  if (outcome.contract) return std::move(*outcome.contract);
  std::string detail;
  for (const Problem& problem : outcome.problems) {
    if (problem.warning) continue;
    if (!detail.empty()) detail += '\n';
    detail += problem.str(path);
  }
  return fail(Code::kInvalidArgument, std::move(detail), Origin::kContract);
}

Result<Secret> read_secret(const SecretRef& reference) {
  if (reference.kind == SecretRef::Kind::kEnvironment) {
    const char* value = std::getenv(reference.name.c_str());
    if (value == nullptr || *value == '\0') {
      return fail(Code::kInvalidArgument,
                  fmt::format("the environment variable {} is not set; export it before you start",
                              reference.name),
                  Origin::kContract);
    }
    return Secret(value);
  }
  auto text = read_regular_file(reference.name);
  if (!text) {
    return fail(text.error().code(),
                fmt::format("secret file {}: {}", reference.name, text.error().detail()),
                Origin::kContract);
  }
  // Editors end files with a line feed; it is not part of the secret.
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  if (text->empty()) {
    return fail(Code::kInvalidArgument, fmt::format("secret file {} is empty", reference.name),
                Origin::kContract);
  }
  return Secret(std::move(*text));
}

}  // namespace lr::contract
