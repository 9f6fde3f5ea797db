#include "guard/exchange.h"

#include <cstring>

namespace lr::guard {
namespace {

/// Buffers that one large request blew up are not kept for the next thousand small ones.
constexpr std::size_t kKeptCapacity = 16 * 1024;
/// Holds the parsed form of a usual chat message.
constexpr std::size_t kDocumentBlock = 4 * 1024;

void clear_buffer(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptCapacity) std::string().swap(buffer);
}

}  // namespace

void Exchange::begin(net::ServerExchange& from, WallTime wall_now, MonoTime mono_now) {
  server = &from;
  head = &from.head();
  wall = wall_now;
  mono = now = mono_now;
  client = from.peer().ip;
  secure = from.secure();
  method = contract::parse_method(head->method);
}

void Exchange::finish() {
  server = nullptr;
  head = nullptr;
  peer_trusted = false;
  secure = false;
  request_id = {};
  traceparent = {};
  method.reset();
  route = nullptr;
  match.route = nullptr;
  match.outcome = decide::RouteMatch::Outcome::kNotFound;
  match.allowed = 0;
  match.parameters.clear();
  origin = {};
  caller.reset();
  credential_bad = false;
  body = {};
  body_read = false;
  drop_document();
  objects.clear();
  uses.clear();
  owner_by_answer = false;
  rates.clear();
  retry_after.reset();
  upstream = nullptr;
  client_gone = false;
  answer.status = 0;
  answer.fields.clear();
  clear_buffer(answer.body);
  answer.local = answer.buffered = answer.event_stream = false;
  answer.length.reset();
  clear_buffer(head_buffer);
  clear_buffer(chunk_buffer);
  arena_.release();
}

text::json::storage_ptr Exchange::document_storage() {
  if (!document_block_) {
    document_block_ = std::make_unique_for_overwrite<unsigned char[]>(kDocumentBlock);
  }
  if (!document_memory_) document_memory_.emplace(document_block_.get(), kDocumentBlock);
  return &*document_memory_;
}

void Exchange::drop_document() {
  document.reset();
  document_memory_.reset();
}

void Exchange::drop_document_memory() {
  drop_document();
  document_block_.reset();
}

std::string_view Exchange::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* copy = static_cast<char*>(arena_.allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

std::optional<std::string_view> Exchange::single(std::string_view name) const {
  if (head->fields.count(name) != 1) return std::nullopt;
  return head->fields.get(name);
}

}  // namespace lr::guard
