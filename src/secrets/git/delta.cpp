#include "secrets/git/delta.h"

#include <cstring>
#include <optional>

namespace lr::secrets::git {
namespace {

std::unexpected<Error> broken(const char* why) { return fail(Code::kInvalidArgument, why); }

/// Seven bits a byte, least significant first.
std::optional<std::uint64_t> take_size(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

/// Where and how much a copy instruction copies.
struct Piece {
  std::size_t offset = 0;
  std::size_t size = 0;
};

/// The operands behind the opcode: one bit for each of four offset and three size bytes.
std::optional<Piece> take_piece(unsigned opcode, const unsigned char*& at,
                                const unsigned char* end) {
  std::size_t offset = 0;
  std::size_t size = 0;
  for (unsigned bit = 0; bit < 7; ++bit) {
    if ((opcode & (1U << bit)) == 0) continue;
    if (at == end) return std::nullopt;
    const std::size_t byte = *at++;
    if (bit < 4) {
      offset |= byte << (8 * bit);
    } else {
      size |= byte << (8 * (bit - 4));
    }
  }
  return Piece{offset, size == 0 ? 0x10000 : size};
}

/// Collects what is new while the object grows.
class Changes {
 public:
  explicit Changes(std::vector<Range>& ranges) : ranges_(ranges) { ranges_.clear(); }

  void inserted(std::size_t at, std::size_t size) {
    if (!ranges_.empty() && ranges_.back().end == at) {
      ranges_.back().end = at + size;
    } else {
      ranges_.push_back({at, at + size});
    }
    copied_ = false;
  }
  void copied(std::size_t at, const Piece& piece) {
    if (copied_ && piece.offset != expected_) cut(at);
    copied_ = true;
    expected_ = piece.offset + piece.size;
  }
  void finished(std::size_t at, std::size_t base_size) {
    if (copied_ && expected_ != base_size) cut(at);
  }

 private:
  void cut(std::size_t at) {
    if (ranges_.empty() || ranges_.back().end != at) ranges_.push_back({at, at});
  }

  std::vector<Range>& ranges_;
  bool copied_ = true;        ///< What was built last: before the first byte, the base's beginning.
  std::size_t expected_ = 0;  ///< Where the base goes on behind the last copied piece.
};

}  // namespace

Result<DeltaHeader> parse_delta_header(std::string_view delta) {
  const auto base_size = take_size(delta);
  const auto result_size = base_size ? take_size(delta) : std::nullopt;
  if (!result_size) return broken("delta header is cut short");
  return DeltaHeader{*base_size, *result_size, delta};
}

Result<> apply_delta(std::string_view base, const DeltaHeader& delta, std::span<char> out,
                     std::vector<Range>& changed) {
  if (base.size() != delta.base_size) return broken("delta is for a base of another size");
  Changes changes(changed);
  const auto* at = reinterpret_cast<const unsigned char*>(delta.instructions.data());
  const auto* const end = at + delta.instructions.size();
  std::size_t built = 0;
  while (at != end) {
    const unsigned opcode = *at++;
    if ((opcode & 0x80U) != 0) {
      const auto piece = take_piece(opcode, at, end);
      if (!piece) return broken("delta instruction is cut short");
      if (piece->offset > base.size() || piece->size > base.size() - piece->offset) {
        return broken("delta copies from outside its base");
      }
      if (piece->size > out.size() - built) return broken("delta builds more than it declares");
      std::memcpy(out.data() + built, base.data() + piece->offset, piece->size);
      changes.copied(built, *piece);
      built += piece->size;
    } else if (opcode != 0) {
      if (opcode > static_cast<std::size_t>(end - at)) return broken("delta insert is cut short");
      if (opcode > out.size() - built) return broken("delta builds more than it declares");
      std::memcpy(out.data() + built, at, opcode);
      changes.inserted(built, opcode);
      at += opcode;
      built += opcode;
    } else {
      return broken("delta has a reserved instruction");
    }
  }
  if (built != out.size()) return broken("delta builds less than it declares");
  changes.finished(built, base.size());
  return {};
}

}  // namespace lr::secrets::git
