// A Secret is moved or duplicated by name, never copied by accident.
#include "base/secret.h"

lr::Secret take(lr::Secret& secret) {
#ifdef MUST_NOT_COMPILE
  return secret;
#else
  return secret.duplicate();
#endif
}
