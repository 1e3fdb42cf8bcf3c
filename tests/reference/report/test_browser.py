"""The page in a browser, from disk: nothing fetched, nothing complained of, readable in the dark and on a phone."""

from __future__ import annotations

import importlib.resources
import importlib.util
import json
import re
import shutil

import numpy as np
import pytest

from reference.report.html import render_comparison, render_report
from tests.reference.report import models

pytestmark = pytest.mark.slow

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PHONE, DESK = (390, 844), (1100, 900)
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
)  # fmt: skip


# --- the browser ----------------------------------------------------------------------------------------------


def lacking():
    """What there is no browser without, or where it is."""
    chromium, driver = next(filter(None, map(shutil.which, CHROMIUM)), None), shutil.which("chromedriver")
    selenium = importlib.util.find_spec("selenium")
    parts = {"chromium": chromium, "chromedriver": driver, "selenium": selenium}
    return [name for name, found in parts.items() if found is None], chromium, driver


def required():
    """Chromium and its driver; a skip that says what is missing without them."""
    missing, chromium, driver = lacking()
    if missing:
        said = f"no page was opened: {', '.join(missing)} not found"
        pytest.skip(said)
    return chromium, driver


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    chromium, chromedriver = required()
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    started.set_script_timeout(300)  # axe, on a machine that is busy
    yield started
    started.quit()


@pytest.fixture
def tab(browser):
    """As wide as a desk, in the light, with scripts, and nothing said yet."""
    resized(browser, DESK)
    coloured(browser, "light")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.get("about:blank")
    for log in ("browser", "performance"):
        browser.get_log(log)
    return browser


