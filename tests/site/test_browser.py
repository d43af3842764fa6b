"""Where a Chromium is looked for, in which order, and what is said if there is none."""

from __future__ import annotations

import pytest
from browser import APT, NAMES, PLAYWRIGHT, Machine, NoBrowser, find

OWN = "/home/me/.cache/playwright/chrome"
BIN = "/usr/bin/"


class Fake(Machine):
    """A machine that only pretends. Commands listed in `broken` fail; the others do what they promise."""

    def __init__(self, *there: str, own: bool = False, root: bool = False, broken: tuple[str, ...] = ()) -> None:
        self.there = {*there}
        self.own = own
        self.root = root
        self.broken = broken
        self.ran: list[str] = []

    def which(self, name: str) -> str | None:
        return BIN + name if name in self.there else None

    def playwright(self) -> str | None:
        return OWN if self.own else None

    def is_root(self) -> bool:
        return self.root

    def run(self, command: list[str], seconds: float = 0) -> str:
        line = " ".join(command)
        self.ran.append(line)
        if any(part in line for part in self.broken):
            return "exit status 1: it is broken"
        if command == PLAYWRIGHT:
            self.own = True
        if command == APT[-1]:
            self.there.add("chromium")
        return ""


INSTALL, (UPDATE, APT_INSTALL) = " ".join(PLAYWRIGHT), map(" ".join, APT)


@pytest.mark.parametrize("name", NAMES)
def test_path_comes_first_and_nothing_is_installed(name: str) -> None:
    machine = Fake(name, "apt-get", own=True, root=True)
    assert find(machine) == BIN + name
    assert machine.ran == [f"{BIN}{name} --version"]


def test_one_that_does_not_start_is_passed_over() -> None:
    machine = Fake("chromium-browser", "google-chrome", broken=("chromium-browser",))
    assert find(machine) == BIN + "google-chrome"


def test_then_the_one_that_playwright_has() -> None:
    machine = Fake("apt-get", own=True, root=True)
    assert find(machine) == OWN
    assert machine.ran == [f"{OWN} --version"]


def test_then_playwright_installs_one() -> None:
    machine = Fake("apt-get", root=True)
    assert find(machine) == OWN
    assert machine.ran == [INSTALL, f"{OWN} --version"]


@pytest.mark.parametrize("broken", [INSTALL, OWN])
def test_then_apt_does_for_root(broken: str) -> None:
    machine = Fake("apt-get", root=True, broken=(broken,))
    assert find(machine) == BIN + "chromium"
    assert machine.ran[-3:] == [UPDATE, APT_INSTALL, f"{BIN}chromium --version"]


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        (Fake(broken=(INSTALL,)), "apt-get: not on this system"),
        (Fake("apt-get", broken=(INSTALL,)), "apt-get install chromium: needs root"),
        (Fake("apt-get", root=True, broken=(INSTALL, UPDATE)), f"{UPDATE}: exit status 1: it is broken"),
        (Fake("apt-get", root=True, broken=(INSTALL, APT_INSTALL)), f"{APT_INSTALL}: exit status 1: it is broken"),
        (Fake("apt-get", root=True, broken=(INSTALL, BIN)), f"{BIN}chromium --version: exit status 1: it is broken"),
    ],
)
def test_without_any_the_message_says_what_was_tried(machine: Fake, said: str) -> None:
    with pytest.raises(NoBrowser) as failure:
        find(machine)
    lines = [line.strip() for line in str(failure.value).splitlines()]
    assert lines[0] == "the tests of the site need Chromium, and none could be had:"
    assert f"PATH: none of {', '.join(NAMES)}" in lines
    assert f"{INSTALL}: exit status 1: it is broken" in lines
    assert lines[-1] == said


def test_a_real_command_that_fails_is_told_in_one_line() -> None:
    machine = Machine()
    assert machine.run([PLAYWRIGHT[0], "-c", "print('one'); print('two'); raise SystemExit(3)"]) == "exit status 3: two"
    assert "no-such-program" in machine.run(["no-such-program"])
    assert "timed out" in machine.run([PLAYWRIGHT[0], "-c", "import time; time.sleep(9)"], 0.2)
    assert machine.run([PLAYWRIGHT[0], "-c", ""]) == ""
