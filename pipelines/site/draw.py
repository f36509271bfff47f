"""The site of a publication: every page drawn into a folder, those that did not change taken from the site before.

Belongs here: which pages there are, what each was made from, templates, files on disk. Does not belong here: what
stands on a page.

``pages.json`` keeps for each page the tables that it asked with their keys, and the hash of its bytes: a page is taken
over while the code, these keys and what it was told are the same. A page that cannot be drawn is left out and told.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.files import sha256_of, take_over
from pipelines.kept import key_of
from pipelines.pages.figures import Figure, figure, part, way
from pipelines.pages.words import Sentence
from pipelines.site import home, indicator, office, province, queries, reference
from pipelines.site.page import About, Page
from pipelines.site.pictures import Drawings
from pipelines.site.reader import Reader, mark, spoken
from pipelines.spelling import plain

if TYPE_CHECKING:
    import duckdb
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
PAGES, HOME = "pages.json", "index.html"
STATIC = ("site.css", "site.js")
SOURCES = (".j2", ".csv")  # beside the code: what pages are made of
log = logging.getLogger("papi")


@dataclass
class Drawn:
    """What became of a drawing: pages written, pages taken over, and one sentence for each that was left out."""

    folder: Path
    n_drawn: int = 0
    n_kept: int = 0
    left_out: list[str] = field(default_factory=list)


def draw(
    connection: duckdb.DuckDBPyConnection, folder: Path, about: About, keys: Mapping[str, str], before: Path | None
) -> Drawn:
    """Draw the site of an open publication into ``folder``.

    ``keys`` holds for each table the hash of its rows and comments; ``before`` is the folder of an earlier site, whose
    unchanged pages are taken over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reader = Reader(connection)
    done = draw_pages(connection, _pages(reader, about), folder, about, keys, before)
    for name in STATIC:
        shutil.copyfile(HERE / name, folder / name)
    _write_scripts(reader, folder, about)
    return done


def draw_pages(
    connection: duckdb.DuckDBPyConnection,
    pages: Iterable[Page],
    folder: Path,
    about: About,
    keys: Mapping[str, str],
    before: Path | None,
) -> Drawn:
    """Draw these pages, or take over what they were before, and keep in pages.json what each was made from."""
    done = Drawn(folder)
    code = key_of("site", sorted(path for path in HERE.rglob("*") if path.suffix in SOURCES), str(about.is_simulated))
    kept = _kept(before, code)
    written: dict[str, dict[str, Any]] = {}
    drawings = Drawings()
    environment = _environment(drawings)
    for page in pages:
        target = folder / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        found, was = kept.get(page.path), before / page.path if before else target
        is_whole = found is not None and sha256_of(was) == found["sha256"]
        if found and is_whole and _is_same(found, page, keys):
            take_over(was, target)
            written[page.path] = found
            done.n_kept += 1
            continue
        asks = Reader(connection)
        drawings.begin(was.read_text("utf-8") if is_whole else "")
        try:
            template = environment.get_template(page.template)
            root = "../" * page.path.count("/")
            html = template.render(page=page, root=root, about=about, **page.make(asks))
        except Exception as error:  # whatever it is: the figures are published without this page
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            done.left_out.append(f"{page.path}: {said}")
            log.info("left out: the page %s could not be drawn: %s", page.path, said)
            continue
        target.write_text(html, "utf-8")
        asked = {table: keys.get(table, "") for table in sorted(asks.asked)}
        written[page.path] = {"asked": asked, "told": page.told, "sha256": sha256_of(target)}
        done.n_drawn += 1
    made = {"code": code, "pages": written}
    (folder / PAGES).write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")
    return done


def _pages(reader: Reader, about: About) -> Iterator[Page]:
    """Every page of the site, in the order of reading."""
    yield home.page(about)
    yield from office.pages(reader)
    yield from province.pages(reader)
    yield from indicator.pages(reader)
    yield from reference.pages(reader, about)


