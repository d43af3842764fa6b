"""What browser tests share: a log of what a page should never do, and the contrast of what it shows."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Locator, Page

SOFTPLUS = "functions/softplus/"
Open = Callable[..., Page]

#: Contrast of an element's stroke, or text, with the nearest ground behind it (WCAG 2).
CONTRAST = """(element, property) => {
  const channels = (colour) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true})
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const luminance = (colour) => channels(colour).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0)
  const front = getComputedStyle(element)[property]
  if (front === "none") return 0
  let behind = element
  while (behind && channels(getComputedStyle(behind).backgroundColor)[3] < 255) behind = behind.parentElement
  const pair = [luminance(front), luminance(behind ? getComputedStyle(behind).backgroundColor : "white")]
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)
}"""


class Log:
    """What the pages of a context did that a reader should never see."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.requests: list[str] = []
        self.faults: list[str] = []
        context.on("request", lambda request: self._request(request.url, origin))
        context.on("response", lambda answer: self._answer(answer.status, answer.url))
        context.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        context.on("console", lambda message: self._console(message.type, message.text))
        context.on("weberror", lambda error: self.faults.append(f"page error: {error.error}"))

    def _request(self, address: str, origin: str) -> None:
        self.requests.append(address)
        if not address.startswith((origin, "data:", "blob:" + origin)):
            self.faults.append(f"request to another origin: {address}")

    def _answer(self, status: int, address: str) -> None:
        if status >= 400:
            self.faults.append(f"status {status}: {address}")

    def _failed(self, address: str, reason: str | None) -> None:
        if reason != "net::ERR_ABORTED":  # the browser dropped a download that the next page does not need
            self.faults.append(f"{reason}: {address}")

    def _console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.faults.append(f"console {kind}: {text}")


def contrast(element: Locator, name: str) -> float:
    """Contrast of a part of an element's style, such as `stroke`."""
    return float(element.evaluate(CONTRAST, name))


def visit(page: Page, address: str) -> None:
    """Go to a page, and wait until all of it is there and it asks for no more.

    The two in this order: to Playwright the network is idle as well while a busy machine has not yet come to read what
    else the page needs.
    """
    page.goto(address)
    page.wait_for_load_state("networkidle")
