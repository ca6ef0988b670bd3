"""Plots as SVG files, without a library: distributions of latency, and memory over time."""

COLOURS = ["#1f5fa8", "#c0561f", "#2e7d32", "#7b3fa0"]


def frame(title, width, height, left, top, bottom):
    return [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
            '<rect width="100%" height="100%" fill="white"/>', f'<text x="{left}" y="18" font-size="14">{title}</text>',
            f'<path d="M{left} {top}V{height - bottom}H{width - 20}" fill="none" stroke="#999"/>']


def curves(path, title, named, x_unit, y_unit, step=False):
    """`named`: pairs of a name and its points (x, y); all curves in one frame that starts at zero."""
    width, height, left, top, bottom = 860, 300, 70, 34, 44
    xs = max((x for _, points in named for x, _ in points), default=1) or 1
    ys = max((y for _, points in named for _, y in points), default=1) * 1.05 or 1
    parts = frame(title, width, height, left, top, bottom)
    place = lambda x, y: (left + x / xs * (width - left - 20), height - bottom - y / ys * (height - bottom - top))
    for n in range(5):
        x, y = place(xs * n / 4, ys * n / 4)
        parts += [f'<text x="{x:.0f}" y="{height - bottom + 16}" text-anchor="middle">{xs * n / 4:.4g}</text>',
                  f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{ys * n / 4:.3g}</text>',
                  f'<path d="M{left} {y:.1f}H{width - 20}" stroke="#eee"/>']
    parts += [f'<text x="{width - 20}" y="{height - 8}" text-anchor="end" fill="#555">{x_unit}</text>',
              f'<text x="8" y="{top - 4}" fill="#555">{y_unit}</text>']
    for n, (name, points) in enumerate(named):
        line = []
        for m, (x, y) in enumerate(points):
            a, b = place(x, y)
            if step and m:
                line.append(f"{a:.1f},{place(0, points[m - 1][1])[1]:.1f}")
            line.append(f"{a:.1f},{b:.1f}")
        colour = COLOURS[n % len(COLOURS)]
        parts += [f'<polyline points="{" ".join(line)}" fill="none" stroke="{colour}" stroke-width="1.6"/>',
                  f'<text x="{left + 14}" y="{top + 16 + n * 16}" fill="{colour}">{name}</text>']
    with open(path, "w") as f:
        f.write("\n".join([*parts, "</svg>"]) + "\n")


def distribution(path, title, named, unit):
    """The share of calls, percent, whose value is at most x."""
    curves(path, title, [(name, [(0, 0)] + [(v, (n + 1) / len(values) * 100) for n, v in enumerate(sorted(values))]) for name, values in named if values],
           unit, "% of calls", step=True)
