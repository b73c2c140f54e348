"""The plots, as SVG: throughput and latency against connections, cost against the size of the database."""
import html
import math
import statistics

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 300, 280, 44, 34, 82, 44
LINE = 13  # from one line of text to the next
COLOURS = ("#b3541e", "#1f5f99", "#4c7a34")  # one a side
INK, GRID = "#333", "#ddd"


class Panel:
    """A logarithmic axis upwards; sideways, each value in its own step. curves: [(name, colour, dashed, [(x, y)])]."""

    def __init__(self, left, title, below, curves):
        self.left, self.title, self.below, self.curves = left, title, below, curves
        values = [y for *_, points in curves for _, y in points if y > 0]
        self.xs = sorted({x for *_, points in curves for x, _ in points})
        self.low, self.high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        self.high = max(self.high, self.low + 1)

    def x(self, value):
        return self.left + LEFT + (WIDTH - LEFT - RIGHT) * self.xs.index(value) / max(len(self.xs) - 1, 1)

    def y(self, value):
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - math.log10(value)) / (self.high - self.low)

    def svg(self):
        yield text(self.left + LEFT, 18, self.title, "start", "bold")
        yield from self.grid()
        for _, colour, dashed, points in self.curves:
            yield from self.curve(colour, dashed, points)
        yield from self.names()
        yield text(self.left + (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, self.below)

    def grid(self):
        for power in range(self.low, self.high + 1):
            for step in (1, 2, 5):
                if power == self.high and step > 1:
                    break
                at = self.y(step * 10 ** power)
                yield line(self.left + LEFT, at, self.left + WIDTH - RIGHT, at)
                yield text(self.left + LEFT - 6, at + 4, short(step * 10.0 ** power), "end")
        for value in self.xs:
            yield line(self.x(value), TOP, self.x(value), HEIGHT - BOTTOM)
            yield text(self.x(value), HEIGHT - BOTTOM + 16, short(value))

    def curve(self, colour, dashed, points):
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
        for x, y in points:
            yield f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="3" fill="{colour}"/>'

    def names(self):
        """Beside the ends of the curves, none on another."""
        at = 0
        for end, name, colour in sorted((self.y(points[-1][1]), name, colour) for name, colour, _, points in self.curves):
            at = max(end, at + LINE)
            yield text(self.left + WIDTH - RIGHT + 7, at + 4, name, "start", colour=colour)


def short(value):
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def line(x1, y1, x2, y2):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{GRID}"/>'


def text(x, y, words, anchor="middle", weight="normal", colour=INK):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}">'
            f"{html.escape(words)}</text>")


def curve_of(points, side, key):
    return [(x, statistics.median(one[key] for one in found[side])) for x, found in points]


def of_connections(points):
    sides = list(points[0][1])
    names = {side: "bare INSERT" if side == "bare" else side for side in sides}
    rates = [(names[side], colour, False, curve_of(points, side, "rate")) for side, colour in zip(sides, COLOURS)]
    times = [(f"{names[side].removeprefix('bare ')} {key}", colour, key == "p99", curve_of(points, side, key))
             for side, colour in zip(sides, COLOURS) for key in ("p50", "p99")]
    yield "durable mails a second", "connections", rates
    yield "milliseconds a mail", "connections", times


def of_growth(points):
    sides = list(points[0][1])
    yield "milliseconds a mail, at 4 connections", "messages in the database", [
        (side, colour, False, curve_of(points, side, "cost")) for side, colour in zip(sides, COLOURS[1:])]


def plot(points, growth):
    """points, growth: World's; either may be empty. An SVG document, or None."""
    found = [*(of_connections(points) if points else ()), *(of_growth(growth) if growth else ())]
    if not found:
        return None
    body = "\n".join(part for at, panel in enumerate(found) for part in Panel(at * WIDTH, *panel).svg())
    width = len(found) * WIDTH
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" '
            f'viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif" font-size="12">\n'
            f'<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n')