def _kept(before: Path | None, code: str) -> dict[str, dict[str, Any]]:
    """What is known of the pages of a site before; nothing where it was made by other code."""
    try:
        said = json.loads((before / PAGES).read_text("utf-8")) if before else {}
    except (OSError, ValueError):
        return {}
    pages: dict[str, dict[str, Any]] = said["pages"] if said.get("code") == code else {}
    return {path: found for path, found in pages.items() if before and (before / path).is_file()}


def _is_same(found: Mapping[str, Any], page: Page, keys: Mapping[str, str]) -> bool:
    is_same = all(keys.get(table) == key for table, key in found["asked"].items())
    return is_same and bool(found["told"] == page.told)


def _write_scripts(reader: Reader, folder: Path, about: About) -> None:
    """What every page shares and no page needs to be drawn anew for: the day, the releases, what search looks in."""
    said = {
        "created": about.created.strftime("%d/%m/%Y %H:%M"),
        "version": about.version,
        "asOf": "" if about.as_of == "all" else f"{datetime.fromisoformat(about.as_of):%d/%m/%Y}",
    }
    releases = {
        f"{row['index_id']}/{row['year']}": [
            row["release_id"],
            f"{row['published_on']:%d/%m/%Y}" if row["published_on"] else "",
            row["source_file"] or "",
            row["sha256"],
        ]
        for row in reversed(queries.releases(reader))
        if row["is_current"]
    }
    (folder / "about.js").write_text(f"var ABOUT = {_data(said)}, RELEASES = {_data(releases)};\n", "utf-8")
    (folder / "search.js").write_text(f"var PLACES = {_data(_search(reader, about))};\n", "utf-8")


def _data(value: Any) -> str:
    """JSON that may stand in a script: nothing in it ends the script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _search(reader: Reader, about: About) -> list[list[str]]:
    """What can be found: Vietnamese, English, how it is typed without accents, where it stands."""
    found = [[row["name_vi"], row["name_en"], row["path"]] for row in province.names(reader)]
    found += [
        [f"{row['last_code']} {row['indicator_name_vi']}", row["indicator_name_en"], indicator.path_of(row)]
        for row in queries.indicators(reader)
    ]
    found += [[row["full_name_vi"], row["unit_name_en"] or "", row["path"]] for row in office.places(reader)]
    found += [[vi, en, path] for vi, en, path in reference.terms(reader, about)]
    return [[vi, en, plain(f"{vi} {en}"), path] for vi, en, path in found]


def _marked(make: Callable[..., Figure], *of: Any, **said: Any) -> Markup:
    return mark(make(*of, **said))


def _environment(drawings: Drawings) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def twin(vi: object, en: object) -> Markup:
        if str(vi) == str(en):
            return Markup("{}").format(vi)
        return Markup('<span lang="vi">{}</span><span lang="en">{}</span>').format(vi, en)

    def named(row: Mapping[str, Any], column: str) -> Markup:
        return twin(row[f"{column}_vi"], row[f"{column}_en"] or row[f"{column}_vi"])

    def sentences(vi: Sequence[Sentence], en: Sequence[Sentence]) -> Markup:
        """The same sentences in both languages, a paragraph each."""
        told, paragraph = Markup('<div lang="{}">{}</div>'), Markup("<p>{}</p>")
        return Markup("").join(
            told.format(lang, Markup("").join(paragraph.format(spoken(one)) for one in said))
            for lang, said in (("vi", vi), ("en", en))
        )

    made.globals |= {"t": twin, "n": named, "sentences": sentences, "svg": drawings.svg}
    made.globals |= {name: partial(_marked, make) for name, make in (("fig", figure), ("part", part), ("way", way))}
    made.filters["day"] = lambda day: f"{day:%d/%m/%Y}" if day else "–"
    made.filters["data"] = lambda value: Markup(_data(value))  # noqa: S704 - nothing in it ends a script
    return made
