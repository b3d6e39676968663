"""How codebooks, codes and differences between codebooks look: as text in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from thematic.cli import render
from thematic.codebook import path, themes, walk
from thematic.text import snippet

if TYPE_CHECKING:
    from thematic.codebook import CodebookDiff, Conflict
    from thematic.errors import Problem
    from thematic.model import Code, Codebook

__all__ = [
    "conflict_lines",
    "count",
    "diff_lines",
    "diff_record",
    "headline",
    "print_code",
    "print_line",
    "print_tree",
    "print_warnings",
    "problem_record",
    "summary",
]


def summary(file: str, codebook: Codebook) -> dict[str, Any]:
    return {
        "path": file,
        "title": codebook.title,
        "version": codebook.version,
        "codes": len(codebook.codes),
        "themes": len(themes(codebook)),
    }


def problem_record(problem: Problem) -> dict[str, Any]:
    return {"message": problem.message, "path": problem.path, "line": problem.line, "hint": problem.hint}


def print_warnings(problems: Iterable[Problem]) -> None:
    for problem in problems:
        render.print_warning(problem)


def headline(codebook: Codebook) -> str:
    parents = len(themes(codebook))
    codes = count(len(codebook.codes) - parents, "code")
    grouped = f"{codes} in {count(parents, 'theme')}" if parents else codes
    return f"“{escape(codebook.title)}”: {grouped}, version {codebook.version}"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def print_line(line: str) -> None:
    """A line of the result; `:smile:` in a quote stays what it is.

    In a window it is wrapped at words, below its own beginning; elsewhere it stays as long as it is.
    """
    console = render.results()
    if not console.is_terminal:
        console.print(line, emoji=False, soft_wrap=True)
        return
    for part in Text.from_markup(line, emoji=False).split("\n"):
        indent = len(part.plain) - len(part.plain.lstrip(" "))
        console.print(Padding(part[indent:], (0, 0, 0, indent)) if indent else part)


def print_tree(codebook: Codebook) -> None:
    root = Tree(headline(codebook), guide_style="dim")
    branches = [root]
    for depth, code in walk(codebook):
        branches[depth + 1 :] = [branches[depth].add(_label(code))]
    render.results().print(root)


def _label(code: Code) -> Text:
    label = Text.assemble(("● ", _style(code.color)), (code.name, "bold"), (f"  {code.id}", "dim"))
    if code.status != "active":
        label.append(f"  {code.status}{f' into {code.merged_into}' if code.merged_into else ''}", "yellow")
    if code.definition:
        label.append(f"\n{snippet(code.definition, 150)}")
    return label


def _style(color: str | None) -> str:
    """The colour as rich wants it: `#abc` is short for `#aabbcc`."""
    if color is None:
        return "dim"
    return color if len(color) == 7 else "#" + "".join(digit * 2 for digit in color[1:])


def print_code(codebook: Codebook, code: Code) -> None:
    print_line(f"[bold]{escape(' > '.join(path(codebook, code.id)))}[/]  [dim]{escape(code.id)}[/]")
    if code.definition:
        print_line(escape(code.definition))
    sections = {
        "Include": code.include,
        "Exclude": code.exclude,
        "Examples": code.examples,
        "Counter-examples": code.counter_examples,
    }
    for title, items in sections.items():
        if items:
            print_line(f"\n[bold]{title}[/]")
        for item in items:
            print_line(f"- {escape(item)}")
    if code.status != "active":
        print_line(f"\n{code.status.capitalize()}{f' into {code.merged_into}' if code.merged_into else ''}.")


# --- Differences ---------------------------------------------------------------------------------------

_CHANGES = ("renamed", "redefined", "moved", "merged", "retired", "restored", "new_id")


def conflict_lines(conflict: Conflict) -> str:
    lines = [f"[bold]{escape(conflict.code_id or 'the codebook')}[/], {conflict.field}"]
    lines += [f"  ours:   {escape(conflict.ours)}", f"  theirs: {escape(conflict.theirs)}"]
    return "\n".join(lines)


def diff_record(changes: CodebookDiff) -> dict[str, Any]:
    def values(code: Code, fields: Iterable[str]) -> dict[str, Any]:
        return {name: getattr(code, name) for name in fields}

    record: dict[str, Any] = {"old_version": changes.old_version, "new_version": changes.new_version}
    for kind in ("added", "removed"):
        record[kind] = [{"id": code.id, "name": code.name} for code in getattr(changes, kind)]
    for kind in _CHANGES:
        record[kind] = [
            {"id": each.new.id, "old": values(each.old, each.fields), "new": values(each.new, each.fields)}
            for each in getattr(changes, kind)
        ]
    return record


def diff_lines(changes: CodebookDiff, names: dict[str, str], *, wording: bool = True) -> Iterator[str]:
    """One line a change; below a redefined code what its wording lost and gained."""

    def name(code_id: str | None) -> str:
        return "the top" if code_id is None else f"“{escape(names[code_id])}”"

    for code in changes.added:
        yield f"[green]+[/] added      {name(code.id)} [dim]{escape(code.id)}[/]"
    for code in changes.removed:
        yield f"[red]-[/] removed    {name(code.id)} [dim]{escape(code.id)}[/]"
    for each in changes.renamed:
        yield f"~ renamed    “{escape(each.old.name)}” → “{escape(each.new.name)}”"
    for each in changes.moved:
        places = f"from {name(each.old.parent_id)} to {name(each.new.parent_id)}"
        yield f"~ moved      {name(each.new.id)}: {places}"
    for each in changes.merged:
        yield f"~ merged     {name(each.new.id)} into {name(each.new.merged_into)}"
    for each in changes.retired:
        yield f"~ retired    {name(each.new.id)}"
    for each in changes.restored:
        yield f"~ restored   {name(each.new.id)}"
    for each in changes.new_id:
        yield f"~ new id     {name(each.new.id)}: {escape(each.old.id)} → {escape(each.new.id)}"
    for each in changes.redefined:
        yield f"~ redefined  {name(each.new.id)}: {', '.join(each.fields)}"
        for field in each.fields if wording else ():
            before, after = (_texts(getattr(code, field)) for code in (each.old, each.new))
            yield from (f"    [red]- {escape(text)}[/]" for text in before if text not in after)
            yield from (f"    [green]+ {escape(text)}[/]" for text in after if text not in before)


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if value else ()
