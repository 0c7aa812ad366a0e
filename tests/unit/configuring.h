// SPDX-License-Identifier: MIT
//
// Configuration files and environments for tests, and what becomes of them.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include "config/configuration.h"
#include "failing.h"
#include "folder.h"

namespace sallyport {

/// A place to keep configuration files in; `sources` has no other.
struct Configuring {
    Configuring() { sources.system_file = folder.path("system.conf"); }

    /// The system's file is made anew with this text.
    std::string has_system_file(const std::string& text, mode_t mode = 0600) const {
        return folder.write("system.conf", text, mode);
    }
    /// A relay in the system's file, with further lines after its host.
    void has_relay(const std::string& lines) const {
        static_cast<void>(has_system_file("[relay]\nhost = mail.example\n" + lines));
    }

    [[nodiscard]] Settings load() const {
        std::vector<std::string> notes;
        Settings settings = load_settings(sources, notes);
        settings.notes.insert(settings.notes.begin(), notes.begin(), notes.end());
        return settings;
    }
    [[nodiscard]] Relay relay() const {
        Settings settings = load();
        if (settings.relays.size() != 1)
            throw std::logic_error("not one relay");
        return std::move(settings.relays.front());
    }
    [[nodiscard]] Failure refusal() const {
        return failure_of([this] { return load(); });
    }
    /// What load() throws, the names of this test's directory left out.
    [[nodiscard]] std::string why() const {
        const Failure failure = refusal();
        if (failure.status() != ExitStatus::config || failure.fault() != Fault::local)
            throw std::logic_error(std::string("not 78, local: ") + failure.what());
        std::string text = failure.what();
        const std::string directory = folder.path("");
        for (auto at = text.find(directory); at != text.npos; at = text.find(directory))
            text.erase(at, directory.size());
        return text;
    }

    Folder folder;
    ConfigurationSources sources;
};

} // namespace sallyport
