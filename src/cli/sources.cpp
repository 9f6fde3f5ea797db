#include "cli/sources.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "cli/arguments.h"
#include "cli/console.h"
#include "contract/load.h"
#include "contract/values.h"

namespace lr::cli {
namespace {

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message), Origin::kContract);
}

/// Names are relative to the working folder when the contract itself comes from stdin.
Result<std::string> read_beside(const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) {
    return fail(Code::kNotFound, fmt::format("{} is no file", path));
  }
  return read_input(path, limits::kContractBytes);
}

Result<contract::LoadOutcome> load(const std::string& path) {
  if (path != "-") return contract::load_contract_file(path);
  LR_TRY(const std::string text, read_input(path, limits::kContractBytes));
  return contract::load_contract_text(text, "<stdin>", read_beside);
}

/// Takes exactly `digits` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || end != text.data() + digits || text.front() == '-') {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

/// ".5" → 500 ms, at most microseconds.
std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
  std::int64_t micros = 0;
  if (!take(text, '.')) return std::chrono::microseconds(0);
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (++digits > 6) return std::nullopt;
    micros = micros * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) micros *= 10;
  return std::chrono::microseconds(micros);
}

std::string environment_names(const contract::Contract& contract) {
  std::string out;
  for (const contract::Environment& environment : contract.environments) {
    out += (out.empty() ? "" : ", ") + environment.name;
  }
  return out;
}

}  // namespace

Result<contract::Contract> open_contract(const std::string& path) {
  LR_TRY(contract::LoadOutcome outcome, load(path));
  if (outcome.contract) return std::move(*outcome.contract);
  const std::string file = path == "-" ? "<stdin>" : path;
  std::size_t errors = 0;
  std::string first = file + ": the contract does not load";
  for (const contract::Problem& problem : outcome.problems) {
    if (problem.warning) continue;
    if (errors++ == 0) first = problem.str(file);
  }
  if (errors > 1) {
    first +=
        fmt::format(" (and {} more; launchready contract check {} shows all)", errors - 1, path);
  }
  return wrong(std::move(first));
}

Result<const contract::Environment*> choose_environment(const contract::Contract& contract,
                                                        std::string_view name) {
  if (contract.environments.empty()) {
    return wrong(
        fmt::format("{} declares no environment; add environments: "
                    "{{ production: {{ url: … }} }} or give a URL",
                    contract.file));
  }
  if (name.empty()) {
    if (contract.environments.size() == 1) return &contract.environments.front();
    if (const auto* production = contract.find_environment("production")) return production;
    return wrong(fmt::format("choose an environment with --env: {}", environment_names(contract)));
  }
  if (const auto* found = contract.find_environment(name)) return found;
  std::vector<std::string_view> names;
  for (const contract::Environment& environment : contract.environments) {
    names.push_back(environment.name);
  }
  std::string hint = did_you_mean(name, names);
  if (hint.empty()) hint = fmt::format("; choose one of {}", environment_names(contract));
  return wrong(fmt::format("no environment \"{}\" in {}{}", name, contract.file, hint));
}

Result<Secret> open_secret(std::string_view reference, std::string_view flag) {
  if (reference.empty()) return Secret();
  const auto parsed = contract::parse_secret_ref(reference);
  if (!parsed) {
    return fail(Code::kInvalidArgument,
                fmt::format("{} takes a reference, never a value: '${{NAME}}' (quoted, so that the "
                            "shell leaves it alone) or file:PATH",
                            flag));
  }
  return contract::read_secret(*parsed);
}

std::optional<WallTime> parse_time(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return WallTime(*date);
  if (!take(text, 'T')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  std::chrono::microseconds fraction{0};
  if (take(text, ':')) {
    const auto whole = take_digits(text, 2);
    if (!whole || *whole > 59) return std::nullopt;
    const auto part = take_fraction(text);
    if (!part) return std::nullopt;
    second = *whole;
    fraction = *part;
  }
  if (text != "Z") return std::nullopt;
  return WallTime(*date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(second) + fraction;
}

}  // namespace lr::cli
