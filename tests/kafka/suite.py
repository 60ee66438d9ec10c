"""What all scenarios share: where things are, and how a scenario fails."""

import os
import pathlib
import time
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.path.abspath(os.environ.get("FUNNELD", ROOT / "build" / "funneld"))


class Failure(Exception):
    """What is wrong, for people."""


@dataclass
class Suite:
    servers: str
    directory: pathlib.Path
    seed: int
    quick: bool
    chaos_s: int  # how long chaos lasts


def expect(condition, what):
    if not condition:
        raise Failure(what)


def wait_until(condition, seconds, what):
    """Its first true value. After so many seconds: Failure."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        expect(time.monotonic() < until, f"not within {seconds} s: {what}")
        time.sleep(0.1)
    return value
