// How surprising a letter is behind two others, measured on source and prose.
#pragma once

namespace lr::secrets {

/// 28 * 28 * 28 characters: entry [a][b][c] is '#' + 4 * -log2 P(c | a b), at most '#' + 63.
/// Classes: letters without case from 0, 26 a digit, 27 anything else.
extern const char* const kSurpriseTable;

}  // namespace lr::secrets
