#include "secrets/rule.h"

namespace lr::secrets {

std::string_view confidence_name(Confidence confidence) {
  switch (confidence) {
    case Confidence::kLow:
      return "low";
    case Confidence::kMedium:
      return "medium";
    case Confidence::kHigh:
      return "high";
  }
  return "low";
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kSecret:
      return "secret";
    case Kind::kPublishable:
      return "publishable";
    case Kind::kIdentifier:
      return "identifier";
  }
  return "secret";
}

}  // namespace lr::secrets
