// SPDX-License-Identifier: MIT
//
// Files and environment to Settings. One table of keys (keys.cc) serves the file,
// SALLYPORT_<SECTION>_<KEY> and the query of SALLYPORT_URL, so that a value means the same
// wherever it stands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/findings.h"
#include "config/settings.h"
#include "system/privilege.h"

namespace sallyport {

/// What configuration is read from. Passed in, so that tests need no environment.
struct ConfigurationSources {
    std::string system_file;                  ///< sysconfdir "/sallyport.conf"
    std::optional<std::string> argument_file; ///< -C
    std::vector<std::string> environment;     ///< "NAME=value", as environ has it
    /// Of a set-id run that serves by it; else null. Then only the system's file is read,
    /// with what it names that the caller may not read, and no command is run.
    Privilege* privilege = nullptr;
    bool callers_own = false; ///< of a set-id run that has given up: not the system's file
};

/// Of the entries the first that names a server, or a file that does; null: none.
const std::string* server_variable(const std::vector<std::string>& environment);

/// Whether the caller names a configuration of his own, or there is no other: then a set-id
/// run is his alone, and nothing of the system's is for him.
bool is_the_callers(const ConfigurationSources& sources);

/// The file that load_settings() would read; empty: none.
std::string file_to_read(const ConfigurationSources& sources);

/// There is such a file, or a variable that names a server.
bool is_anything_configured(const ConfigurationSources& sources);

/// Reads and checks everything. Remarks for the log go to `notes`, also where it fails: a
/// variable that is not known may be why. Failure (78, local) names file and line, or the
/// variable, the key, and the nearest known one; no secret is ever quoted.
Settings load_settings(const ConfigurationSources& sources,
                       std::vector<std::string>& notes);

/// The same for who wants to know all that is wrong: errors of single lines, variables and
/// sections become findings, each as it would be thrown, and what is wrong is left out, but
/// not from SetKeys; there may be no relay then. Failure only for a file as a whole, or
/// where nothing is configured. Not for a set-id run.
Settings load_settings(const ConfigurationSources& sources, std::vector<std::string>& notes,
                       Findings& findings);

} // namespace sallyport
