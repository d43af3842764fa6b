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
    machine = machine or Machine()
    tried: list[str] = []

    def starts(path: str) -> bool:
        # Being there is not enough: Ubuntu's chromium-browser may be a stub, Playwright's may lack libraries.
        fault = machine.run([path, "--version"], 60)
        if fault:
            tried.append(f"{path} --version: {fault}")
        return not fault

    def on_path() -> str | None:
        paths = [path for path in map(machine.which, NAMES) if path]
        if not paths:
            tried.append(f"PATH: none of {', '.join(NAMES)}")
        return next(filter(starts, paths), None)

    def of_playwright() -> str | None:
        path = machine.playwright()
        return path if path and starts(path) else None

    def installed_by(commands: list[list[str]], look: Callable[[], str | None]) -> str | None:
        for command in commands:
            fault = machine.run(command)
            if fault:
                tried.append(f"{' '.join(command)}: {fault}")
                return None
        return look()

    def by_apt() -> str | None:
        if not machine.which("apt-get"):
            tried.append("apt-get: not on this system")
        elif not machine.is_root():
            tried.append("apt-get install chromium: needs root")
        else:
            return installed_by([*APT], on_path)
        return None

    steps = (on_path, of_playwright, lambda: installed_by([PLAYWRIGHT], of_playwright), by_apt)
    for step in steps:
        path = step()
        if path:
            return path
    raise NoBrowser("the tests of the site need Chromium, and none could be had:\n  " + "\n  ".join(tried))
