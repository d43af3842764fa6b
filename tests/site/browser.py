"""Find a Chromium for the tests, or get one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

#: Names under which distributions and vendors install it, the plainest first.
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
PLAYWRIGHT = [sys.executable, "-m", "playwright", "install", "chromium"]
APT = (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])

#: No sandbox for containers, no GPU, and none of the browser's own traffic.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoBrowser(Exception):
    """There is no Chromium and none could be had; the message says what was tried."""


class Machine:
    """What the search asks of the computer that it runs on."""

    def which(self, name: str) -> str | None:
        """Path of a program on PATH."""
        return shutil.which(name)

    def playwright(self) -> str | None:
        """Path of the Chromium that Playwright has installed, if it has."""
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
        return path if Path(path).is_file() else None

    def is_root(self) -> bool:
        """Whether packages can be installed."""
        return hasattr(os, "geteuid") and os.geteuid() == 0

    def run(self, command: list[str], seconds: float = 900) -> str:
        """Run a command. Returns an empty text, or why it failed in one line."""
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=seconds,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode == 0:
            return ""
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        return f"exit status {done.returncode}: {lines[-1] if lines else 'no output'}"


def find(machine: Machine | None = None) -> str:
    """Path of a Chromium that starts.

    Tried in this order: PATH, the one that Playwright has, `playwright install chromium`, and, for root,
    `apt-get install`. Raises NoBrowser, never returns nothing.
    """
    search = _Search(machine or Machine())
    steps = (search.on_path, search.of_playwright, search.by_playwright, search.by_apt)
    path = next(filter(None, (step() for step in steps)), None)
    if path:
        return path
    tried = "\n  ".join(search.tried)
    raise NoBrowser(f"the tests of the site need Chromium, and none could be had:\n  {tried}")


class _Search:
    """The ways to a Chromium, and what has been tried in vain."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.tried: list[str] = []

    def starts(self, path: str) -> bool:
        """Being there is not enough: Ubuntu's chromium-browser may be a stub, Playwright's may lack libraries."""
        fault = self.machine.run([path, "--version"], 60)
        if fault:
            self.tried.append(f"{path} --version: {fault}")
        return not fault

    def on_path(self) -> str | None:
        paths = [path for path in map(self.machine.which, NAMES) if path]
        if not paths:
            self.tried.append(f"PATH: none of {', '.join(NAMES)}")
        return next(filter(self.starts, paths), None)

    def of_playwright(self) -> str | None:
        path = self.machine.playwright()
        return path if path and self.starts(path) else None

    def by_playwright(self) -> str | None:
        return self.installed_by([PLAYWRIGHT], self.of_playwright)

    def by_apt(self) -> str | None:
        if not self.machine.which("apt-get"):
            self.tried.append("apt-get: not on this system")
        elif not self.machine.is_root():
            self.tried.append("apt-get install chromium: needs root")
        else:
            return self.installed_by([*APT], self.on_path)
        return None

    def installed_by(self, commands: list[list[str]], look: Callable[[], str | None]) -> str | None:
        for command in commands:
            fault = self.machine.run(command)
            if fault:
                self.tried.append(f"{' '.join(command)}: {fault}")
                return None
        return look()
