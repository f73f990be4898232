"""Turns a terminal screen with its colours (ANSI, on standard input) into an SVG."""

import html
import re
import sys
import unicodedata

CELL_W, CELL_H, PAD = 8.4, 18, 14
BACK, FORE = "#14161b", "#c8ccd4"
BASE = ["#1d1f24", "#d05f5f", "#7fae6a", "#c9a554", "#5f8fd0", "#a47fc4", "#5fb0b0", "#b8bcc4",
        "#6b7079", "#ff6b6b", "#9ece6a", "#e6c370", "#7aa8f0", "#c099e0", "#7fd0d0", "#ffffff"]


def indexed(n):
    if n < 16:
        return BASE[n]
    if n < 232:
        n -= 16
        levels = [0, 95, 135, 175, 215, 255]
        return "#%02x%02x%02x" % (levels[n // 36], levels[n // 6 % 6], levels[n % 6])
    return "#%02x%02x%02x" % ((8 + 10 * (n - 232),) * 3)


def apply(style, codes):
    codes = [int(c or 0) for c in codes]
    while codes:
        c = codes.pop(0)
        if c == 0:
            style.clear()
        elif c in (1, 2, 3, 4, 7):
            style[{1: "bold", 2: "dim", 3: "italic", 4: "under", 7: "reverse"}[c]] = True
        elif c == 22:
            style.pop("bold", None), style.pop("dim", None)
        elif c in (23, 24, 27):
            style.pop({23: "italic", 24: "under", 27: "reverse"}[c], None)
        elif c in (38, 48):
            key = "fg" if c == 38 else "bg"
            kind = codes.pop(0)
            if kind == 5:
                style[key] = indexed(codes.pop(0))
            else:
                style[key] = "#%02x%02x%02x" % (codes.pop(0), codes.pop(0), codes.pop(0))
        elif 30 <= c <= 37 or 90 <= c <= 97:
            style["fg"] = BASE[c - 30 if c < 90 else c - 82]
        elif 40 <= c <= 47 or 100 <= c <= 107:
            style["bg"] = BASE[c - 40 if c < 100 else c - 92]
        elif c == 39:
            style.pop("fg", None)
        elif c == 49:
            style.pop("bg", None)


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    columns, shapes, texts, style = 0, [], [], {}
    for row, line in enumerate(lines):
        column = 0
        for part in re.split(r"(\x1b\[[0-9;:]*m|\x1b[()].|[\x0e\x0f])", line):
            sgr = re.fullmatch(r"\x1b\[([0-9;:]*)m", part)
            if sgr:
                apply(style, re.split("[;:]", sgr.group(1)))
                continue
            if not part or part[0] in "\x1b\x0e\x0f":
                continue
            cells = width(part)
            fg, bg = style.get("fg", FORE), style.get("bg")
            if style.get("reverse"):
                fg, bg = bg or BACK, fg
            x, y = PAD + column * CELL_W, PAD + row * CELL_H
            if bg:
                shapes.append(f'<rect x="{x:.1f}" y="{y}" width="{cells * CELL_W:.1f}" height="{CELL_H}" fill="{bg}"/>')
            if part.strip():
                more = ' font-weight="bold"' if style.get("bold") else ""
                more += ' font-style="italic"' if style.get("italic") else ""
                more += ' text-decoration="underline"' if style.get("under") else ""
                more += ' opacity="0.6"' if style.get("dim") else ""
                texts.append(f'<text x="{x:.1f}" y="{y + 13}" textLength="{cells * CELL_W:.1f}" '
                             f'fill="{fg}"{more}>{html.escape(part).replace(chr(32), chr(160))}</text>')
            column += cells
        columns = max(columns, column)
    w, h = columns * CELL_W + 2 * PAD, len(lines) * CELL_H + 2 * PAD
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:.0f} {h}" width="{w:.0f}" height="{h}" '
          f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">')
    print(f'<rect width="100%" height="100%" rx="8" fill="{BACK}"/>')
    print("\n".join(shapes + texts))
    print("</svg>")


main()
