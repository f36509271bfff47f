"""What is told of a run that failed: a line in the log, and an e-mail or a call where the environment names one.

Belongs here: the message and its two ways out. Does not belong here: deciding what failed.

    PAPI_NOTICE_WEBHOOK   address that gets {"text": message} as JSON
    PAPI_NOTICE_MAIL_TO   addressees, separated by commas; with PAPI_NOTICE_MAIL_HOST (host or host:port, default
                          localhost:25) and PAPI_NOTICE_MAIL_FROM (default papi@localhost)
"""

from __future__ import annotations

import json
import os
import smtplib
import urllib.request
from email.message import EmailMessage

import dagster as dg

WEBHOOK, MAIL_TO = "PAPI_NOTICE_WEBHOOK", "PAPI_NOTICE_MAIL_TO"
MAIL_HOST, MAIL_FROM = "PAPI_NOTICE_MAIL_HOST", "PAPI_NOTICE_MAIL_FROM"
PATIENCE = 10  # seconds


def build_failure_sensor() -> dg.SensorDefinition:
    """One message for each run that failed."""

    @dg.run_failure_sensor(
        name="failed_run",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Says in the log which run failed and why; sends it too where the environment names somebody.",
    )
    def failed_run(context: dg.RunFailureSensorContext) -> None:
        message = message_of(context)
        context.log.error(message)
        for problem in send(message):
            context.log.warning(problem)

    return failed_run


def message_of(context: dg.RunFailureSensorContext) -> str:
    """What failed and why, in a sentence for each step, without a trace."""
    said = []
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        message = error.message.strip().rpartition(f"{error.cls_name}: ")[2] if error else "it failed"
        said.append(f"{event.step_key}: {' '.join(message.split())}")
    why = "; ".join(said) or context.failure_event.message
    return f"PAPI: run {context.dagster_run.run_id} of {context.dagster_run.job_name} failed. {why}"


def send(message: str) -> list[str]:
    """Send a message where the environment says; what could not be sent comes back as sentences."""
    problems = []
    for name, way in ((WEBHOOK, _call), (MAIL_TO, _mail)):
        address = os.environ.get(name)
        if address:
            try:
                way(address, message)
            except (OSError, ValueError, smtplib.SMTPException) as error:
                problems.append(f"the notice could not be sent to {address}, see {name}: {error}")
    return problems


def _call(address: str, message: str) -> None:
    if not address.startswith(("http://", "https://")):
        raise ValueError("no address that begins with http:// or https://")
    body = json.dumps({"text": message}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310
        pass


def _mail(addressees: str, message: str) -> None:
    host, _, port = os.environ.get(MAIL_HOST, "localhost:25").partition(":")
    mail = EmailMessage()
    mail["Subject"] = message.partition(". ")[0]
    mail["From"] = os.environ.get(MAIL_FROM, "papi@localhost")
    mail["To"] = addressees
    mail.set_content(message)
    with smtplib.SMTP(host, int(port or 25), timeout=PATIENCE) as server:
        server.send_message(mail)
