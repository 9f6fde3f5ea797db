// A string becomes an id only where somebody says so.
#include "base/id.h"

lr::UserId make(const char* text) {
#ifdef MUST_NOT_COMPILE
  lr::UserId id = std::string(text);
#else
  lr::UserId id{std::string(text)};
#endif
  return id;
}
