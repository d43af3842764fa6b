"""Processes that answer calls. What they are asked is `eval`: it can be imported everywhere."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psutil
import pytest

from engine.base.processes import OutOfTime, Pool, Stopped, limited

WHERE = "(__import__('time').sleep(0.2), __import__('os').getpid())[1]"
ENDLESS = "[None for _ in iter(int, 1)]"
ASLEEP = "__import__('time').sleep(600)"
CRASH = "__import__('os')._exit(3)"
INTERRUPT = "(__import__('os').kill(__import__('os').getpid(), 2), __import__('time').sleep(0.2))"


def test_answers_have_the_order_of_the_arguments(pool: Pool) -> None:
    assert pool.call(eval, [f"print('not an answer') or {number}" for number in range(9)], 60) == list(range(9))


def test_processes_share_the_work_are_kept_and_ended() -> None:
    with Pool() as pool:
        first = set(pool.call(eval, [WHERE] * 6, 60))
        assert len(first) == min(6, os.cpu_count() or 1)
        assert set(pool.call(eval, [WHERE] * 6, 60)) == first
    assert not any(map(psutil.pid_exists, first))


def test_nothing_to_do_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.base.processes._start", lambda: pytest.fail("started"))
    with Pool() as pool:
        assert pool.call(eval, [], 60) == []


def test_a_call_that_fails_harms_no_other(pool: Pool) -> None:
    one, crashed, endless, two, three = pool.call(eval, ["1", CRASH, ENDLESS, "2", "3"], 2)
    assert (one, two, three) == (1, 2, 3)
    assert crashed == endless == Stopped("the check crashed, or was stopped after 2 s of processor time")
    assert pool.call(eval, ["5"], 60) == [5]


def test_time_that_passes_without_work_is_no_work(pool: Pool) -> None:
    late = "__import__('time').sleep(2) or 1"
    assert pool.call(eval, [late], 1) == [1]
    assert isinstance(pool.call(eval, [ASLEEP], 0.2)[0], Stopped)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a single process")
def test_ctrl_c_is_for_the_build_alone(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    assert pool.call(eval, [INTERRUPT], 60) == [(None, None)]
    assert capfd.readouterr().err == ""


def test_closing_ends_what_is_not_answered() -> None:
    pool = Pool()
    threading.Timer(1.0, pool.close).start()
    assert all(isinstance(answer, Stopped) for answer in pool.call(eval, [ASLEEP] * 5, 60))


HAS_TIMERS = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="`limited` does nothing without timers")


def work(*_: object) -> None:
    """Take longer than the limit of the tests below."""
    begun = time.process_time()
    while time.process_time() < begun + 0.3:
        pass


def forever(start: Callable[[], object]) -> None:
    start()
    while True:
        pass


@HAS_TIMERS
def test_the_end_of_time_is_not_lost_in_a_callback_of_the_garbage_collector() -> None:
    gc.callbacks.append(work)
    try:
        with pytest.raises(OutOfTime), limited(0.1):
            forever(gc.collect)
    finally:
        gc.callbacks.remove(work)


@HAS_TIMERS
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_end_of_time_is_not_lost_in_a_destructor() -> None:
    with pytest.raises(OutOfTime), limited(0.1):
        forever(type("Object", (), {"__del__": work}))


@HAS_TIMERS
@pytest.mark.parametrize("inner", [0.05, 60])
def test_a_limit_holds_although_another_one_was_within_it(inner: float) -> None:
    def nested() -> None:
        with suppress(OutOfTime), limited(inner):
            work()

    begun = time.process_time()
    with pytest.raises(OutOfTime), limited(0.2):
        forever(nested)
    assert time.process_time() - begun < 2


@HAS_TIMERS
def test_no_limit_is_left_behind() -> None:
    with limited(0.2), limited(0.1):
        pass
    work()
