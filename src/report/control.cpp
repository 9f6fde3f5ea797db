#include "report/control.h"

#include <array>

namespace lr::report {
namespace {

struct ControlText {
  Control control;
  std::string_view id;
  std::string_view title;
  std::string_view passes_when;
};

constexpr auto kControls = std::to_array<ControlText>({
#define LR_X(name, id, title, when) {Control::name, id, title, when},
    LR_CONTROLS(LR_X)
#undef LR_X
});
static_assert(kControls.size() == kControlCount);

const ControlText& text_of(Control control) {
  return kControls[static_cast<std::size_t>(control) % kControls.size()];
}

}  // namespace

std::string_view control_id(Control control) { return text_of(control).id; }
std::string_view control_title(Control control) { return text_of(control).title; }
std::string_view control_passes_when(Control control) { return text_of(control).passes_when; }

bool is_proved_today(Control control) {
  switch (control) {
    case Control::kTools:
    case Control::kPrompt:
    case Control::kWebhook:
    case Control::kLogs:
    case Control::kSpeed:
    case Control::kAlerts:
    case Control::kDeploy:
    case Control::kHandover:
      return false;
    default:
      return true;
  }
}

std::optional<Control> parse_control(std::string_view id) {
  for (const ControlText& text : kControls) {
    if (text.id == id) return text.control;
  }
  return std::nullopt;
}

}  // namespace lr::report
