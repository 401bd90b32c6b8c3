"""The page docs/cli.md, made of each command's ``--help``; run as a script it writes the page."""

from pathlib import Path

import click

from kg.cli import main


def page() -> str:
    """Return the page as Markdown."""
    parts = ["# The command `kg`\n\nMade from `--help` by `scripts/cli-page`.\n"]
    # click keeps the first help option that it makes: the names must be those of a real run, whatever ran before
    group = click.Context(main, info_name="kg", terminal_width=110, **main.context_settings)
    parts.append(f"\n```text\n{main.get_help(group).rstrip()}\n```\n")
    for name, command in sorted(main.commands.items()):
        context = click.Context(command, info_name=name, parent=group, max_content_width=110, terminal_width=110)
        parts.append(f"\n## kg {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
        for below, sub in sorted(command.commands.items()) if isinstance(command, click.Group) else ():
            inner = click.Context(sub, info_name=below, parent=context, max_content_width=110, terminal_width=110)
            parts.append(f"\n### kg {name} {below}\n\n```text\n{sub.get_help(inner).rstrip()}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    (Path(__file__).parents[1] / "docs" / "cli.md").write_text(page(), "utf-8")
