"""What the bench concludes from what other programs and the browser tell it."""

from __future__ import annotations

import gzip
import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from bench import engine, generated, reader, scale, tools, visits
from bench.report import Figure, write
from bench.server import compressed, serve
from engine.compare.numbers import compare

BENCH = Path(__file__).parents[1] / "bench"
ORIGIN = "http://a.example:80"


def error(message: str, extract: str = "<p>", **more: object) -> dict:
    return {"type": "error", "message": message, "extract": extract, "url": "file:/site/a.html", "lastLine": 7, **more}


KNOWN = [tools.Known("Bad value", 'class="theirs"', "the theme's"), tools.Known("Gone", "", "was there once")]


def test_only_errors_of_ours_count() -> None:
    messages = [
        error("Bad value “” for attribute “tabindex”", '<label class="theirs" tabindex="">'),
        error("Bad value “” for attribute “tabindex”", '<label class="ours" tabindex="">'),
        error("Stray end tag “p”."),
        {"type": "info", "message": "Trailing slash on void elements", "url": "file:/site/a.html"},
        {"type": "info", "subType": "warning", "message": "Consider a heading", "url": "file:/site/a.html"},
    ]
    errors, unused = tools.errors_of_ours(messages, KNOWN)
    assert errors == [
        "/site/a.html:7: Bad value “” for attribute “tabindex”",
        "/site/a.html:7: Stray end tag “p”.",
    ]
    assert unused == [KNOWN[1]], "an excuse that nobody needs is told"


def test_a_checker_that_fails_is_an_error_even_if_it_is_excused() -> None:
    broken = {"type": "non-document-error", "subType": "io", "message": "Bad value", "url": "file:/site/b.html"}
    assert tools.errors_of_ours([broken], [tools.Known("Bad value", "", "")])[0] == ["/site/b.html:: Bad value"]


def test_every_known_error_has_its_reason() -> None:
    for entry in tools.known():
        assert entry.message
        assert entry.extract, "an excuse without a place would excuse ours too"
        assert len(entry.reason) > 40


def report(**scores: float | None) -> dict:
    audits = {
        "slow": {"score": 0.4, "scoreDisplayMode": "numeric"},
        "fine": {"score": 1, "scoreDisplayMode": "binary"},
        "alone": {"score": None, "scoreDisplayMode": "notApplicable"},
        "failed": {"score": None, "scoreDisplayMode": "error"},
        "weightless": {"score": 0, "scoreDisplayMode": "metricSavings"},
    }
    refs = [{"id": name, "weight": 0 if name == "weightless" else 1} for name in audits]
    categories = {name: {"score": 1.0, "auditRefs": refs} for name in tools.CATEGORIES}
    for name, score in scores.items():
        categories[name.replace("_", "-")]["score"] = score
    return {"categories": categories, "audits": audits}


def test_scores_and_what_they_lost() -> None:
    assert tools.scores(report(best_practices=0.5)) == {
        "performance": 1.0,
        "accessibility": 1.0,
        "best-practices": 0.5,
        "seo": 1.0,
    }
    assert tools.lost(report(), "seo") == ["failed", "slow"]
    with pytest.raises(tools.Missing, match="no score"):
        tools.scores(report(performance=None))


