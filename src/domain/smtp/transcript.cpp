#include "domain/smtp/transcript.h"

namespace lr::domain {

void Transcript::add(std::string_view who, std::string_view line) {
  if (text_.size() > kBytesMax) return;
  text_.append(who).append(line.substr(0, kLineBytes));
  if (line.size() > kLineBytes) text_ += "…";
  text_ += '\n';
  if (text_.size() > kBytesMax) text_ += "-- the rest is left out\n";
}

}  // namespace lr::domain
