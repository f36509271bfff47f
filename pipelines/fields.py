"""What is wrong with the fields of a file that a model reads, in plain words instead of the library's.

Belongs here: pydantic's errors as found and expected, by field; the table of a model's fields. Does not belong here:
any model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

MOST_SHOWN = 60
EXPECTED = {
    "missing": "this field",
    "extra_forbidden": "no field of this name",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "string": "a text",
    "date": "a day such as 2026-03-31",
    "list": "a list",
    "dict": "fields with values",
    "model": "fields with values",
}


class Mistake(NamedTuple):
    """One field that cannot be read; ``field`` is its path such as files.0.path, None for the whole."""

    field: str | None
    found: str
    expected: str


def mistakes(error: ValidationError) -> list[Mistake]:
    """What each error says, once a field: of a field that may be one of several things the first."""
    said: dict[str | None, Mistake] = {}
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"]) or None
        found = "nothing" if problem["type"] == "missing" else shown(problem["input"])
        if isinstance(problem["input"], dict) and problem["type"] == "value_error":
            found = "fields that contradict each other"
        said.setdefault(field, Mistake(field, found, _expected(problem)))
    return list(said.values())


def shown(value: Any) -> str:
    """A value as the message shows it: its beginning, if it is long."""
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def _expected(problem: Any) -> str:
    kind, given = problem["type"], problem.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        return str(given["error"])
    if kind in ("literal_error", "enum"):
        return f"one of {given['expected'].replace(' or ', ', ')}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return f"a field {given['discriminator']}, one of {given.get('expected_tags', 'those known')}"
    if kind in ("too_short", "string_too_short"):
        return "at least one"
    if kind == "string_pattern_mismatch":
        return f"a text of the form {given['pattern']}"
    bounds = {
        "greater_than_equal": "at least {ge}",
        "less_than_equal": "at most {le}",
        "greater_than": "more than {gt}",
    }
    if kind in bounds:
        return bounds[kind].format(**given)
    return EXPECTED.get(kind) or EXPECTED.get(kind.split("_")[0]) or str(problem["msg"])


def table_of(model: type[BaseModel]) -> str:
    """The fields of a model as a table in Markdown: name, whether it must be there, meaning; parts below their whole.

    The meaning is the field's ``description``; of a model without any the parts are left out.
    """
    rows = [
        f"| `{name}` | {'yes' if is_required else 'no'} | {meaning} |" for name, is_required, meaning in _rows(model)
    ]
    return "\n".join(["| field | required | meaning |", "|---|---|---|", *rows])


def _rows(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, bool, str]]:
    for name, field in model.model_fields.items():
        yield f"{before}{name}", field.is_required(), field.description or ""
        for part in _parts(field.annotation):
            if any(inner.description for inner in part.model_fields.values()):
                yield from _rows(part, f"{before}{name}.")


def _parts(annotation: Any) -> list[type[BaseModel]]:
    """The models that a type is made of: of list[Reading] | None, Reading."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for inner in getattr(annotation, "__args__", ()) for part in _parts(inner)]
