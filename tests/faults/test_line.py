"""The lying line itself does what its modes say."""

import contextlib
import http.client
import socket
import threading
import time

import pytest

from tests.faults.line import LOG_IN, FaultLine


@pytest.fixture(scope="module")
def target():
    """A server that answers 1000 bytes with a header, and keeps the line alive."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                near.recv(10_000)
                near.sendall(
                    b"HTTP/1.1 200 OK\r\nVary: Host\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000
                )
                near.close()

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


@pytest.fixture
def line(target):
    line = FaultLine(target)
    yield line
    line.close()


def ask(line, path="/a", limit=1):
    asking = http.client.HTTPConnection("127.0.0.1", line.port, timeout=limit)
    asking.request("GET", path)
    return asking.getresponse()


def test_it_passes_on_what_the_server_says_and_counts(line):
    assert ask(line).read() == b"x" * 1000
    assert (line.count("/a"), line.count("/b")) == (1, 0)


@pytest.mark.parametrize(
    "mode, status, body",
    [("captive", 200, LOG_IN), ("404", 404, b"<h1>Wrong</h1>"), ("redirect", 302, b"")],
)
def test_what_it_makes_up(line, mode, status, body):
    line.fault(mode)
    answer = ask(line)
    assert (answer.status, answer.read()) == (status, body)


def test_a_rule_is_for_its_path_and_the_last_one_wins(line):
    line.fault("404")
    line.fault("500", "/b")
    assert [ask(line, path).status for path in ("/a", "/b", "/b?x")] == [404, 500, 500]
    line.heal()
    assert ask(line, "/b").status == 200


def test_cut_gives_a_part_and_trickle_next_to_nothing(line):
    line.fault("cut", share=0.5)
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        ask(line).read()
    line.fault("trickle")
    answer = ask(line)
    assert answer.status == 200
    began = time.monotonic()
    assert len(answer.read1(1000)) < 1000
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("mode, error", [("reset", ConnectionResetError), ("hang", TimeoutError)])
def test_reset_and_hang(line, mode, error):
    line.fault(mode)
    with pytest.raises(error):
        ask(line)


def test_headers_and_bytes_are_changed(line):
    line.fault(headers={"Vary": "*"}, rewrite=lambda body: body + b"!")
    answer = ask(line)
    assert (answer.headers["Vary"], answer.read()[-1:]) == ("*", b"!")


def test_down_kills_what_was_kept_alive(line):
    kept = http.client.HTTPConnection("127.0.0.1", line.port, timeout=1)
    kept.request("GET", "/a")
    kept.getresponse().read()
    alive = kept.sock
    line.down()
    with pytest.raises(ConnectionResetError):
        alive.recv(1)
    with pytest.raises(ConnectionRefusedError):
        ask(line)
    line.up()
    assert ask(line).status == 200
