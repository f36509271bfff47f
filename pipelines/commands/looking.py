"""`papi site` and `papi picture`: the pages of the publication in force, and one of their pictures.

Belongs here: options, and what is printed. Does not belong here: what a page or a picture shows.
"""

from __future__ import annotations

import time
from pathlib import Path

import click

from pipelines.commands.shared import (
    NEW_FILE,
    Mistake,
    Refused,
    connected,
    log_progress,
    settings_of,
    with_warehouse,
)  # fmt: skip
from pipelines.files import write_whole


@click.command()
@click.option("--open", "is_opened", is_flag=True, help="Mở trong trình duyệt. / Open it in the browser.")
@with_warehouse
def site(is_opened: bool, warehouse: Path | None) -> None:
    """Vẽ trang của bản công bố và nói chúng nằm ở đâu / Draw the pages of the publication and say where they lie.

    Pages that did not change stay as they are. They open from the folder, without a server or a network.
    """
    settings = settings_of(None, warehouse)
    connected(settings).close()
    from pipelines.building import lock, publication
    from pipelines.site.making import Site

    log_progress(time.monotonic())
    try:
        with lock.hold(settings):
            home = publication.add_site(settings, Site(settings)) / "index.html"
    except lock.AlreadyRunning as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise Refused(f"{error}; what was published before stays") from None
    if not home.is_file():
        raise Refused("không vẽ được trang nào, lý do ở trên / no page could be drawn, for the reason above")
    click.echo(str(home))
    if is_opened:
        click.launch(str(home))


@click.command()
@click.argument("name", required=False)
@click.argument("of", required=False)
@click.option("-o", "--out", type=NEW_FILE, help="Tệp .png hoặc .svg. / A file, .png or .svg.")
@click.option("--year", type=int, help="Năm. / The year (default: the last with results).")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", help="Ngôn ngữ. / Language.")
@with_warehouse
def picture(
    name: str | None, of: str | None, out: Path | None, year: int | None, lang: str, warehouse: Path | None
) -> None:
    """Ghi một hình của các trang ra tệp, cho Word / Write a picture of the pages to a file, for Word.

    \b
    papi picture                                         which there are
    papi picture trend "Bắc Giang" -o xu-huong.png       of a province
    papi picture distribution 7.2 -o khong-khi.svg       of a sub-dimension, by key or code of the year
    papi picture map63 --year 2020 -o ban-do.png         of all
    """
    from pipelines.site.gallery import INDICATOR, PICTURES, draw

    if name is None:
        for one, kind in PICTURES.items():
            click.echo(f"{one:<13} {kind.of:<10} {' / '.join(kind.about)}")
        return
    if name not in PICTURES:
        raise Mistake(f"{name}: {', '.join(PICTURES)}")
    wanted = PICTURES[name].of
    if bool(wanted) != bool(of):
        raise Mistake(f"{name}: {f'{wanted}?' if wanted else f'{of}?'}")
    if out is None or out.suffix not in (".png", ".svg"):
        raise Mistake(f"-o {out.name if out else '?'}: .png hoặc .svg / .png or .svg")
    settings = settings_of(None, warehouse)
    from pipelines.pages.explain import NotFound, find_indicator, find_province
    from pipelines.site import queries
    from pipelines.site.pictures import NoSuchPicture
    from pipelines.site.reader import Reader

    with connected(settings) as connection:
        reader = Reader(connection)
        in_year = year or queries.last_year(reader)
        find = find_indicator if wanted == INDICATOR else find_province
        try:
            key = find(connection, reader.index_id, of, in_year) if of else ""
            drawn = draw(reader, name, key, in_year)
        except (NotFound, NoSuchPicture) as error:
            raise Mistake(str(error)) from None
        write_whole(out, drawn.png(lang) if out.suffix == ".png" else drawn.svg(lang))
    click.echo(str(out))
