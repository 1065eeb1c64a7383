"""Draws the times of many_tasks.py against the number of tasks, both axes logarithmic.

    python benches/growth.py docs/results/pipelines.md docs/results/pipelines_growth.svg

Reads the first table of the page whose header is that of many_tasks.py. A straight line of slope one is linear growth.
"""

import math
import sys
from pathlib import Path

HEADER = "| tasks | program | what | s |"
# Okabe and Ito's colors; Snakemake is dashed.
COLORS = {"run": "#0072b2", "nothing to do": "#d55e00", "plan, all new": "#009e73"}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 400, 70, 20, 210, 50


def rows(page):
    found = []
    for line in page.split(HEADER, 1)[1].splitlines()[2:]:
        if not line.startswith("|"):
            break
        tasks, program, what, seconds = [cell.strip() for cell in line.split("|")[1:5]]
        if what in COLORS:
            found.append((program, what, int(tasks), float(seconds)))
    return found


def main():
    source, target = sys.argv[1:]
    found = rows(Path(source).read_text())
    tasks = [row[2] for row in found]
    low, high = math.floor(math.log10(min(row[3] for row in found))), math.ceil(math.log10(max(row[3] for row in found)))
    first, last = math.log10(min(tasks)), math.log10(max(tasks))

    def x(value):
        return LEFT + (math.log10(value) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value):
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def text(at_x, at_y, words, anchor="start", more=""):
        return f'<text x="{at_x:.1f}" y="{at_y:.1f}" text-anchor="{anchor}"{more}>{words}</text>'

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for power in range(low, high + 1):
        level = y(10.0**power)
        out.append(f'<path d="M{LEFT} {level:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        out.append(text(LEFT - 8, level + 4, f"{10.0**power:g}", "end"))
    for power in range(round(first), round(last) + 1):
        place = x(10**power)
        out.append(f'<path d="M{place:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        out.append(text(place, HEIGHT - BOTTOM + 18, f"{10**power:,}", "middle"))
    out.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "tasks", "middle"))
    out.append(text(0, 0, "seconds", "middle", f' transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)"'))
    names = []
    for program, what, _, _ in found:
        if (program, what) not in names:
            names.append((program, what))
    ends = []
    for program, what in names:
        points = sorted((row[2], row[3]) for row in found if row[:2] == (program, what))
        dash = ' stroke-dasharray="6 4"' if program != "rsom" else ""
        path = " ".join(f"{x(n):.1f},{y(s):.1f}" for n, s in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLORS[what]}" stroke-width="2"{dash}/>')
        out += [f'<circle cx="{x(n):.1f}" cy="{y(s):.1f}" r="3" fill="{COLORS[what]}"/>' for n, s in points]
        ends.append((y(points[-1][1]), x(points[-1][0]), f"{program}: {what}", COLORS[what]))
    # Names above the last points, or beside them at the right border, none upon another.
    below = -math.inf
    for level, place, words, color in sorted(ends):
        if place < WIDTH - RIGHT - 1:
            out.append(text(place, level - 10, words, "middle", f' fill="{color}"'))
            continue
        below = max(level + 4, below + 16)
        out.append(text(place + 10, below, words, more=f' fill="{color}"'))
    Path(target).write_text("\n".join([*out, "</svg>"]) + "\n")


if __name__ == "__main__":
    main()
