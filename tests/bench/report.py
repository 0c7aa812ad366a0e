#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# report.py RESULTS OUTPUT FACTS: what peers.sh has measured (lines ROW, PROGRAM, VALUE, split by
# tabs) as a table, OUTPUT/bench.md, and as three drawings, OUTPUT/bench-*.svg. FACTS is text
# about the machine and the versions that goes above the table as it is.
import html
import math
import pathlib
import sys
import textwrap

COLOURS = {
    "sallyport": "#d62728", "minimal": "#7f7f7f", "msmtp": "#1f77b4", "ssmtp": "#2ca02c",
    "dma": "#9467bd", "esmtp": "#8c564b", "s-nail": "#e377c2", "curl": "#ff7f0e",
}
PLOTS = [
    ("rtt", "wall at {} ms, ms", "round-trip time of the line, ms",
     "time for one message, port 465, ms", False, False),
    ("memory", "{} MB max RSS, MB", "size of the message, MB", "memory at most, MB", True,
     False),
    ("recipients", "{} recipients, ms", "recipients", "time, ms", True, True),
]


def read(path):
    rows = {}
    for line in pathlib.Path(path).read_text().splitlines():
        row, program, value = line.split("\t")
        if value:
            rows.setdefault(row, {})[program] = float(value)
    return rows


def number(value):
    if value >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}"


def ratio(row, base):
    if base not in row or "sallyport" not in row or row[base] == 0:
        return ""
    return f"{row['sallyport'] / row[base]:.2f}"


def table(rows, programs):
    yield "| | " + " | ".join(programs) + " | to msmtp | to minimal |"
    yield "|---|" + "---:|" * (len(programs) + 2)
    for name, row in rows.items():
        cells = [number(row[program]) if program in row else "" for program in programs]
        cells += [ratio(row, "msmtp"), ratio(row, "minimal")]
        yield f"| {name} | " + " | ".join(cells) + " |"


def series_of(rows, pattern):
    before, after = pattern.split("{}")
    series = {}
    for name, row in rows.items():
        middle = name.removeprefix(before).removesuffix(after)
        if name != before + middle + after or not middle.isdigit():
            continue
        for program, value in row.items():
            series.setdefault(program, []).append((float(middle), value))
    return {program: sorted(points) for program, points in series.items()}


def steps(least, most, logarithmic):
    if logarithmic:
        first, last = math.floor(math.log10(least)), math.ceil(math.log10(most))
        return [10.0**power for power in range(first, last + 1)]
    size = 10.0 ** math.floor(math.log10(most))
    while most / size < 4:
        size /= 2
    return [size * i for i in range(math.ceil(most / size) + 1)]


def scale(ticks, begin, end, logarithmic):
    place = math.log10 if logarithmic else float
    low, high = place(ticks[0]), place(ticks[-1])
    return lambda value: begin + (place(value) - low) / (high - low) * (end - begin)


def draw(series, x_label, y_label, x_log, y_log):
    left, right, top, bottom = 70, 560, 20, 360
    points = [point for line in series.values() for point in line]
    x_ticks = steps(min(x for x, _ in points), max(x for x, _ in points), x_log)
    y_ticks = steps(min(y for _, y in points), max(y for _, y in points), y_log)
    x_of = scale(x_ticks, left, right, x_log)
    y_of = scale(y_ticks, bottom, top, y_log)
    yield ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 410" '
           'font-family="sans-serif" font-size="12">')
    yield '<rect width="700" height="410" fill="white"/>'
    for tick in x_ticks:
        x = x_of(tick)
        yield f'<path d="M{x:.1f} {top}V{bottom}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>'
    for tick in y_ticks:
        y = y_of(tick)
        yield f'<path d="M{left} {y:.1f}H{right}" stroke="#ddd"/>'
        yield f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
    yield (f'<text x="{(left + right) / 2}" y="{bottom + 38}" text-anchor="middle">'
           f'{html.escape(x_label)}</text>')
    yield (f'<text transform="translate(16 {(top + bottom) / 2}) rotate(-90)" '
           f'text-anchor="middle">{html.escape(y_label)}</text>')
    for i, (program, line) in enumerate(series.items()):
        colour = COLOURS.get(program, "black")
        width = 3 if program == "sallyport" else 1.5
        path = "L".join(f"{x_of(x):.1f} {y_of(y):.1f}" for x, y in line)
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        for x, y in line:
            yield f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3" fill="{colour}"/>'
        yield f'<path d="M580 {30 + 20 * i}h20" stroke="{colour}" stroke-width="{width}"/>'
        yield f'<text x="606" y="{34 + 20 * i}">{html.escape(program)}</text>'
    yield "</svg>"


def main():
    results, output, facts = sys.argv[1:4]
    rows = read(results)
    programs = list(dict.fromkeys(program for row in rows.values() for program in row))
    output = pathlib.Path(output)
    output.mkdir(parents=True, exist_ok=True)
    text = ["# sallyport beside others", ""]
    for paragraph in facts.split("\n\n"):
        text += [textwrap.fill(" ".join(paragraph.split()), 96), ""]
    text += table(rows, programs)
    for name, pattern, x_label, y_label, x_log, y_log in PLOTS:
        series = series_of(rows, pattern)
        if series:
            drawing = "\n".join(draw(series, x_label, y_label, x_log, y_log))
            (output / f"bench-{name}.svg").write_text(drawing + "\n")
            text += ["", f"![{y_label}, against {x_label}](bench-{name}.svg)"]
    (output / "bench.md").write_text("\n".join(text) + "\n")


main()
