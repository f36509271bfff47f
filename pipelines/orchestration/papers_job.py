"""The papers of a period as assets of their own, and the job `papers` that drafts them from what is published.

Belongs here: the assets, the job and its configuration. Does not belong here: what a paper says, see pipelines/papers;
publishing, which the job `refresh` does. The assets cannot be materialised by themselves: whoever materialises all
tables drafts no paper.
"""

from datetime import date
from pathlib import Path

import dagster as dg
from pydantic import Field

from pipelines.kept import key_of
from pipelines.orchestration.landing_assets import OWNERS
from pipelines.orchestration.versions import PUBLISHED
from pipelines.papers import making
from pipelines.papers.kinds import KINDS
from pipelines.settings import Settings

GROUP = "papers"


class OfPeriod(dg.Config):
    """Which papers: ``as_of`` is an ISO day, today where it is blank; no ``kinds`` are all of them."""

    period: str
    as_of: str = ""
    kinds: list[str] = Field(default_factory=list)


def build_paper_assets() -> list[dg.AssetSpec]:
    """An asset for each kind of paper, after the publication; its last run says of which period and day it is."""
    made_by = dg.LocalFileCodeReference(file_path=str(Path(making.__file__)))
    return [
        dg.AssetSpec(
            [GROUP, kind],
            deps=[PUBLISHED],
            group_name=GROUP,
            owners=OWNERS,
            kinds={"python", "word" if kind != "annex" else "excel"},
            code_version=key_of("papers"),
            metadata={"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[made_by])},
            description=f"{said}. Drafted by the job `papers`, by period, into warehouse/papers/PERIOD.",
        )
        for kind, said in KINDS.items()
    ]


def build_papers_job(settings: Settings) -> dg.JobDefinition:
    """The job over these settings; its run lists the files that were made, or that lay there with the same figures."""

    @dg.op(name="papers", out=dg.Out(dg.Nothing))
    def draft(context: dg.OpExecutionContext, config: OfPeriod) -> None:
        from pipelines import clock
        from pipelines.papers.templates import TEMPLATES
        from pipelines.published import connect

        unknown = sorted({*config.kinds} - {*KINDS})
        if unknown:
            raise dg.Failure(f"no such papers: {', '.join(unknown)}; there are {', '.join(KINDS)}")
        day = date.fromisoformat(config.as_of) if config.as_of else clock.today()
        with connect(settings) as connection:
            for kind in config.kinds or KINDS:
                made = making.make(kind, connection, settings, config.period, day, TEMPLATES)
                told: dict[str, dg.RawMetadataValue] = {
                    "period": config.period,
                    "as_of": day.isoformat(),
                    "papers": len(made),
                    "folder": dg.MetadataValue.path(str(settings.papers / config.period)),
                }
                context.log_event(dg.AssetMaterialization([GROUP, kind], metadata=told))

    @dg.job(name="papers", description="Draft the papers of a period.", executor_def=dg.in_process_executor)
    def papers() -> None:
        draft()

    return papers
