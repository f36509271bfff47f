"""A run that failed is told in one plain message, to receivers that the environment names."""

from __future__ import annotations

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import dagster as dg
import pytest

from pipelines.orchestration import notices


@dg.op
def publish() -> None:
    raise ValueError("model dim_day is stale")


@dg.job
def refresh() -> None:
    publish()


@contextmanager
def listening(server: socketserver.TCPServer) -> Iterator[int]:
    """The port of a receiver on this machine, while it listens."""
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def failed() -> str:
    """What the sensor says of a run that failed."""
    sensor = notices.build_failure_sensor()
    with dg.DagsterInstance.ephemeral() as instance:
        result = refresh.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_run",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()
        sensor(context)
        return notices.message_of(context)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (notices.WEBHOOK, notices.MAIL_TO, notices.MAIL_HOST, notices.MAIL_FROM):
        monkeypatch.delenv(name, raising=False)


def test_the_message_names_the_step_and_the_reason_without_a_trace() -> None:
    said = failed()
    assert said.startswith("PAPI: run ")
    assert said.endswith(" of refresh failed. publish: model dim_day is stale")
    assert "ValueError" not in said


def test_nothing_is_sent_where_the_environment_names_nobody() -> None:
    assert notices.send("told") == []


def test_a_webhook_gets_the_message_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    got = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with listening(HTTPServer(("127.0.0.1", 0), Receiver)) as port:
        monkeypatch.setenv(notices.WEBHOOK, f"http://127.0.0.1:{port}/hook")
        said = failed()
    assert got == [{"text": said}]


def test_an_e_mail_goes_to_each_addressee(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[str] = []

    class Receiver(socketserver.StreamRequestHandler):
        """As much of SMTP as one message needs."""

        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline().decode().strip():
                got.append(line)
                answers = {"data": b"354 go on\r\n", "quit": b"221 bye\r\n"}
                self.wfile.write(answers.get(line.lower(), b"250 ok\r\n"))
                if line.lower() == "data":
                    got.extend(iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), "."))
                    self.wfile.write(b"250 ok\r\n")

    with listening(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Receiver)) as port:
        monkeypatch.setenv(notices.MAIL_TO, "a@example.vn,b@example.vn")
        monkeypatch.setenv(notices.MAIL_HOST, f"127.0.0.1:{port}")
        assert notices.send("PAPI: run 1 failed. publish: no") == []
    assert {line.upper() for line in got if line.lower().startswith("rcpt")} == {
        "RCPT TO:<A@EXAMPLE.VN>", "RCPT TO:<B@EXAMPLE.VN>",
    }  # fmt: skip
    assert "Subject: PAPI: run 1 failed" in got
    assert "PAPI: run 1 failed. publish: no" in got


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/closed", "ftp://127.0.0.1/x"])
def test_a_notice_that_cannot_be_sent_is_told_and_breaks_nothing(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(notices.WEBHOOK, address)
    [problem] = notices.send("told")
    assert problem.startswith(f"the notice could not be sent to {address}, see PAPI_NOTICE_WEBHOOK: ")
