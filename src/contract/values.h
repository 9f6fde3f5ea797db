// The small notations of the contract, each read in exactly one place: sizes, durations, rates,
// references to secrets, listen addresses and names.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "contract/contract.h"

namespace lr::contract {

/// Decimal digits without sign or leading zeros, up to 2^63 - 1.
std::optional<std::uint64_t> parse_count(std::string_view text);
/// Bytes: "65536", "64KiB", "2MiB", "1GiB"; KB, MB and GB are powers of 1000.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// "500ms", "30s", "5m", "1h", "365d"; at most ten years.
std::optional<milliseconds> parse_duration(std::string_view text);
/// "10/min", "5/s", "100/hour", "1000/day", "10/min burst 20"; at most 10,000 per second, where
/// whole microseconds still tell rates apart.
std::optional<Rate> parse_rate(std::string_view text);
/// "${NAME}" or "file:path"; the mark is left alone.
std::optional<SecretRef> parse_secret_ref(std::string_view text);
/// "smtp://host:587", "smtps://host", "imaps://host"; the ports of RFC 8314 when there is none.
std::optional<MailServer> parse_mail_server(std::string_view text);
/// A host name (RFC 1123, and '_' for service labels) in A-labels, any case.
bool is_host_name(std::string_view text);
/// "127.0.0.1:8443" or "[::1]:8443".
std::optional<ListenAddress> parse_listen_address(std::string_view text);

/// Objects, limits, issuers, environments, identities: a letter, then letters, digits, '_', '-'.
bool is_name(std::string_view text);
/// Roles and scopes as identity providers write them: no spaces, quotes or controls.
bool is_grant_name(std::string_view text);

/// Shapes of real credentials: private keys in PEM, JWTs, API keys of well-known providers.
bool looks_like_credential(std::string_view text);

}  // namespace lr::contract
