"""Draws terminal screens with their colors (ANSI) as a PNG, or several of them as a GIF.

    screen.py OUT.png <SCREEN
    screen.py OUT.gif SCREEN:MILLISECONDS…
"""

import re
import sys
import unicodedata

from PIL import Image, ImageDraw, ImageFont

SIZE, PAD = 28, 22
BACK, FORE = "#14161b", "#c8ccd4"
BASE = ["#1d1f24", "#d05f5f", "#7fae6a", "#c9a554", "#5f8fd0", "#a47fc4", "#5fb0b0", "#b8bcc4",
        "#6b7079", "#ff6b6b", "#9ece6a", "#e6c370", "#7aa8f0", "#c099e0", "#7fd0d0", "#ffffff"]
FONTS = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono%s.ttf"


def fonts(size):
    styles = {(False, False): "", (True, False): "-Bold", (False, True): "-Oblique", (True, True): "-BoldOblique"}
    return {style: ImageFont.truetype(FONTS % name, size) for style, name in styles.items()}


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


def lines(text):
    return text.removesuffix("\n").split("\n")


def cells(text):
    """The characters of a screen: line, column, width, character, style."""
    style = {}
    for row, line in enumerate(lines(text)):
        column = 0
        for part in re.split(r"(\x1b\[[0-9;:]*m|\x1b[()].|[\x0e\x0f])", line):
            sgr = re.fullmatch(r"\x1b\[([0-9;:]*)m", part)
            if sgr:
                apply(style, re.split("[;:]", sgr.group(1)))
                continue
            if not part or part[0] in "\x1b\x0e\x0f":
                continue
            for char in part:
                wide = 2 if unicodedata.east_asian_width(char) in "WF" else 1
                yield row, column, wide, char, dict(style)
                column += wide


def draw(text, size):
    faces = fonts(size)
    width = round(faces[False, False].getlength("M"))
    height = round(size * 1.28)
    all_cells = list(cells(text))
    columns = max(column + wide for _, column, wide, _, _ in all_cells)
    rows = len(lines(text))
    pad = round(PAD * size / SIZE)
    image = Image.new("RGB", (columns * width + 2 * pad, rows * height + 2 * pad), BACK)
    pen = ImageDraw.Draw(image)
    for row, column, wide, char, style in all_cells:
        fg, bg = style.get("fg", FORE), style.get("bg")
        if style.get("reverse"):
            fg, bg = bg or BACK, fg
        x, y = pad + column * width, pad + row * height
        box = (x, y, x + wide * width - 1, y + height - 1)
        if bg:
            pen.rectangle(box, fill=bg)
        # lines and blocks fill their cells, so that they join
        if char in "─│":
            middle = (x + width // 2, y + height // 2)
            line = (x, middle[1], box[2], middle[1]) if char == "─" else (middle[0], y, middle[0], box[3])
            pen.line(line, fill=fg, width=max(1, size // 14))
        elif "▁" <= char <= "█":
            part = (ord(char) - ord("▁") + 1) * height // 8
            pen.rectangle((x, y + height - part, box[2], box[3]), fill=fg)
        elif char == "▌":
            pen.rectangle((x, y, x + width // 2, box[3]), fill=fg)
        elif char != " ":
            face = faces[bool(style.get("bold")), bool(style.get("italic"))]
            pen.text((x, y + round(size * 0.08)), char, font=face, fill=fg)
        if style.get("under"):
            pen.line((x, box[3], box[2], box[3]), fill=fg, width=max(1, size // 14))
    return image


def main():
    out, frames = sys.argv[1], [frame.rsplit(":", 1) for frame in sys.argv[2:]]
    if not frames:
        draw(sys.stdin.read(), SIZE).quantize(64).save(out, optimize=True)
        return
    images = []
    for name, _ in frames:
        with open(name, encoding="utf-8") as screen:
            images.append(draw(screen.read(), SIZE // 2).quantize(64))
    times = [int(milliseconds) for _, milliseconds in frames]
    images[0].save(out, save_all=True, append_images=images[1:], duration=times, loop=0, optimize=True)


main()
