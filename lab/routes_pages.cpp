// The page and the health endpoints.
#include "lab/routes.h"

namespace lr::lab {

Result<Answer> show_home(Service&, Call&) {
  return Answer{200, "text/html; charset=utf-8",
                "<!doctype html>\n"
                "<html lang=\"en\">\n"
                "<head><meta charset=\"utf-8\"><title>Lab chat</title></head>\n"
                "<body><h1>Lab chat</h1><p>Log in to talk to the assistant.</p></body>\n"
                "</html>\n"};
}

Result<Answer> show_alive(Service&, Call&) {
  return json_answer(200, json::object{{"status", "ok"}});
}

net::Task<Answer> show_ready(Service& service, Call&) {
  if (service.flaws.on(Flaw::kHealthLies)) {
    co_return json_answer(
        200, json::object{{"status", "ok"}, {"checks", json::object{{"model", "down"}}}});
  }
  auto pong = co_await service.model.ping();
  const bool up = pong.has_value();
  const json::object checks{{"model", up ? "ok" : "down"}, {"store", "ok"}};
  co_return json_answer(up ? 200 : 503,
                        json::object{{"status", up ? "ok" : "degraded"}, {"checks", checks}});
}

}  // namespace lr::lab