def resized(tab, size):
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE}
    tab.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def coloured(tab, scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    tab.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@pytest.fixture(scope="module")
def files(pages, tmp_path_factory):
    """On disk, by what they show."""
    folder = tmp_path_factory.mktemp("pages")
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def spoilt(tmp_path, pages):
    """A page with a fault planted in it, on disk."""

    def plant(before, after, name="wrong"):
        assert before in pages[name]
        path = tmp_path / "spoilt.html"
        path.write_text(pages[name].replace(before, after, 1), encoding="utf-8")
        return path

    return plant


POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def without_policy(path):
    path.write_text(POLICY.sub("", path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    return path


def opened(tab, path):
    """Wholly: on a machine that is busy, ``get`` may return before the page has taken the last one's place."""
    from selenium.webdriver.support.ui import WebDriverWait

    tab.get(path.as_uri())
    here = "return document.readyState === 'complete' && location.href === arguments[0]"
    WebDriverWait(tab, 30, poll_frequency=0.02).until(lambda tab: tab.execute_script(here, path.as_uri()))


def found(tab, selector):
    return tab.find_elements("css selector", selector)


# --- where there is none --------------------------------------------------------------------------------------


def test_without_a_browser_there_is_a_skip_that_says_why(monkeypatch):
    for missing in ("chromium", "chromedriver", "selenium"):
        there = {"chromium": "/bin/chromium", "chromedriver": "/bin/chromedriver", "selenium": "selenium"}
        del there[missing]
        monkeypatch.setattr(shutil, "which", there.get)
        monkeypatch.setattr(importlib.util, "find_spec", there.get)
        with pytest.raises(pytest.skip.Exception, match=f"no page was opened: {missing} not found"):
            required()


def test_with_a_browser_there_is_neither(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name != "chromium" else None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    assert required() == ("/bin/chromium-browser", "/bin/chromedriver")


# --- nothing fetched, nothing complained of -------------------------------------------------------------------


def fetched(tab, path):
    """Everything that the browser asked for beside the file itself, since the logs were last read."""
    events = [json.loads(entry["message"])["message"] for entry in tab.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    asked += [e["params"]["url"] for e in events if e["method"] == "Network.webSocketCreated"]
    assert path.as_uri() in asked, "the browser does not say what it asks for"
    return [url for url in asked if url != path.as_uri() and not url.startswith("data:")]


def complaints(tab):
    return [entry["message"] for entry in tab.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


def unfolded(tab):
    tab.execute_script("for (const details of document.querySelectorAll('details')) details.open = true")


def test_a_page_asks_for_nothing_and_nothing_is_complained_of(tab, files):
    for path in files.values():
        opened(tab, path)
        unfolded(tab)
        assert fetched(tab, path) == []
        assert complaints(tab) == []


def test_a_page_that_asks_for_something_is_noticed(tab, spoilt):
    for what in ('<img alt="" src="http://127.0.0.1:1/x.png">', "<script>fetch('http://127.0.0.1:1/')</script>",
                 '<link rel="stylesheet" href="beside.css">'):  # fmt: skip
        path = without_policy(spoilt("<footer>", f"{what}<footer>"))
        opened(tab, path)
        assert fetched(tab, path) != [], what


def test_a_page_that_is_complained_of_is_noticed(tab, spoilt):
    """The policy refuses what would be fetched, and says so."""
    for what in ('<img alt="" src="http://127.0.0.1:1/x.png">', "<script>none.of.this()</script>",
                 "<script>console.warn('careful')</script>"):  # fmt: skip
        opened(tab, spoilt("<footer>", f"{what}<footer>"))
        assert complaints(tab) != [], what


# --- the figures ----------------------------------------------------------------------------------------------

FIGURES = {
    "wrong": (
        "Backward graph of backward_propagation_with_dropout", "dW1: where it is wrong", "db1: where it is wrong",
        "dW2: where it is wrong", "db2: where it is wrong", "Yours against the reference",
        "Central differences over ε", "Error against keep_prob and m", "Kill matrix",
    ),
    "right": (
        "Backward graph of backward_propagation_with_regularization", "Yours against the reference",
        "Central differences over ε", "Error against λ and m", "Kill matrix",
    ),
    "comparison": (
        "Distance from the truth", "Agreement, in digits, float64", "Agreement, in digits, float32", "Price of a call",
        "Backward graph of backward_propagation_with_dropout",
    ),
}  # fmt: skip


def unseen(tab, expected):
    """Figures that are not there, that take no room, or that a screen reader has no words for."""
    captions = {f.find_element("css selector", "figcaption strong").text.rstrip("."): f for f in found(tab, "figure")}
    faults = [f"there is no {name!r}" for name in expected if name not in captions]
    for name, figure in captions.items():
        pictures = figure.find_elements("css selector", "svg")
        if len(pictures) != 1:
            faults.append(f"{name!r} has {len(pictures)} pictures")
            continue
        (picture,) = pictures
        if picture.rect["width"] < 100 or picture.rect["height"] < 50:
            faults.append(f"{name!r} takes {picture.rect}")
        title = name.removesuffix(", float64").removesuffix(", float32")
        if title not in picture.accessible_name or len(picture.accessible_name) < len(title) + 10:
            faults.append(f"{name!r} is called {picture.accessible_name!r}")
        if picture.aria_role not in ("img", "image"):
            faults.append(f"{name!r} is a {picture.aria_role}")
    return faults


def test_every_figure_is_there_and_has_a_name(tab, files):
    for name, path in files.items():
        opened(tab, path)
        assert unseen(tab, FIGURES[name]) == [], name


def test_a_figure_that_is_missing_is_noticed(tab, files):
    opened(tab, files["right"])
    assert unseen(tab, FIGURES["wrong"]) != []


def test_a_figure_without_a_name_is_noticed(tab, spoilt):
    for before, after in (
        ('aria-labelledby="figure-1-title figure-1-text"', ""),
        ('aria-labelledby="figure-1-title figure-1-text"', 'aria-labelledby="figure-1-title"'),
        ('role="img"', 'role="presentation"'),
        ("<svg ", '<svg style="display: none" '),
    ):
        path = spoilt(before, after, "right")
        path.write_text(re.sub(r"<(title|desc) id=.*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL), "utf-8")
        opened(tab, path)
        assert unseen(tab, ()) != [], after


def test_every_name_of_a_figure_is_its_own(tab, files):
    opened(tab, files["wrong"])
    names = [picture.accessible_name for picture in found(tab, "figure svg")]
    assert len(set(names)) == len(names) == len(FIGURES["wrong"])


# --- on a phone -----------------------------------------------------------------------------------------------

SIDEWAYS = """
const told = e => `<${e.tagName.toLowerCase()} class="${e.className}">${e.textContent.trim().slice(0, 60)}`;
const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
const all = [...document.body.querySelectorAll("*")].filter(e => !e.closest("svg"));
return {
  width: document.documentElement.scrollWidth,
  stray: all.filter(e => scrolls(e) && !e.matches(".scroll")).map(told),
  over: all.filter(e => !e.closest(".scroll") && e.clientWidth && e.scrollWidth > e.clientWidth + 1).map(told),
  mute: all.filter(e => scrolls(e) && e.scrollWidth > e.clientWidth &&
                        !(e.tabIndex === 0 && e.getAttribute("aria-label"))).map(told),
};
"""


def sideways(tab, path):
    """On a phone, with everything unfolded: what is wider than the screen, and scrolls without a keyboard."""
    resized(tab, PHONE)
    opened(tab, path)
    unfolded(tab)
    said = tab.execute_script(SIDEWAYS)
    wide = [f"the page is {said['width']} pixels wide"] if said["width"] > PHONE[0] else []
    return wide + said["stray"] + said["over"] + said["mute"]


def test_on_a_phone_nothing_but_scroll_regions_scrolls_sideways(tab, files):
    wide = "return [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
    for path in files.values():
        assert sideways(tab, path) == []
        assert tab.execute_script(wide) > 0  # the tables are wider than a phone


LONG = "assignments/2024/backward_propagation_with_regularization_and_dropout_final_version_2_corrected.ipynb"


def test_on_a_phone_a_long_name_does_not_widen_the_page(tab, tmp_path):
    """In the head, in what is said of it, in notes and errors, and below the figures."""
    said = f"{LONG} is the odd one out: MB101 ({LONG}, cell 4, line 19)"
    target = models.wrong(LONG, error=said, notes=[said], evidence=[])
    finding = models.finding(text=said, location=models.Location(file=LONG, cell=4, line=19))
    target = target.model_copy(update={"checks": [models.row("dW2", finding, conventions=[said])]})
    standings = (
        models.standing("mine.py"),
        models.standing(LONG, "error", error=said, accuracy=[], notes=[said], conventions=[said]),
    )
    path = tmp_path / "long.html"
    for page in (
        render_report(models.report(target, command=f"manual-backprop verify {LONG}")),
        render_comparison(models.comparison(*standings, words=[said], command=f"manual-backprop compare {LONG}")),
    ):
        path.write_text(page, encoding="utf-8")
        assert sideways(tab, path) == []


def test_a_page_that_is_too_wide_is_noticed(tab, spoilt):
    for before, after in (
        ("<footer>", '<div style="width: 800px">wide</div><footer>'),
        ("<footer>", f'<p style="overflow-wrap: normal">{"wide" * 50}</p><footer>'),
        ("<footer>", '<div style="overflow-x: auto"><p style="width: 800px">wide</p></div><footer>'),
        (".scroll { overflow-x: auto;", ".scroll {"),
        ('<div class="scroll" tabindex="0" role="region"', '<div class="scroll" role="region"'),
        ('name="viewport"', 'name="another"'),
    ):
        assert sideways(tab, spoilt(before, after)) != [], after


# --- to be read by everyone -----------------------------------------------------------------------------------

AXE = """
const [rule, done] = arguments;
const asked = {preload: false, iframes: false, resultTypes: ["violations"], rules: {
  "duplicate-id": {enabled: true},
  "empty-table-header": {enabled: false},  // the corner of a table with heads of rows
}};
if (rule) asked.runOnly = [rule];
axe.run(document, asked).then(
  found => done(found.violations.flatMap(fault => fault.nodes.map(node => `${fault.id}: ${node.html}`))),
  error => done([`${error}`]));
"""


def inaccessible(tab, rule=None):
    """Whatever axe finds in the page as it is painted now, with everything unfolded, by one of its rules or by all."""
    unfolded(tab)
    engine = importlib.resources.files("selenium_axe_python") / "axe-core" / "axe.min.js"
    tab.execute_script(engine.read_text(encoding="utf-8"))
    return tab.execute_async_script(AXE, rule)


def is_dark(tab):
    painted = tab.execute_script("return getComputedStyle(document.body).backgroundColor")
    return np.mean([float(n) for n in re.findall(r"[\d.]+", painted)][:3]) < 0.1 * 255


def unreadable(tab, path, shown=()):
    """In the light and in the dark: that it is neither, what axe finds, and what is not there to be looked at."""
    faults = []
    for scheme in ("light", "dark"):
        coloured(tab, scheme)
        opened(tab, path)
        faults += inaccessible(tab)
        faults += [f"it is not {scheme}"] if is_dark(tab) != (scheme == "dark") else []
    return faults + [f"there is no {selector}" for selector in shown if not found(tab, selector)]


def test_anyone_can_read_it_in_the_light_and_in_the_dark(tab, files):
    always = ("body", "figcaption", "caption", "footer p", "button", "code", "summary", "h1", "h2", "th", "td")
    verdicts = {
        "wrong": (".fail", ".pass", ".wrong", ".downstream", ".right", "dt"),
        "right": (".pass", ".right"),
        "comparison": (".fail", "dt"),
    }
    for name, path in files.items():
        assert unreadable(tab, path, (*always, *verdicts[name], ".nowhere")) == ["there is no .nowhere"], name


PALE = "{ color: #808080; background: #909090; }</style>"
UNREADABLE = {  # a rule of axe's, and what breaks it
    "image-alt": [("<footer>", '<footer><img src="data:,">')],
    "label": [("<footer>", '<footer><input type="text">')],
    "color-contrast": [("</style>", f"{what} {PALE}") for what in ("body", ".fail", ".pass", "figcaption")],
    "svg-img-alt": [('role="img"', 'role="img" aria-label="" id="mute"')],
    "heading-order": [("<footer>", "<footer><h5>a heading</h5>")],
    "page-has-heading-one": [("h1>", "h2>")],
    "empty-heading": [("<footer>", "<footer><h3> </h3>")],
    "html-has-lang": [('<html lang="en">', "<html>")],
    "document-title": [("<title>", "<title></title><template>")],
    "landmark-one-main": [("main", "div")],
    "region": [("<footer>", "<p>a text</p><footer>")],
    "scope-attr-valid": [('<th scope="row">', '<th scope="rows">')],
    "duplicate-id": [("<footer>", '<footer><b id="content">x</b>')],
    "skip-link": [('href="#content"', 'href="#gone"')],
    "aria-valid-attr-value": [("<footer>", '<footer><button aria-controls="gone">a text</button>')],
    "button-name": [("<button", "<button></button><button")],
    "link-name": [("<footer>", '<footer><a href="#content"></a>')],
    "meta-viewport": [("initial-scale=1", "initial-scale=1, user-scalable=no")],
}


def test_what_not_everyone_can_read_is_noticed(tab, tmp_path):
    path, missed = tmp_path / "spoilt.html", []
    whole = render_report(models.report(models.wrong(evidence=[models.evidence("dW2", dots=[], curve=None)])))
    for rule, faults in UNREADABLE.items():
        for before, after in faults:
            page = re.sub(r"<(title|desc) id=.*?</\1>", "", whole) if rule == "svg-img-alt" else whole
            assert before in page
            path.write_text(page.replace(before, after), encoding="utf-8")
            opened(tab, path)
            missed += [] if inaccessible(tab, rule) else [(rule, after)]
    assert missed == []


def test_a_page_that_is_not_dark_in_the_dark_is_noticed(tab, spoilt):
    coloured(tab, "dark")
    opened(tab, spoilt("prefers-color-scheme: dark", "prefers-color-scheme: none"))
    assert not is_dark(tab)


# --- the button -----------------------------------------------------------------------------------------------

TOLD = ("copied", "select the text and copy it")


def pressed(tab, *keys):
    from selenium.webdriver import ActionChains

    ActionChains(tab, duration=0).send_keys(*keys).perform()


def reached(tab):
    """The button, by Tab alone."""
    from selenium.webdriver.common.keys import Keys

    stops = tab.execute_script("return document.querySelectorAll('a[href], button, summary, [tabindex]').length")
    for _ in range(stops + 2):
        pressed(tab, Keys.TAB)
        if tab.switch_to.active_element.tag_name == "button":
            return True
    return False


def told(tab, patience=15.0):
    """What is said once something is said."""
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.ui import WebDriverWait

    try:
        return WebDriverWait(tab, patience, poll_frequency=0.05).until(lambda tab: found(tab, "#copied")[0].text)
    except TimeoutException:
        return ""


def test_the_command_is_copied_by_keyboard_alone(tab, files):
    from selenium.webdriver.common.keys import Keys

    for path in files.values():
        opened(tab, path)
        (button,) = found(tab, "button")
        assert button.is_displayed()
        assert button.accessible_name == "Copy the command"
        assert found(tab, "#copied")[0].get_attribute("role") == "status"
        assert reached(tab)
        pressed(tab, Keys.ENTER)
        assert told(tab) in TOLD
        assert tab.switch_to.active_element == button
        assert complaints(tab) == []


def test_what_is_said_to_be_copied_is_in_the_clipboard(tab, files):
    opened(tab, files["wrong"])
    tab.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    found(tab, "button")[0].click()
    assert told(tab) == "copied"
    read = "const done = arguments[0]; navigator.clipboard.readText().then(done, error => done(`${error}`))"
    assert tab.execute_async_script(read) == found(tab, "#command")[0].text


CLIPBOARDS = {
    "no clipboard": ("undefined", True, "copied"),
    "a clipboard that refuses": ("{writeText: () => Promise.reject(new Error('no'))}", True, "copied"),
    "no way at all": ("undefined", False, "select the text and copy it"),
    "refused in every way": (
        "{writeText: () => Promise.reject(new Error('no'))}",
        False,
        "select the text and copy it",
    ),
}


def test_where_there_is_no_clipboard_the_button_says_what_became_of_it(tab, files):
    for kind, (clipboard, commanded, says) in CLIPBOARDS.items():
        opened(tab, files["right"])
        tab.execute_script(
            f"Object.defineProperty(navigator, 'clipboard', {{value: {clipboard}}});"
            f"document.execCommand = () => {str(commanded).lower()};"
        )
        (button,) = found(tab, "button")
        button.click()
        assert told(tab) == says, kind
        assert tab.switch_to.active_element == button
        assert found(tab, "textarea") == []


def test_without_scripts_there_is_no_button_and_the_page_is_all_there(tab, files):
    tab.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    opened(tab, files["wrong"])
    (button,) = found(tab, "button")
    assert not button.is_displayed()
    assert unseen(tab, FIGURES["wrong"]) == []
    assert found(tab, "#command")[0].is_displayed()


def test_a_button_without_a_script_is_noticed(tab, spoilt):
    tab.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    opened(tab, spoilt('<button type="button" hidden', '<button type="button"'))
    assert found(tab, "button")[0].is_displayed()


def test_a_button_that_no_key_reaches_is_noticed(tab, spoilt):
    for before, after in (
        ("<button ", '<button tabindex="-1" '), ("button.hidden = false;", ""), ("<button ", "<button disabled "),
    ):  # fmt: skip
        opened(tab, spoilt(before, after))
        assert not reached(tab), after


def test_a_button_that_says_nothing_is_noticed(tab, spoilt):
    from selenium.webdriver.common.keys import Keys

    opened(tab, spoilt('said.textContent = "copied"', "void 0"))
    assert reached(tab)
    pressed(tab, Keys.ENTER)
    assert told(tab, patience=0.5) not in TOLD


def test_the_first_stop_leads_past_the_head(tab, files):
    from selenium.webdriver.common.keys import Keys

    opened(tab, files["wrong"])
    pressed(tab, Keys.TAB)
    skip = tab.switch_to.active_element
    assert skip.text == "Skip to the content"
    assert skip.rect["x"] >= 0
    pressed(tab, Keys.ENTER)
    assert tab.current_url.endswith("#content")


# --- a look at it ---------------------------------------------------------------------------------------------

HANDFUL = 16


def colours(tab, path):
    """How many different ones are to be seen."""
    from matplotlib import image

    assert tab.save_screenshot(str(path))
    pixels = image.imread(path)
    assert min(pixels.shape[:2]) > 300
    red, green, blue = np.moveaxis(np.round(255 * pixels[..., :3]).astype(int), -1, 0)
    return len(np.unique((red * 256 + green) * 256 + blue))


def test_a_page_is_not_blank(tab, files, tmp_path):
    for name, path in files.items():
        for scheme in ("light", "dark"):
            coloured(tab, scheme)
            opened(tab, path)
            assert colours(tab, tmp_path / f"{name}.png") > HANDFUL
            tab.execute_script("document.querySelector('figure').scrollIntoView()")
            assert colours(tab, tmp_path / f"{name}, figures.png") > HANDFUL


def test_a_blank_page_is_noticed(tab, spoilt, tmp_path):
    opened(tab, spoilt("</style>", "body { display: none; }</style>"))
    assert colours(tab, tmp_path / "blank.png") <= HANDFUL
