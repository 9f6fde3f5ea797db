#include "lab/open_doors.h"

#include <array>

#include "lab/routes.h"

namespace lr::lab {
namespace {

struct Door {
  Flaw flaw;
  std::string_view path;
  std::string_view content_type;
  std::string_view page;
};

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kEnvironment =
    "APP_ENV=production\nDATABASE_URL=postgres://chat@db.internal:5432/chat\n"
    "SESSION_SECRET=not-a-real-secret\nMODEL_URL=http://inference.internal:8443/v1\n";

constexpr auto kDoors = std::to_array<Door>({
    {Flaw::kDebugEnvOpen, "/debug/env", kPlain, kEnvironment},
    {Flaw::kDebugEnvOpen, "/.env", kPlain, kEnvironment},
    {Flaw::kMetricsOpen, "/metrics", "text/plain; version=0.0.4; charset=utf-8",
     "# HELP chat_requests_total Requests served.\n# TYPE chat_requests_total counter\n"
     "chat_requests_total{route=\"/v1/chat\",status=\"200\"} 4711\n"
     "process_resident_memory_bytes 5.2e+07\n"},
    {Flaw::kOpenapiOpen, "/openapi.json", "application/json",
     R"({"openapi":"3.1.0","info":{"title":"Lab chat","version":"1"},"paths":{"/v1/chat":{"post":{}},"/admin/stats":{"get":{}}}})"},
    {Flaw::kGitExposed, "/.git/config", kPlain,
     "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"
     "[remote \"origin\"]\n\turl = git@git.internal:shop/chat.git\n"},
    {Flaw::kGitExposed, "/.git/HEAD", kPlain, "ref: refs/heads/main\n"},
});

/// Version 0 of the export: everybody's orders, for whoever asks.
Answer legacy_export(const Service& service) {
  json::array orders;
  for (const auto& [id, order] : service.world.orders) orders.push_back(order_json(order));
  return json_answer(200, json::object{{"version", 0}, {"orders", std::move(orders)}});
}

}  // namespace

std::optional<Answer> open_door(const Service& service, const Call& call) {
  if (!call.reads()) return std::nullopt;
  for (const Door& door : kDoors) {
    if (call.target.path == door.path && service.flaws.on(door.flaw)) {
      return Answer{200, std::string(door.content_type), std::string(door.page)};
    }
  }
  if (call.target.path == "/v0/export" && service.flaws.on(Flaw::kUnlistedLegacyExport)) {
    return legacy_export(service);
  }
  return std::nullopt;
}

}  // namespace lr::lab
