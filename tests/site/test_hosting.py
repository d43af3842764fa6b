"""The site where it is published: below a sub-path, with answers like those of GitHub Pages. Nothing leads nowhere."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from built import Page, Site, _targets
from shared import ADDRESS, LANGUAGES, PREFIX

Get = Callable[[str], tuple[int, dict[str, str], str]]


@pytest.fixture
def get(port: int) -> Get:
    """Status, headers and text of what the server answers for an address, redirections not followed."""

    def get(address: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", urlsplit(address).path)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    return get


def below(address: str, text: str) -> set[str]:
    """All that a page names on this site, as it is resolved where the page was found."""
    found = {urldefrag(urljoin(address, target))[0] for _, _, target in _targets(Page.read("", text))}
    return {target for target in found if target.startswith(ADDRESS.rstrip("/"))}


def test_whatever_is_named_is_there_and_every_page_is_reached(site: Site, get: Get) -> None:
    seen: set[str] = set()
    waiting = {ADDRESS}
    while waiting:
        address = waiting.pop()
        seen.add(address)
        status, headers, text = get(address)
        assert status == 200, address
        if headers["content-type"].startswith("text/html"):
            waiting |= below(address, text) - seen
    pages = {ADDRESS + name.removesuffix("index.html") for name, page in site.pages.items() if not page.is_error}
    assert pages <= seen
    assert any(address.endswith("card.png") for address in seen)


def test_sitemaps_list_the_pages_and_robots_are_told_of_them(site: Site, get: Get) -> None:
    told = re.findall(r"^Sitemap: (\S+)$", get(ADDRESS + "robots.txt")[2], re.MULTILINE)
    assert told == [f"{ADDRESS}{part}sitemap.xml" for part in LANGUAGES.values()]
    listed = []
    for address in told:
        status, _, text = get(address)
        assert status == 200
        tree = ElementTree.fromstring(text)
        listed += [str(place.text) for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
        assert "lastmod" not in text  # the date of a build says nothing about a page
    pages = [ADDRESS + name.removesuffix("index.html") for name, page in site.pages.items() if not page.is_error]
    assert sorted(listed) == sorted(pages)


def test_a_folder_without_its_slash_leads_to_it(get: Get) -> None:
    for part in LANGUAGES.values():
        status, headers, _ = get(f"{ADDRESS}{part}functions/softplus")
        assert (status, headers["location"]) == (301, f"/{PREFIX}/{part}functions/softplus/")


@pytest.mark.parametrize("path", ["nowhere", "nowhere/", "functions/softplus/no/such/page.html", "zh/nowhere/at/all/"])
def test_an_address_that_is_not_there_is_told_in_every_language(get: Get, path: str) -> None:
    status, _, text = get(ADDRESS + path)
    assert status == 404
    page = Page.read("404.html", text)
    assert {str(section["lang"]) for section in page.html.select("article section")} == set(LANGUAGES)
    homes = [urljoin(ADDRESS + path, str(link["href"])) for link in page.html.select("article section a")]
    assert homes == [ADDRESS + part for part in LANGUAGES.values()]
    for target in below(ADDRESS + path, text) - {ADDRESS + path}:  # but for places in the page itself
        assert get(target)[0] == 200, target
