// SPDX-License-Identifier: MIT
#include "ctl/waterfall.h"

#include <algorithm>
#include <vector>

#include "base/concat.h"
#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

struct Bar {
    std::string label;
    Milliseconds start{};
    Milliseconds took{};
    bool answered = true;
};

std::string figure_of(const Bar& bar) {
    return concat({std::to_string(bar.took.count()), " ms"});
}

const char* label_of(Rung rung) {
    return rung == Rung::ports ? tr("connect") : title_of(rung);
}

/// What a delivery waits for in vain has a bar for each port, and what is left is the one
/// that opened.
void add_ports(std::vector<Bar>& bars, const RelayReport& relay, const StepReport& step) {
    const auto count = bars.size();
    for (const PortReport& port : relay.ports) {
        if (port.configured && port.state == PortState::silent)
            bars.push_back({concat({tr("port"), " ", std::to_string(port.port)}),
                            step.start, port.took, false});
    }
    if (step.result == Result::fail)
        return;
    const bool waited = bars.size() > count && relay.round_trip < step.took;
    const Milliseconds took = waited ? relay.round_trip : step.took;
    bars.push_back({label_of(step.rung), step.start + step.took - took, took});
}

std::vector<Bar> bars_of(const RelayReport& relay) {
    std::vector<Bar> bars;
    for (const StepReport& step : relay.steps) {
        if (step.rung == Rung::ports)
            add_ports(bars, relay, step);
        else if (step.rung != Rung::machine && step.result != Result::skip)
            bars.push_back({label_of(step.rung), step.start, step.took});
    }
    std::erase_if(bars, [](const Bar& bar) { return bar.took <= Milliseconds::zero(); });
    return bars;
}

/// From times to cells.
struct Scale {
    Milliseconds begin;
    Milliseconds span;
    unsigned cells;

    [[nodiscard]] unsigned cell_of(Milliseconds time) const {
        const auto count = (time - begin).count() * cells / span.count();
        return std::min(static_cast<unsigned>(count), cells);
    }
};

std::string repeated(std::string_view text, unsigned times) {
    std::string result;
    for (unsigned i = 0; i < times; ++i)
        result.append(text);
    return result;
}

/// Every bar has a cell at least, and none ends beyond the last.
std::string drawn(const Bar& bar, const Scale& scale, bool utf8) {
    const unsigned first = std::min(scale.cell_of(bar.start), scale.cells - 1);
    const unsigned end = std::max(scale.cell_of(bar.start + bar.took), first + 1);
    return concat({std::string(first, ' '), repeated(utf8 ? "█" : "=", end - first),
                   std::string(scale.cells - end, ' ')});
}

/// Blanks before `text` up to this width.
std::string right(const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string left(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, text.size()), ' ');
}

Scale scale_of(const std::vector<Bar>& bars, unsigned cells) {
    Milliseconds begin = bars.front().start;
    Milliseconds end = begin;
    for (const Bar& bar : bars) {
        begin = std::min(begin, bar.start);
        end = std::max(end, bar.start + bar.took);
    }
    return {begin, end - begin, cells};
}

} // namespace

std::string waterfall(const RelayReport& relay, const Look& look) {
    const std::vector<Bar> bars = bars_of(relay);
    if (bars.empty())
        return {};
    const std::string silence = concat({", ", tr("no answer")});
    std::size_t label = 0;
    std::size_t figure = 0;
    std::size_t note = 0;
    for (const Bar& bar : bars) {
        label = std::max(label, bar.label.size());
        figure = std::max(figure, figure_of(bar).size());
        note = bar.answered ? note : silence.size();
    }
    const auto beside = static_cast<unsigned>(2 + label + 2 + 2 + figure + note);
    constexpr unsigned least_cells = 4;
    const Scale scale = scale_of(bars, std::max(look.width, beside + least_cells) - beside);
    std::string text;
    for (const Bar& bar : bars)
        text.append(
            concat({"  ", left(bar.label, label), "  ", drawn(bar, scale, look.utf8), "  ",
                    right(figure_of(bar), figure), bar.answered ? "" : silence, "\n"}));
    return text;
}

} // namespace sallyport::ctl
