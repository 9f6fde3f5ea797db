// Ports for servers that cannot be told to choose one themselves.
#pragma once

#include <cstdint>

namespace lr::domain {

/// A port that nobody has for UDP or TCP on any IPv4 address now, and that no other call gives
/// away, in this program or in another that asks here, as long as this program runs. It lies below
/// the ports that the kernel gives to clients, so that no connection takes it in the meantime.
/// 0 when there is none.
std::uint16_t free_port();

}  // namespace lr::domain
