"""The job `papers`: the papers of a period, drafted from what is published.

Belongs here: the job and its configuration. Does not belong here: what a paper says, see pipelines/papers; publishing,
which the job `refresh` does: no paper is part of the graph that is built, checked and published.
"""

from datetime import date

import dagster as dg
from pydantic import Field

from pipelines.settings import Settings


class OfPeriod(dg.Config):
    """Which papers: ``as_of`` is an ISO day, today where it is blank; no ``kinds`` are all of them."""

    period: str
    as_of: str = ""
    kinds: list[str] = Field(default_factory=list)


def build_papers_job(settings: Settings) -> dg.JobDefinition:
    """The job over these settings; its run lists the files that were made, or that lay there with the same figures."""

    @dg.op(name="papers", out=dg.Out(dg.Nothing))
    def draft(context: dg.OpExecutionContext, config: OfPeriod) -> None:
        from pipelines import clock
        from pipelines.papers import making
        from pipelines.papers.templates import TEMPLATES
        from pipelines.published import connect

        unknown = sorted(set(config.kinds) - {*making.KINDS})
        if unknown:
            raise dg.Failure(f"no such papers: {', '.join(unknown)}; there are {', '.join(making.KINDS)}")
        day = date.fromisoformat(config.as_of) if config.as_of else clock.today()
        with connect(settings) as connection:
            for kind in config.kinds or making.KINDS:
                made = making.make(kind, connection, settings, config.period, day, TEMPLATES)
                context.log.info(f"{kind}: {len(made)} in {settings.warehouse / 'papers' / config.period}")

    @dg.job(name="papers", description="Draft the papers of a period.", executor_def=dg.in_process_executor)
    def papers() -> None:
        draft()

    return papers
