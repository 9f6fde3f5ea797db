// What a file is, by where it stands and how it begins: an .env file, a log, a tool's
// configuration… The scan is the same for all; the answer goes into the report.
#pragma once

#include <string>
#include <string_view>

#include "secrets/document.h"

namespace lr::secrets::sources {

/// `path` as relative as known, with '/'; `head` is the first few KiB. kTree when it is nothing in
/// particular.
Surface classify(std::string_view path, std::string_view head);

/// "sha256:<64 digits>" when the path is a layer or configuration of a container image: a blob of
/// an OCI layout, or "<64 digits>/layer.tar" of an older `docker save`. Empty otherwise.
std::string image_digest(std::string_view path);

}  // namespace lr::secrets::sources
