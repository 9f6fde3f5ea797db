// Where findings come from: the first commit that has an object, who wrote it, under which path,
// which ref still reaches it. Asked for the few objects that have findings, after the scan.
#pragma once

#include <span>

#include "secrets/document.h"
#include "secrets/git/repository_scan.h"

namespace lr::secrets::git {

/// Completes the places whose object this repository has and that nobody has completed yet.
///
/// An object is "published" when a remote-tracking ref, a pull or merge request ref, or, in a bare
/// repository, any ref reaches it; "local" when another ref, a HEAD or the latest stash does;
/// "staged" when only an index has it; "reflog" when only a reflog remembers a commit that has it;
/// "unreachable" otherwise. The first commit is the earliest, parents before children and then by
/// author date, among those of the strongest of these.
void locate_in(RepositoryScan& scan, std::span<Place*> places);

}  // namespace lr::secrets::git
