#include "probe/route_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "probe/instance.h"
#include "text/url.h"

namespace lr::probe {
namespace {

namespace json = text::json;
using contract::PathSegment;

/// Stands where the contract leaves the path open; nothing real bears this name.
constexpr std::string_view kFreeSegment = "launchready-probe";

Result<std::string> make_path(const contract::Route& route, const ObjectIds& ids) {
  std::string path;
  for (const PathSegment& segment : route.segments) {
    path += '/';
    if (segment.kind == PathSegment::Kind::kLiteral) {
      path += segment.text;
    } else if (!segment.object) {
      path += kFreeSegment;
    } else {
      const auto found = ids.find(*segment.object);
      if (found == ids.end()) {
        return fail(Code::kNotFound, fmt::format("no object to stand for {{{}}}", segment.text),
                    Origin::kContract);
      }
      path += text::percent_encode_segment(found->second);
    }
  }
  return path.empty() ? "/" : path;
}

bool takes_body(contract::Method method) {
  return method == contract::Method::kPost || method == contract::Method::kPut ||
         method == contract::Method::kPatch;
}

void make_body(Request& request, const contract::Route& route, std::string_view marker) {
  std::string type = "application/json";
  if (route.body && !route.body->content_types.empty()) type = route.body->content_types.front();
  request.headers.set("Content-Type", type);
  if (route.body && route.body->schema_document) {
    request.body = json::serialize(make_instance(*route.body->schema_document, marker));
  } else {
    request.body = type.find("json") != std::string::npos ? "{}" : std::string(marker);
  }
}

void place_in_body(Request& request, std::string_view pointer, std::string_view id) {
  auto document = text::parse_json(request.body);
  if (!document) return;
  if (set_at(*document, pointer, json::string(id))) request.body = json::serialize(*document);
}

}  // namespace

std::vector<contract::ObjectIndex> objects_in_path(const contract::Route& route) {
  std::vector<contract::ObjectIndex> out;
  for (const PathSegment& segment : route.segments) {
    if (segment.object && std::ranges::find(out, *segment.object) == out.end()) {
      out.push_back(*segment.object);
    }
  }
  return out;
}

std::vector<contract::ObjectIndex> objects_named(const contract::Route& route) {
  std::vector<contract::ObjectIndex> out = objects_in_path(route);
  for (const contract::Reference& reference : route.references) {
    if (std::ranges::find(out, reference.object) == out.end()) out.push_back(reference.object);
  }
  return out;
}

bool has_free_path(const contract::Route& route) {
  return std::ranges::any_of(route.segments, [](const PathSegment& segment) {
    return segment.kind != PathSegment::Kind::kLiteral && !segment.object;
  });
}

void place_reference(Request& request, const contract::Reference& reference, std::string_view id) {
  switch (reference.place) {
    case contract::Reference::Place::kQuery:
      append_query(request.target, reference.name, id);
      return;
    case contract::Reference::Place::kHeader:
      request.headers.set(reference.name, std::string(id));
      return;
    case contract::Reference::Place::kBody:
      place_in_body(request, reference.name, id);
      return;
  }
}

Result<Request> make_route_request(const contract::Route& route, contract::Method method,
                                   const ObjectIds& ids, const RouteRequestOptions& options) {
  Request request;
  request.method = contract::method_name(method);
  LR_TRY(request.target, make_path(route, ids));
  request.headers.set("Accept", route.streams ? "text/event-stream"
                                : route.html  ? "text/html"
                                              : "application/json");
  if (takes_body(method)) make_body(request, route, options.marker);
  if (options.path_only) return request;
  for (const contract::Reference& reference : route.references) {
    const auto found = ids.find(reference.object);
    const bool body = reference.place == contract::Reference::Place::kBody;
    if (found == ids.end() || (body && !takes_body(method))) continue;
    place_reference(request, reference, found->second);
  }
  return request;
}

}  // namespace lr::probe
