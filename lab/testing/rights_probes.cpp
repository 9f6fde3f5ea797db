#include <array>
#include <boost/json/serialize.hpp>

#include "lab/testing/probes.h"

namespace lr::lab::testing {
namespace {

constexpr auto kA = World::kUserA;
constexpr auto kB = World::kUserB;
constexpr auto kC = World::kUserC;

bool shows(const net::HttpResponse& answer, std::string_view marker) {
  return answer.status == 200 && answer.body.find(marker) != std::string::npos;
}

bool stats_for_all(Visitor& v) { return v.get("/admin/stats", v.token(kA)).status == 200; }
bool admin_by_flag(Visitor& v) {
  return v.get("/admin/users?admin=true", v.token(kA)).status == 200;
}

bool get_deletes(Visitor& v) {
  const std::string path = "/v1/orders/" + v.make_order(kA);
  v.get(path, v.token(kA), {{"X-HTTP-Method-Override", "DELETE"}});
  return v.get(path, v.token(kA)).status == 404;
}

bool export_without_scope(Visitor& v) { return v.get("/v1/export", v.token(kA)).status == 200; }
bool admin_by_case(Visitor& v) { return v.get("/Admin/stats", v.token(kA)).status == 200; }

bool foreign_conversation(Visitor& v) {
  const std::string id = v.make_conversation(kB, "marker-conversation");
  return shows(v.get("/v1/conversations/" + id, v.token(kA)), "marker-conversation");
}

bool foreign_file(Visitor& v) {
  const std::string id = v.make("/v1/files", kB, R"({"name":"a.txt","text":"marker-file"})");
  return shows(v.get("/v1/files/" + id, v.token(kA)), "marker-file");
}

bool foreign_delete(Visitor& v) {
  const std::string path = "/v1/conversations/" + v.make_conversation(kB, "to be kept");
  v.send("DELETE", path, v.token(kA), "", "");
  return v.get(path, v.token(kB)).status == 404;
}

bool foreign_search(Visitor& v) {
  const std::string id = v.make_order(kB);
  return shows(v.get("/v1/orders/search?order_id=" + id, v.token(kA)), "1 Secret Way");
}

bool foreign_chat(Visitor& v) {
  const std::string id = v.make_conversation(kB, "marker-chat");
  const json::object body{{"message", "hello"}, {"conversation_id", id}};
  return shows(v.send("POST", "/v1/chat", v.token(kA), json::serialize(body)), "marker-chat");
}

bool foreign_in_list(Visitor& v) {
  v.make_conversation(kB, "marker-list");
  return shows(v.get("/v1/conversations", v.token(kA)), "marker-list");
}

bool foreign_tenant_order(Visitor& v) {
  const std::string other = v.make_order(kC);
  const std::string same = v.make_order(kB);
  return shows(v.get("/v1/orders/" + other, v.token(kA)), "1 Secret Way") &&
         v.get("/v1/orders/" + same, v.token(kA)).status == 404;
}

bool existence_shows(Visitor& v) {
  const std::string id = v.make_order(kB);
  return v.get("/v1/orders/" + id, v.token(kA)).status !=
         v.get("/v1/orders/999999999", v.token(kA)).status;
}

constexpr auto kProbes = std::to_array<Probe>({
    {"role_missing_admin_stats", stats_for_all},
    {"role_admin_by_query_flag", admin_by_flag},
    {"method_override", get_deletes},
    {"scope_ignored_export", export_without_scope},
    {"path_case_admin", admin_by_case},
    {"conversation_read_unowned", foreign_conversation},
    {"file_read_unowned", foreign_file},
    {"conversation_delete_unowned", foreign_delete},
    {"order_query_unowned", foreign_search},
    {"chat_body_unowned", foreign_chat},
    {"list_all_conversations", foreign_in_list},
    {"order_cross_tenant", foreign_tenant_order},
    {"existence_leak", existence_shows},
});

}  // namespace

std::span<const Probe> rights_probes() { return kProbes; }

}  // namespace lr::lab::testing
