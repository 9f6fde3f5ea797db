#include "secrets/sources/surface.h"

#include <algorithm>
#include <array>
#include <string>

#include "text/ascii.h"
#include "text/fields.h"

namespace lr::secrets::sources {
namespace {

constexpr std::size_t kDigest = 64;

/// Files of AI tools and of the tools around them that hold keys, by the end of their path.
constexpr std::array kConfigurations = {
    "mcp.json",
    "mcp_config.json",
    "mcp_settings.json",
    "cline_mcp_settings.json",
    "claude_desktop_config.json",
    ".claude.json",
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".gemini/settings.json",
    ".codex/config.toml",
    ".continue/config.json",
    ".continue/config.yaml",
    ".aider.conf.yml",
    "opencode.json",
    "librechat.yaml",
    "litellm_config.yaml",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".dockercfg",
    ".docker/config.json",
    ".aws/credentials",
    ".aws/config",
    ".kube/config",
    ".config/gh/hosts.yml",
    ".git-credentials",
    ".terraformrc",
    "terraform.tfvars",
    "docker-compose.yml",
    "docker-compose.yaml",
};

constexpr std::array kPrompts = {
    ".cursorrules", ".windsurfrules", "CLAUDE.md",
    "AGENTS.md",    "GEMINI.md",      ".github/copilot-instructions.md",
};

/// True when `path` is `name` or ends with "/" + name.
bool ends_with_name(std::string_view path, std::string_view name) {
  return path.ends_with(name) &&
         (path.size() == name.size() || path[path.size() - name.size() - 1] == '/');
}

bool has_folder(std::string_view path, std::string_view folder) {
  return path.starts_with(std::string(folder) + "/") ||
         path.find("/" + std::string(folder) + "/") != std::string_view::npos;
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0.
}

bool is_environment(std::string_view name) {
  return name == ".env" || name.starts_with(".env.") || name.ends_with(".env") ||
         name == ".envrc" || name == ".flaskenv" || name == ".dev.vars" || name == "environ";
}

/// "app.log", "app.log.3", "app.log.2024-05-01".
bool is_log_name(std::string_view name) {
  const std::size_t at = name.find(".log");
  if (at == std::string_view::npos) return false;
  const std::string_view rest = name.substr(at + 4);
  return rest.empty() || ((rest[0] == '.' || rest[0] == '-') &&
                          rest.find_first_not_of("0123456789.-_TZ", 1) == std::string_view::npos);
}

/// "2024-05-01T12:00:00.1234567Z " in front of every line: GitHub Actions.
bool is_actions_log(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  constexpr std::string_view kShape = "0000-00-00T00:00:00.0000000Z ";
  return head.size() >= kShape.size() &&
         std::ranges::equal(kShape, head.substr(0, kShape.size()), [](char shape, char c) {
           return shape == '0' ? text::is_digit(c) : shape == c;
         });
}

bool is_log(std::string_view name, std::string_view head) {
  return is_log_name(name) || is_actions_log(head) ||
         head.find("##[group]") != std::string_view::npos ||
         head.find("section_start:") != std::string_view::npos;
}

bool is_prompt(std::string_view path, std::string_view name) {
  const std::string lower = text::lower_ascii(name);
  return std::ranges::any_of(kPrompts, [&](auto known) { return ends_with_name(path, known); }) ||
         has_folder(path, "prompts") || has_folder(path, ".cursor/rules") ||
         lower.starts_with("system_prompt") || lower.starts_with("system-prompt") ||
         lower.ends_with(".prompt") || lower.find(".prompt.") != std::string::npos;
}

bool is_hex_digest(std::string_view text) {
  return text.size() == kDigest && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

Surface classify(std::string_view path, std::string_view head) {
  const std::string_view name = file_name(path);
  if (!image_digest(path).empty()) return Surface::kImage;
  if (is_environment(name)) return Surface::kEnvironment;
  const bool configuration =
      std::ranges::any_of(kConfigurations, [&](auto known) { return ends_with_name(path, known); });
  if (configuration || head.find("\"mcpServers\"") != std::string_view::npos) {
    return Surface::kConfiguration;
  }
  if (is_prompt(path, name)) return Surface::kPrompt;
  return is_log(name, head) ? Surface::kLog : Surface::kTree;
}

std::string image_digest(std::string_view path) {
  if (ends_with_name(path, "layer.tar")) {
    const std::string_view folder =
        path.substr(0, path.size() - std::min<std::size_t>(path.size(), 10));
    const std::string_view digest = file_name(folder);
    return is_hex_digest(digest) ? "sha256:" + std::string(digest) : "";
  }
  const std::string_view digest = file_name(path);
  const std::size_t blobs = path.rfind("blobs/sha256/");
  const bool blob = blobs != std::string_view::npos && (blobs == 0 || path[blobs - 1] == '/') &&
                    blobs + 13 + kDigest == path.size();
  return blob && is_hex_digest(digest) ? "sha256:" + std::string(digest) : "";
}

}  // namespace lr::secrets::sources
