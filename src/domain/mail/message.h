// An Internet message (RFC 5322) cut into header fields and body, with every byte kept: signatures
// are over the bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::domain {

struct HeaderField {
  std::string_view raw;    ///< "Subject: a\r\n b", folds kept, without the line end.
  std::string_view name;   ///< "Subject"
  std::string_view value;  ///< " a\r\n b": all behind the colon.
};

class Message {
 public:
  /// Takes lines that end in LF as if they ended in CRLF. Errors: kInvalidArgument for a line of
  /// the header that is no field; kPayloadTooLarge above kBytesMax.
  static Result<Message> parse(std::string_view text);
  Message(Message&&) noexcept = default;
  Message& operator=(Message&&) noexcept = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  const std::vector<HeaderField>& fields() const { return fields_; }
  std::string_view body() const { return body_; }
  /// The topmost field of that name, or nullptr. Ignores case.
  const HeaderField* find(std::string_view name) const;
  std::size_t count(std::string_view name) const;

  static constexpr std::size_t kBytesMax = 64u << 20;
  static constexpr std::size_t kFieldsMax = 5000;

 private:
  explicit Message(std::string_view text);
  std::vector<char> text_;  ///< Not a std::string: its bytes stay put when this is moved.
  std::vector<HeaderField> fields_;
  std::string_view body_;
};

bool same_field_name(std::string_view a, std::string_view b);

}  // namespace lr::domain
