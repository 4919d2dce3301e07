"""How the code reads, as rules over its syntax tree. Each gives (place, what is wrong)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.architecture.patterns import is_ambiguous

ROOT: Final = Path(__file__).resolve().parents[2]

LONGEST_FUNCTION: Final = 80
LONGEST_FILE: Final = 600
LONGEST_ROUTE: Final = 25
MOST_POSITIONAL: Final = 5
FORBIDDEN_NAMES: Final = frozenset({"utils", "helpers", "common", "misc", "manager", "base_service", "data", "info"})
# The only files that read the machine's time: the clock itself, and ids, whose milliseconds are their order.
CLOCKS: Final = frozenset({"app/kernel/clock.py", "app/kernel/ids.py"})
MACHINE_TIME: Final = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
)
COMMITTERS: Final = ("app/runtime/db/",)
# Text of SQL put together from constants and enums: what these files exist for.
SQL_BUILDERS: Final = (
    "app/runtime/db/",
    "app/modules/bookings/repository/board.py",
    "app/modules/bookings/repository/listing.py",
)
SQL: Final = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b")
MONEY_MODULES: Final = (
    "app/modules/pricing/rules",
    "app/modules/pricing/service",
    "app/modules/invoices",
    "app/kernel/money.py",
)
TOKEN_LIBRARY: Final = "app/runtime/auth/jws.py"
LONGEST_TOKEN_FILE: Final = 120
# Outgoing calls go to services that the operator names, by the libraries made for them; to addresses of callers, none.
HTTP_CLIENTS: Final = ("httpx", "requests", "aiohttp", "urllib3", "urllib.request", "http.client")
UNNUMBERED_TODO: Final = re.compile(r"#\s*(TODO|FIXME|XXX)(?!.*#\d+)")


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the house."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def sources() -> Iterator[Source]:
    for path in sorted((ROOT / "app").rglob("*.py")):
        yield Source(path.relative_to(ROOT).as_posix(), path.read_text())


Finding = tuple[str, str]


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _patterns(tree: ast.AST) -> Iterator[str]:
    """Regular expressions that stand as text: given to `re`, or as `pattern=` of a field."""
    for call in _calls(tree):
        is_re = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "re"
        given = [*(call.args[:1] if is_re else []), *(one.value for one in call.keywords if one.arg == "pattern")]
        yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def only_the_database_layer_commits(source: Source) -> Iterator[Finding]:
    if source.path.startswith(COMMITTERS):
        return
    for call in _calls(source.tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"commit", "rollback"}:
            yield f"{source.path}:{call.lineno}", "only runtime/db commits or rolls back"


def relationships_never_load_by_themselves(source: Source) -> Iterator[Finding]:
    for call in _calls(source.tree):
        if isinstance(call.func, ast.Name) and call.func.id == "relationship":
            lazy = [keyword.value for keyword in call.keywords if keyword.arg == "lazy"]
            if not (lazy and isinstance(lazy[0], ast.Constant) and lazy[0].value == "raise"):
                yield f"{source.path}:{call.lineno}", 'a relationship has lazy="raise"'


def imports_stand_at_the_top(source: Source) -> Iterator[Finding]:
    if source.path.startswith("app/adapters/"):
        return  # heavy libraries are paid for by who uses them
    for function in _functions(source.tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{source.path}:{node.lineno}", "no import inside a function"


def time_comes_from_the_clock(source: Source) -> Iterator[Finding]:
    if source.path in CLOCKS:
        return
    for call in _calls(source.tree):
        if ast.unparse(call.func).removeprefix("datetime.datetime").lstrip(".") in MACHINE_TIME or (
            ast.unparse(call.func) in MACHINE_TIME
        ):
            yield f"{source.path}:{call.lineno}", "time comes from the clock that is passed in"


def _is_route(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("router." in ast.unparse(decorator) for decorator in function.decorator_list)


def nothing_grows_past_its_cap(source: Source) -> Iterator[Finding]:
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield source.path, f"{lines} lines: a file has {LONGEST_FILE} at most"
    for function in _functions(source.tree):
        length = (function.end_lineno or 0) - function.lineno
        docstring = ast.get_docstring(function, clean=False) or ""
        body = length - docstring.count("\n")
        if body > LONGEST_FUNCTION:
            yield f"{source.path}:{function.lineno}", f"{body} lines: a function has {LONGEST_FUNCTION} at most"
        names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        names = [name for name in names if name not in {"self", "cls"}]
        is_route_file = source.path.endswith("/routes.py") or "/routes/" in source.path
        if len(names) > MOST_POSITIONAL and not is_route_file:
            yield f"{source.path}:{function.lineno}", f"{len(names)} positional parameters: {MOST_POSITIONAL} at most"


def routes_are_thin(source: Source) -> Iterator[Finding]:
    for function in _functions(source.tree):
        statements = function.body[1:] if ast.get_docstring(function) else function.body
        if _is_route(function) and statements:
            length = (function.end_lineno or 0) - statements[0].lineno + 1
            if length > LONGEST_ROUTE:
                yield f"{source.path}:{function.lineno}", f"{length} lines: a route's body has {LONGEST_ROUTE} at most"


def every_room_has_a_card(source: Source) -> Iterator[Finding]:
    parts = source.path.split("/")
    if parts[:2] == ["app", "modules"] and len(parts) == 4 and parts[3] == "__init__.py":
        card = ast.get_docstring(source.tree) or ""
        missing = [
            word for word in ("Owns:", "Tables:", "Invariants:", "Announces:", "Start reading at:") if word not in card
        ]
        if missing:
            yield source.path, f"the card lacks {', '.join(missing)}"
        if len(source.tree.body) > 1:
            yield source.path, "a card holds no code"


def _card_of(folder: Path) -> str:
    return ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""


def _part(card: str, heading: str) -> str:
    """What stands behind a heading of a card, up to the next one."""
    return re.split(r"^[A-Z][a-z ]+:|\bListens:", card.partition(f"{heading}:")[2], maxsplit=1, flags=re.MULTILINE)[0]


def cards_name_every_table_and_event(source: Source) -> Iterator[Finding]:
    room = re.fullmatch(r"app/modules/(\w+)/(models|events)\.py", source.path)
    if room is None:
        return
    heading, field = {"models": ("Tables", "__tablename__"), "events": ("Announces", "name")}[room[2]]
    told = _part(_card_of(ROOT / "app/modules" / room[1]), heading)
    for name in re.findall(rf'^    {field}(?:: [\w\[\]]+)? = "([\w.]+)"', source.text, flags=re.MULTILINE):
        if not re.search(rf"(?<!\w)(?:{re.escape(name)}|{re.escape('.' + name.rpartition('.')[2])})\b", told):
            yield source.path, f"the card's {heading} lack {name}"


def cards_lead_to_files(source: Source) -> Iterator[Finding]:
    room = re.fullmatch(r"(app/modules/\w+)/__init__\.py", source.path)
    told = _part(ast.get_docstring(source.tree) or "", "Start reading at") if room else ""
    for name in re.findall(r"\b[\w/]+\.py\b", told):
        if room and not (ROOT / room[1] / name).is_file() and not (ROOT / "app/modules" / name).is_file():
            yield source.path, f"the card leads to {name}, which is not there"


def names_say_something(source: Source) -> Iterator[Finding]:
    for part in source.path.removesuffix(".py").split("/"):
        if part in FORBIDDEN_NAMES:
            yield source.path, f"{part!r} says nothing"


def values_are_bound_into_sql(source: Source) -> Iterator[Finding]:
    if source.path.startswith(SQL_BUILDERS):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.JoinedStr):
            constant = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if SQL.search(constant):
                yield f"{source.path}:{node.lineno}", "values are bound, never written into SQL"


def money_is_never_a_float(source: Source) -> Iterator[Finding]:
    if not source.path.startswith(MONEY_MODULES):
        return
    for call in _calls(source.tree):
        if isinstance(call.func, ast.Name) and call.func.id == "float":
            yield f"{source.path}:{call.lineno}", "money is never a float"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{source.path}:{node.lineno}", "money is never a float"


def what_is_to_be_done_has_a_number(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if UNNUMBERED_TODO.search(line):
            yield f"{source.path}:{number}", "an open end names its issue"


def one_file_knows_the_token_library(source: Source) -> Iterator[Finding]:
    imported = _imported(source.tree)
    if source.path != TOKEN_LIBRARY and any(name.split(".")[0] in {"jose", "jwt", "joserfc"} for name in imported):
        yield source.path, f"tokens are signed and read in {TOKEN_LIBRARY} alone"
    if source.path == TOKEN_LIBRARY and len(source.text.splitlines()) > LONGEST_TOKEN_FILE:
        yield source.path, f"longer than {LONGEST_TOKEN_FILE} lines"


def nobody_is_called_by_an_address_of_others(source: Source) -> Iterator[Finding]:
    for name in _imported(source.tree):
        if name.startswith(HTTP_CLIENTS):
            yield source.path, f"{name} could be led to addresses inside of ours"


def patterns_end_in_linear_time(source: Source) -> Iterator[Finding]:
    for pattern in _patterns(source.tree):
        if is_ambiguous(pattern):
            yield source.path, f"{pattern!r} repeats what repeats: some text would keep it for ever"


RULES: Final = (
    only_the_database_layer_commits,
    relationships_never_load_by_themselves,
    imports_stand_at_the_top,
    time_comes_from_the_clock,
    nothing_grows_past_its_cap,
    routes_are_thin,
    every_room_has_a_card,
    cards_name_every_table_and_event,
    cards_lead_to_files,
    names_say_something,
    values_are_bound_into_sql,
    money_is_never_a_float,
    what_is_to_be_done_has_a_number,
    one_file_knows_the_token_library,
    nobody_is_called_by_an_address_of_others,
    patterns_end_in_linear_time,
)
