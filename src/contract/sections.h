// The loaders of the sections. Each reads its part of a file whose shape has been checked, fills
// its part of the contract and reports what does not fit together. They run in this order, because
// later sections refer to names of earlier ones.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "contract/load.h"
#include "contract/reader.h"

namespace lr::contract {

struct Loading {
  Contract contract;
  std::filesystem::path folder;  ///< That of the contract; relative paths start here.
  const FileReader& read_file;
};

void load_product(Loading& loading, const Reader& root);
void load_environments(Loading& loading, const Reader& section);
void load_roles(Loading& loading, const Reader& section);
void load_scopes(Loading& loading, const Reader& section);
void load_issuers(Loading& loading, const Reader& section);
void load_api_keys(Loading& loading, const Reader& section);
void load_objects(Loading& loading, const Reader& section);
void load_limits(Loading& loading, const Reader& section);
void load_routes(Loading& loading, const Reader& section);
void load_origins(Loading& loading, const Reader& root);
void load_headers(Loading& loading, const Reader& section);
void load_guard(Loading& loading, const Reader& section);
void load_audit(Loading& loading, const Reader& section);
void load_secrets(Loading& loading, const Reader& section);
void load_domains(Loading& loading, const Reader& section);
void load_mail(Loading& loading, const Reader& section);
void load_edge(Loading& loading, const Reader& section);

/// What only shows when all sections are known.
void review_tenants(const Contract& contract, const Reader& root);
void review_routes(const Contract& contract, const Reader& root);
void review_paths(const Contract& contract, const Reader& routes);
void review_limits_used(const Contract& contract, const Reader& root);
void review_names_used(const Contract& contract, const Reader& root);

// ---- shared by sections -------------------------------------------------------------------------

/// The bits of the named roles as written, without what they include; unknown names are errors.
NameSet read_roles(const Contract& contract, const Reader& list);
/// The same with everything they include: what an identity with these roles holds.
NameSet read_closed_roles(const Contract& contract, const Reader& list);
NameSet read_scopes(const Contract& contract, const Reader& list);
/// nullopt when absent or unknown, which is an error.
std::optional<ObjectIndex> read_object(const Contract& contract, const Reader& name);
std::optional<SecretRef> read_reference(const Loading& loading, const Reader& value);
Timeouts read_timeouts(const Reader& section, const Timeouts& fallback);
/// A URL that is only an origin: no path, query or fragment.
std::optional<text::Url> read_base_url(const Reader& value);
/// A JSON body written as YAML or as text; "" when absent.
std::string read_json_body(const Reader& value);
/// A path relative to the contract's folder, made independent of the working directory.
std::string in_folder(const Loading& loading, const std::string& path);
/// The segments of a route's path; errors are reported.
std::optional<std::vector<PathSegment>> read_path(const Contract& contract, const Reader& value);

bool is_loopback_host(const std::string& host);

}  // namespace lr::contract