def test_the_median_counts_and_the_worst_language(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = {"en": iter([0.99, 0.90, 0.97]), "zh": iter([0.96, 0.94, 0.20])}

    def lighthouse(modules: Path, chromium: str, arguments: list[str], url: str) -> dict:
        return report(performance=next(runs["zh" if "/zh/" in url else "en"]))

    monkeypatch.setattr(tools, "lighthouse", lighthouse)
    served = reader.Served("http://a/")
    figures = list(reader.grades(Path(), "", served, {"en": "", "zh": "zh/"}, 3))
    assert [figure.value for figure in figures] == [0.94, 1.0, 1.0, 1.0]
    assert [figure.holds for figure in figures] == [False, True, True, True]
    assert figures[0].how.startswith("runs 0.96, 0.94, 0.20; ")


def request(number: int, path: str, **more: object) -> tuple[str, dict]:
    url = path if ":" in path else ORIGIN + path
    return "Network.requestWillBeSent", {"requestId": str(number), "request": {"url": url}, **more}


def finished(number: int, size: int) -> tuple[str, dict]:
    return "Network.loadingFinished", {"requestId": str(number), "encodedDataLength": size}


def test_bytes_are_those_on_the_wire() -> None:
    moved = {"url": f"{ORIGIN}/a", "encodedDataLength": 100}
    events = [
        request(1, "/a"),
        request(1, "/a/", redirectResponse=moved),
        request(2, "/b.css"),
        request(3, "/kept.css"),
        request(4, "/disk.css"),
        request(5, "data:image/svg+xml,x"),
        request(6, "http://a.example:80.evil.example/x"),
        finished(1, 1000),
        ("Network.requestServedFromCache", {"requestId": "3"}),
        finished(3, 5000),
        ("Network.responseReceived", {"requestId": "4", "response": {"fromDiskCache": True}}),
        finished(4, 5000),
        ("Network.responseReceived", {"requestId": "2", "response": {"fromDiskCache": False}}),
        finished(2, 30),
        request(7, "/b.css"),
        finished(7, 20),
        finished(5, 9),
    ]
    visit = visits.tally(events, ORIGIN)
    assert visit.bytes == {f"{ORIGIN}/a": 100, f"{ORIGIN}/a/": 1000, f"{ORIGIN}/b.css": 50}
    assert visit.others == ["http://a.example:80.evil.example/x"]
    assert visit.kilobytes == 1.15
    assert visit.heaviest(2) == "a 1.0, a 0.1"


@pytest.fixture
def served(tmp_path: Path):
    (tmp_path / "index.html").write_text("home " * 500, encoding="utf-8")
    (tmp_path / "404.html").write_text("lost", encoding="utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text("page", encoding="utf-8")
    (tmp_path / "font.woff2").write_bytes(b"\0" * 900)
    with serve(tmp_path) as state:
        yield state


def test_the_server_is_a_host(served) -> None:
    def get(path: str, encoding: str = "gzip"):
        wanted = urllib.request.Request(served.url + path, headers={"Accept-Encoding": encoding})
        return urllib.request.urlopen(wanted)

    with get("") as answer:
        body = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "max-age=600"
        assert int(answer.headers["Content-Length"]) == len(body) < 100
        assert gzip.decompress(body).decode() == "home " * 500
    assert served.sent == [("/reference/", len(body))]
    with get("", "identity") as answer:
        assert (answer.headers["Content-Encoding"], len(answer.read())) == (None, 2500)
    with get("font.woff2") as answer:
        assert (answer.headers["Content-Encoding"], len(answer.read())) == (None, 900)
    with get("a") as answer:
        assert answer.url == served.url + "a/"
    for path in ("nowhere", "a/../../../etc/passwd"):
        with pytest.raises(urllib.error.HTTPError) as failure:
            get(path)
        failure.value.close()
        assert failure.value.code == 404
    with pytest.raises(urllib.error.HTTPError) as failure:
        urllib.request.urlopen(served.url.replace("/reference/", "/"))
    failure.value.close()
    assert failure.value.code == 404
    assert compressed(b"x") == compressed(b"x")


def test_search_faults() -> None:
    def doc(text: str, title: str = "Title") -> dict:
        return {"location": "p/#a", "title": title, "text": text}

    prose = "<p>nine words in a row that are all English</p>"
    english = [doc(prose), doc("a \\beta b"), doc("文"), doc("x", "文"), doc("<pre><code># 文</code></pre>")]
    assert reader.search_faults({"en": english}) == [
        "en: p/#a: a backslash",
        "en: p/#a: Chinese",
        "en: p/#a: Chinese",
    ]
    chinese = [doc(prose), doc("<p>中文 nine words in a row that are all English</p>"), doc("few words")]
    assert reader.search_faults({"en": [doc(prose), doc("few words")], "zh": chinese}) == ["zh: p/#a: English"]


def test_our_scripts_are_those_that_are_not_the_themes(tmp_path: Path) -> None:
    for name, text in {
        "assets/javascripts/bundle.js": "theirs",
        "assets/javascripts/workers/search.js": "theirs",
        "assets/js/site.js": "ours",
        "zh/assets/js/site.js": "ours",
        "assets/js/lab.js": "ours " * 100,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    own = reader.own_scripts(tmp_path)
    assert own == {"lab.js": len(compressed(b"ours " * 100)), "site.js": len(compressed(b"ours"))}


def test_a_figure_says_how_it_stands(tmp_path: Path) -> None:
    good, bad = Figure("weight", 170.0, 170, "KB gz", "all"), Figure("score", 0.949, 0.95, "", "runs", least=True)
    assert (good.holds, bad.holds) == (True, False)
    assert str(good) == "ok    170.00 KB gz  (at most 170)  weight: all"
    assert str(bad).startswith("NOT ")
    assert "at least 0.95" in str(bad)
    assert "0.949" in str(bad), "a value that fails does not look like one that holds"
    write([good, bad], tmp_path / "figures.json")
    assert [entry["holds"] for entry in json.loads((tmp_path / "figures.json").read_text())] == [True, False]


def test_the_tools_are_pinned_and_come_from_no_mirror() -> None:
    package = json.loads((BENCH / "package.json").read_text())
    lock = json.loads((BENCH / "package-lock.json").read_text())
    for name, version in package["dependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    for path, entry in lock["packages"].items():
        if path:
            assert entry["integrity"].startswith("sha512-"), path
            assert entry.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/"), path


@pytest.mark.parametrize("absent", ["node", "npm", "java"])
def test_what_is_missing_is_said(absent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools.shutil, "which", lambda program: None if program == absent else f"/bin/{program}")
    with pytest.raises(tools.Missing, match=f"`{absent}` is not on PATH"):
        tools.install(tmp_path)
    monkeypatch.setattr(reader, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match=f"bench reader: `{absent}`"):
        list(reader.measure(1))


def test_growth_is_the_exponent_of_a_power() -> None:
    sizes = [scale.Size(count, 0.0, 3 * count**1.5, 2.0 * count, {}, 7 * count**2, 5) for count in (50, 200, 500)]
    assert scale.exponent(sizes, "site") == pytest.approx(1.5)
    assert scale.exponent(sizes, "again") == pytest.approx(1)
    assert scale.exponent(sizes, "pages") == pytest.approx(2)
    assert scale.exponent(sizes, "index") == pytest.approx(0)


def test_each_process_is_watched(tmp_path: Path) -> None:
    hold = "import subprocess, sys, time; x = b'x' * {}; time.sleep(0.3); "
    child = hold.format(160_000_000)
    script = hold.format(80_000_000) + f"subprocess.run([sys.executable, '-c', {child!r}])"
    took, peaks = scale.watched(tmp_path, sys.executable, "-c", script)
    assert 0.6 < took < 30
    assert 80e6 < peaks["engine"] < 140e6
    assert 160e6 < peaks["other"] < 220e6


def test_a_command_that_fails_ends_the_measurement(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="failed in"):
        scale.watched(tmp_path, sys.executable, "-c", "raise SystemExit(3)")


def test_generated_functions_differ_and_are_what_they_say(tmp_path: Path) -> None:
    text = [yaml.safe_load(generated.DEFINITION.format(number=number, factor=number + 2)) for number in (0, 1)]
    assert [entry["expression"] for entry in text] == ["2*x", "3*x"]
    assert all(generated.sources(0)[name] != generated.sources(1)[name] for name in generated.SNIPPETS)


@pytest.mark.parametrize("count", [1, 10, 11, 99, 500])
def test_the_generated_navigation_has_every_page_once_and_no_long_list(count: int) -> None:
    pages = [f"f{number}.md" for number in range(count)]

    def flat(entries: list) -> list[str]:
        assert len(entries) <= generated.FAN
        return [page for one in entries for page in ([one] if isinstance(one, str) else flat(*one.values()))]

    assert flat(generated._tree(pages)) == pages


def test_a_copy_of_the_project_lacks_only_what_builds_have_left(tmp_path: Path) -> None:
    project = engine.copy(tmp_path / "project")
    assert (project / "engine/site/hook.py").is_file()
    assert (project / "tests/site/conftest.py").is_file()
    left = {".git", ".venv", ".cache", "site", "activation_functions.egg-info", "__pycache__"}
    assert not left & {path.name for path in project.iterdir()}


def test_a_digit_that_is_broken_matters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCH.parent / "scripts")
    import one_fault

    recorded = (BENCH.parent / one_fault.OUTPUT).read_text(encoding="utf-8")
    for text in (recorded, "[0.12692801 2.12692801]\n", "1.0000000000000002 is text\n"):
        file = tmp_path / "a.out"
        file.write_text(text, encoding="utf-8")
        one_fault.break_output(file)
        assert compare(text, file.read_text(encoding="utf-8"))
    file.write_text("none\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"a\.out holds no digit that matters"):
        one_fault.break_output(file)
