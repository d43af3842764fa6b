"""A reader's visits in a real Chromium: what is transferred, and how far things move while a page loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from bench.server import Served

#: Lighthouse's devices and connections: its phone, and its desktop. Latency in ms, throughput in bit/s.
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 412, "height": 823},
        "device_scale_factor": 1.75,
        "is_mobile": True,
        "has_touch": True,
    },
    "desktop": {"viewport": {"width": 1350, "height": 940}},
}
NETWORK = {"phone": (150, 1_638_400, 4), "desktop": (40, 10_240_000, 1)}

#: Sums up what moves without the reader having done anything; never less than the session window of the definition.
SHIFT = """
window.shift = {value: 0, nodes: []};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    shift.value += entry.value;
    for (const {node} of entry.sources) if (node) shift.nodes.push(node.nodeName + "." + (node.className || ""));
  }
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass
class Visit:
    """What loading one page has transferred: bytes as sent, with headers, by URL; and what went to other origins."""

    bytes: dict[str, int] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    @property
    def kilobytes(self) -> float:
        """All of it in KB, which are 1000 bytes."""
        return sum(self.bytes.values()) / 1000

    def heaviest(self, count: int = 4) -> str:
        """The names of the largest, with their KB."""
        largest = sorted(self.bytes.items(), key=lambda item: (-item[1], item[0]))[:count]
        return ", ".join(f"{name(url)} {size / 1000:.1f}" for url, size in largest)


def name(url: str) -> str:
    """The last part of an address that says something."""
    return unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2] or "/"


def tally(events: Sequence[tuple[str, Mapping[str, Any]]], origin: str) -> Visit:
    """Count the events of Chromium's Network domain, in their order, for an origin (scheme and host).

    What comes from the browser's own cache costs nothing and is not listed. A redirect counts with the request that
    it was the answer to.
    """
    visit, urls, cached = Visit(), {}, set()
    for event, data in events:
        request = data.get("requestId")
        if event == "Network.requestWillBeSent":
            url = data["request"]["url"]
            if url.startswith(("data:", "blob:")):
                continue
            redirect = data.get("redirectResponse")
            if redirect:
                size = int(redirect["encodedDataLength"])
                visit.bytes[redirect["url"]] = visit.bytes.get(redirect["url"], 0) + size
            urls[request] = url
            if not url.startswith(f"{origin}/"):
                visit.others.append(url)
        elif event == "Network.requestServedFromCache":
            cached.add(request)
        elif event == "Network.responseReceived":
            if data["response"].get("fromDiskCache") or data["response"].get("fromPrefetchCache"):
                cached.add(request)
        elif event == "Network.loadingFinished" and request in urls and request not in cached:
            url = urls[request]
            visit.bytes[url] = visit.bytes.get(url, 0) + int(data["encodedDataLength"])
    return visit


def visit(page: Page, url: str, served: Served) -> Visit:
    """Load a page in the state that its context is in, until nothing more is asked for."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    events: list[tuple[str, Mapping[str, Any]]] = []
    session = page.context.new_cdp_session(page)
    for event in ("requestWillBeSent", "requestServedFromCache", "responseReceived", "loadingFinished"):
        session.on(f"Network.{event}", lambda data, event=event: events.append((f"Network.{event}", data)))
    session.send("Network.enable")
    before = len(served.sent)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    counted = tally(events, origin)
    # What a worker asks for is no event of its page, but the server has seen it.
    for path, size in served.sent[before:]:
        counted.bytes.setdefault(origin + path, size)
    session.detach()
    return counted


def first(browser: Browser, url: str, served: Served) -> Visit:
    """The visit of a reader who has never been here."""
    context = browser.new_context()
    try:
        return visit(context.new_page(), url, served)
    finally:
        context.close()


def second(browser: Browser, before: str, url: str, served: Served) -> Visit:
    """The visit of a page by a reader who comes from another one."""
    context = browser.new_context()
    try:
        page = context.new_page()
        visit(page, before, served)
        return visit(page, url, served)
    finally:
        context.close()


def shift(browser: Browser, url: str, device: str) -> tuple[float, str]:
    """The layout shift of a first visit on a slow connection, and what moved."""
    context: BrowserContext = browser.new_context(**DEVICES[device])
    try:
        page = context.new_page()
        page.add_init_script(SHIFT)
        session: CDPSession = context.new_cdp_session(page)
        latency, throughput, slower = NETWORK[device]
        session.send("Network.enable")
        conditions = {"offline": False, "latency": latency}
        conditions |= {"downloadThroughput": throughput / 8, "uploadThroughput": throughput / 8}
        session.send("Network.emulateNetworkConditions", conditions)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(url, wait_until="networkidle", timeout=60_000)
        page.wait_for_timeout(1000)
        found = page.evaluate("shift")
        return found["value"], ", ".join(dict.fromkeys(found["nodes"]))
    finally:
        context.close()


def violations(browser: Browser, url: str, axe: Path, scheme: str) -> list[str]:
    """What axe finds in a page, with all that is folded opened, in the `light` or `dark` scheme."""
    context = browser.new_context(color_scheme=scheme)
    try:
        page = context.new_page()
        page.goto(url)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        page.wait_for_timeout(500)
        page.add_script_tag(path=str(axe))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']} at {' '.join(map(str, node['target']))}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
    finally:
        context.close()
