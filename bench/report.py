"""docs/performance.md: text by hand, and between markers what the bench writes."""

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

import psutil

from settings import REPOSITORY

#: Processors at work before the start, beyond which times are not to be trusted, and the seconds over which they are counted.
BUSY = 0.2
LISTENING = 3.0


def number(value, digits=3):
    """Three significant digits, whole from 100 on; a dash where nothing was measured."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:#.{digits}g}".rstrip(".")


def verdict(value, goal, at_most=True):
    """Such as "≤ 0.8: met"."""
    met = value <= goal if at_most else value >= goal
    return f"{'≤' if at_most else '≥'} {goal:g}: {'met' if met else '**missed**'}"


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)


def caption(name, part, settings):
    """The command, and what the figures below it depend on; a part that measures no time depends on no machine."""
    said = [f"`bench/run.sh --only {name}`", datetime.date.today().isoformat(), f"commit {commit()}"]
    if settings.quick:
        said.append("smoke run, **not a measurement**")
    if part.timed:
        said += [machine(), f"{settings.rounds} round{'s' if settings.rounds > 1 else ''}"]
        busy = processors_at_work()
        if busy > BUSY:
            said.append(f"**other programs were running** ({busy:.1f} processors at work before the start)")
    return f"*{', '.join(said)}*"


def processors_at_work():
    """How many do something now: the load average still tells of the part before."""
    return psutil.cpu_percent(interval=LISTENING) / 100 * os.cpu_count()


def commit():
    answer = subprocess.run(["git", "-C", REPOSITORY, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return answer.stdout.strip() or "unknown"


def machine():
    model = platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        found = re.search(r"^model name\s*: (.*)$", information.read_text(), re.MULTILINE)
        model = found.group(1) if found else model
    return f"{model}, {os.cpu_count()} threads"


def put(document, part, text):
    """Replaces what stands between the markers of a part."""
    begin, end = f"<!-- bench: {part} -->", f"<!-- end: {part} -->"
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"the document has no place for '{part}': it needs the lines {begin} and {end}")
    return f"{before}{begin}\n{text}\n{end}{after}"
