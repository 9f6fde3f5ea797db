// Reads the body of one message, request or answer, piece by piece and decoded. Uses the free room
// behind the head in the connection's buffer first, so that an idle streaming connection costs one
// small buffer; a body that fills it gets a bigger block of its own.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "net/buffer.h"
#include "net/stream.h"
#include "text/http1.h"

namespace lr::net {

class BodyReader {
 public:
  /// `area` is memory that stays put until the body ends; its first `buffered` bytes are already
  /// read.
  void start(text::BodyFraming framing, std::span<char> area, std::size_t buffered);
  /// Decodes from what is buffered, without reading: "" when a read is needed or at the end.
  Result<std::string_view> take();
  /// The rest of a body of known length when all of it is buffered; nullopt otherwise.
  std::optional<std::string_view> take_whole();
  /// Reads more bytes. Precondition: take() gave "" and the body is not done().
  /// kBadGateway when the peer ends in the middle of the body.
  Task<> fill(Stream& stream);
  /// The next piece, "" at the end. The view lives until the next call.
  Task<std::string_view> next(Stream& stream);

  bool done() const { return done_; }
  /// Bytes behind the end of the body: the next message.
  std::string_view rest() const { return rest_; }
  /// Body bytes still to come when that is known (kLength), else 0.
  std::uint64_t remaining() const { return remaining_; }
  /// Forgets everything and gives the block back.
  void finish();

 private:
  static constexpr std::size_t kBlock = 32 * 1024;
  static constexpr std::size_t kLeastRoom = 1024;
  std::span<char> room();

  text::BodyFraming::Kind kind_ = text::BodyFraming::Kind::kNone;
  bool done_ = true;
  bool filled_ = false;  ///< The last read used all of the room.
  std::uint64_t remaining_ = 0;
  text::ChunkedDecoder decoder_;
  std::span<char> area_;
  std::unique_ptr<char[]> block_;
  std::string_view rest_;
};

}  // namespace lr::net
