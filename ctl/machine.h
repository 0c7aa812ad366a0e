// SPDX-License-Identifier: MIT
//
// The first rung: this machine. Whether those who send can read the configuration, whether
// authorities are known, whose `sendmail` is in the path, what the secret looks like, what
// the clock says, how the queue fares.
#pragma once

#include <ctime>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "config/settings.h"
#include "ctl/report.h"

namespace sallyport::ctl {

/// Where things are looked for: of the running system, or of a test's directory.
struct MachinePlaces {
    std::vector<std::string> sendmail{"/usr/sbin/sendmail", "/usr/lib/sendmail"};
    std::string program;     ///< sbindir "/sallyport"
    std::string system_file; ///< the one that all accounts share; empty: any is
    std::string resolv_conf; ///< "/etc/resolv.conf"
    std::vector<std::string> accounts{"root", "www-data", "apache", "nginx"};
    /// Patterns, as the shell has them, of what only PHP 8.5 or a later one installs.
    std::vector<std::string> php{
        "/usr/bin/php8.[5-9]",
        "/usr/bin/php8.[1-9][0-9]",
        "/usr/sbin/php-fpm8.[5-9]",
        "/usr/bin/php9*",
        "/usr/lib/php/202[5-9]*",
        "/usr/lib/php/20[3-9]*",
        "/usr/lib/php/modules/202[5-9]*",
        "/usr/local/lib/php/extensions/no-debug-non-zts-202[5-9]*"};
    /// File systems of a network, by the numbers of statfs(2).
    std::vector<long> remote{0x6969, 0xff534d42, 0xfe534d42, 0x517b}; // NFS, SMB
    std::time_t now = 0;
};

/// Of this system: with the first `sendmail` in PATH, and the clock.
MachinePlaces system_places();

/// The rung of a configuration that parses. `file`: the one in force, or empty. It has
/// failed (78) where no delivery can succeed: the certificates that the settings name, or
/// the system's, cannot be used. All else that it finds is a warning. No command of the
/// settings is run, and nothing is connected to.
StepReport check_machine(const Settings& settings, const std::string& file,
                         const MachinePlaces& places);

/// The file that load_settings() would read, or empty.
std::string file_in_force(const ConfigurationSources& sources);

} // namespace sallyport::ctl
