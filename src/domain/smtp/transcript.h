// What was said on a connection, for evidence: bounded, and without what is secret.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lr::domain {

class Transcript {
 public:
  void client(std::string_view line) { add("C: ", line); }
  void server(std::string_view line) { add("S: ", line); }
  /// What happened beside the lines: "TLSv1.3 TLS_AES_256_GCM_SHA384".
  void event(std::string_view what) { add("-- ", what); }
  const std::string& str() const { return text_; }

  static constexpr std::size_t kBytesMax = 32u << 10;  ///< What comes later is left out.
  static constexpr std::size_t kLineBytes = 300;

 private:
  void add(std::string_view who, std::string_view line);
  std::string text_;
};

}  // namespace lr::domain
