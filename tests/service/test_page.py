"""The page: its files and their policy, what its form offers, and its use in a browser."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from importlib.resources import files

import pytest

from hybridq.core.errors import HybridqError
from hybridq.problems import PROBLEMS
from hybridq.service.refused_options import REFUSED_OPTIONS
from hybridq.service.work.catalog import SOLVE_OPTIONS, catalog
from hybridq.service.work.chosen import solve_arguments
from tests.angles.angle_samples import learned
from tests.service.test_api import refused, service
from tests.service.test_server import PATIENCE, start

__all__ = ["service", "start"]

PAGE = files("hybridq.service") / "page"
HOSTILE = "<img src=x onerror=document.title='broken'>"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html"), ("/page.js", "text/javascript"), ("/page.css", "text/css")],
)
def test_the_files_need_no_key_and_allow_nothing_from_elsewhere(service, path, kind):
    answer = service.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert not any("unsafe" in part or "http" in part for part in policy)
    assert "set-cookie" not in answer.headers
    again = service.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_no_other_file_is_served(service):
    for path in ("/other.js", "/page.html", "/..%2Fpage.js", "/page/page.js"):
        refused(service.client.get(path), 404, "not_found")


def test_the_page_makes_no_html_of_texts_and_names_no_other_host():
    html, script, style = (PAGE / name for name in ("index.html", "page.js", "page.css"))
    words = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "cookie")
    assert [word for word in words if word in script.read_text()] == []
    assert not re.search(r"<script(?![^>]* src=)|<style| on\w+=| style=", html.read_text())
    for each in (html, script, style):
        found = each.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(|@import|//\w+\.\w", found)


def test_the_script_finds_its_elements_and_labels_name_their_fields():
    html, script = (PAGE / "index.html").read_text(), (PAGE / "page.js").read_text()
    names = re.findall(r' id="([^"]+)"', html)
    assert len(names) == len(set(names))
    assert set(re.findall(r'\$\("([\w-]+)"\)', script)) - {"job-error"} <= set(names)
    assert set(re.findall(r' for="([^"]+)"', html)) <= set(names)
    assert len(script.splitlines()) <= 400


def test_no_value_of_an_option_is_an_unexpected_failure():
    """Every option of the catalog with values of every type: accepted, or refused in words."""
    values = ("x", -1, 1.5, [1.0, 2.0], {"a": 1}, True, None)
    kinds = {"optimizers": "optimizer", "strategies": "strategy", "engines": "engine"}
    found = catalog()
    refusals = 0
    for kind, argument in kinds.items():
        for entry in found[kind]:
            for option, value in itertools.product(entry["options"], values):
                try:
                    solve_arguments({argument: {"name": entry["name"], option["name"]: value}})
                except HybridqError as error:
                    refusals += option["name"] in str(error)
    assert refusals > 300


def test_the_catalog_has_every_family_and_only_options_that_jobs_may_set():
    found = json.loads(json.dumps(catalog()))
    assert [family["name"] for family in found["families"]] == list(PROBLEMS)
    maxcut = found["families"][0]
    assert "edgelist" in maxcut["formats"]
    assert "npz" not in maxcut["formats"]  # a binary file is no text
    assert [option["name"] for option in found["options"]] == list(SOLVE_OPTIONS)
    entries = [each for kind in ("engines", "optimizers", "strategies") for each in found[kind]]
    assert {"l-bfgs", "diagonal", "direct"} <= {entry["name"] for entry in entries}
    entries += found["families"]
    for option in (option for entry in entries for option in entry["options"]):
        assert option["type"] in ("integer", "number", "boolean", "text", "json")
        assert option["help"]
        assert option["name"] not in REFUSED_OPTIONS


@pytest.fixture
def browser():
    """Debian's Chromium without a window, as wide as a phone."""
    webdriver = pytest.importorskip("selenium.webdriver")
    from selenium.webdriver.chrome.service import Service

    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in programs:
        pytest.skip("there is no chromium with its driver")
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu"):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(programs[1]))
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield driver
    driver.quit()


def test_a_newcomer_solves_a_problem_on_the_page(start, browser):
    """Key, a refused form, a drop, live progress, answer and pictures; no text becomes HTML."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select, WebDriverWait

    server = start()
    wait = WebDriverWait(browser, PATIENCE)

    def one(selector):
        return wait.until(lambda found: found.find_element(By.CSS_SELECTOR, selector))

    def shown(selector, text):
        wait.until(lambda _: text in one(selector).text)

    browser.get(server.url)
    one("#key").send_keys("hq_0000000000000000_" + "a" * 43 + "\n")
    shown("#key-error", "not valid")
    one("#key").send_keys(f"{server.key}\n")
    shown("#state", "live")
    browser.get(f"{server.url}/#new")
    wait.until(lambda _: len(Select(one("#family")).options) == len(PROBLEMS))
    one('[id="/options/p"]').send_keys("0")
    one("#new-form > button").click()
    shown("#new-error", "greater than or equal to 1")
    assert browser.switch_to.active_element.get_attribute("id") == "/options/p"
    browser.execute_script(
        """const data = new DataTransfer();
        data.items.add(new File(["0 1\\n1 2\\n2 3\\n3 4\\n4 0\\n"], "ring.txt"));
        document.getElementById("content").dispatchEvent(
            new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));"""
    )
    shown("#file-name", "ring.txt")
    one('[id="/options/p"]').clear()
    one('[id="/options/p"]').send_keys("1")
    one("#label").send_keys(HOSTILE)
    one("#new-form > button").click()
    shown("#job h2", HOSTILE)
    shown("#job .headline", "Best cut found: 4")
    wait.until(lambda found: len(found.find_elements(By.CSS_SELECTOR, "#job figure img")) >= 3)
    assert wait.until(
        lambda found: found.execute_script(
            "return [...document.images].every(each => each.complete && each.naturalWidth > 0)"
        )
    )
    assert browser.title == "hybridq jobs"
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    assert browser.get_cookies() == []
    assert one("#job h2").find_elements(By.TAG_NAME, "img") == []
    expected = ("401", "422")  # the refusals above
    log = [each["message"] for each in browser.get_log("browser")]
    assert [line for line in log if not any(word in line for word in expected)] == []
    for number in (1, 2):
        body = {"angles": learned(number).describe()}
        assert server.client.post("/v1/models/cubic/versions", json=body).status_code == 201
        move = {"version": number, "force": True, "reason": HOSTILE}
        assert server.client.put("/v1/models/cubic/aliases/champion", json=move).status_code == 200
    one("#models-tab").click()
    shown("#models", "champion is version 2")
    one("#models .row button").click()
    browser.switch_to.alert.accept()
    shown("#models", "champion is version 1")
    assert browser.title == "hybridq jobs"
    one("#forget").click()
    assert browser.execute_script("return sessionStorage.length") == 0
