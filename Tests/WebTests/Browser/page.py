"""Drives the page in headless Chromium: page.py SCENE ADDRESS FILE. Exits with a traceback if the page is wrong."""

import json
import sys
import time
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys


def browser():
    options = Options()
    for flag in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1440,900"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def eventually(what, ask, seconds=30):
    deadline = time.time() + seconds
    while time.time() < deadline:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError("never: " + what)


class Page:
    def __init__(self, driver, address):
        self.driver, self.address = driver, address
        driver.get(address)

    def text(self, selector):
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])].filter(e => e.offsetParent).map(e => e.textContent)",
            selector)

    def api(self, path):
        return json.load(urllib.request.urlopen(self.address + path))

    def rows(self, box):
        return self.driver.execute_script(
            """return [...document.querySelectorAll('#' + arguments[0] + ' .space .row')]
                .sort((a, b) => a.dataset.index - b.dataset.index)
                .map(row => [...row.children].map(cell => cell.innerText))""", box)

    def keys(self, selector, *keys):
        self.driver.find_element("css selector", selector).send_keys(*keys)

    def click(self, selector):
        self.driver.find_element("css selector", selector).click()

    def check_log(self, allowed=()):
        bad = [line for line in self.driver.get_log("browser")
               if line["level"] == "SEVERE" and not any(word in line["message"] for word in allowed)]
        assert not bad, bad


def level_of(row):
    return "OVERSOLD" if row["oversold_units"] > 0 else row["alert_severity"]


def labels(page, level):
    return page.driver.execute_script(
        "return [...document.querySelectorAll('#grid .cell.' + arguments[0])].map(c => c.getAttribute('aria-label'))",
        level)


def go_on():
    """Creates FILE: it tells the test that the page shows the initial state."""
    open(sys.argv[3], "w").close()


def small(page):
    eventually("live", lambda: page.text("#live b") == ["Live"])
    eventually("products", lambda: len(page.rows("grid")) == 3)
    tiles = page.text(".tile b")
    alerts = page.api("v1/alerts")["rows"]
    for place, level in enumerate(["OVERSOLD", "OUT_OF_STOCK", "CRITICAL", "LOW", "WARNING"]):
        assert int(tiles[place]) == sum(level_of(row) == level for row in alerts), (tiles, alerts)
    assert tiles == ["1", "1", "1", "1", "1", "2"], tiles
    # Oversold alerts come first, and their tile hides all others.
    worst = page.rows("alerts")[0]
    assert "Oversold · Hub 3" in worst[1] and "oversold 5" in worst[2], worst
    page.click(".tile.s5")
    eventually("oversold alone", lambda: page.text("#alerts-count") == ["1 of 5"])
    assert [row[0].split("\n")[0] for row in page.rows("grid")] == ["Laptop Stand"]
    page.click(".tile.s5")
    eventually("all again", lambda: page.text("#alerts-count") == ["5"])
    assert labels(page, "s5") == ["Hub 3: -5, Oversold"], labels(page, "s5")
    assert labels(page, "s1") == ["Hub 2: 90, Warning"], labels(page, "s1")
    status = {row["product_name"]: row["overall_status"].replace("_", " ").lower() for row in page.api("v1/rollup")["rows"]}
    for row in page.rows("grid"):
        name = row[0].split("\n")[0]
        assert row[2].lower() == status[name], (row, status)
    # A product name is shown as text, even if it looks like HTML.
    assert page.driver.execute_script("return document.querySelectorAll('img').length") == 0
    # By keyboard alone: search, move, open, close, clear.
    page.keys("body", "/")
    page.driver.switch_to.active_element.send_keys("laptop")
    eventually("one product", lambda: len(page.rows("grid")) == 1)
    page.keys("#grid", Keys.END, Keys.ENTER)
    eventually("details", lambda: page.text("#detail-title") == ["Laptop Stand"])
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    eventually("closed", lambda: page.text("#detail-title") == [])
    page.keys("body", Keys.ESCAPE)
    eventually("all products", lambda: len(page.rows("grid")) == 3)
    # The delivery: the stock and the alert change without a reload.
    go_on()
    eventually("the delivery", lambda: any("115" in row for row in page.rows("grid")))
    eventually("its alert is gone, another one came", lambda: page.text("#alerts-count") == ["5"])
    eventually("a pair's own threshold counts at once", lambda: "Hub 3: 2, Critical" in labels(page, "s3"))
    eventually("what was out of stock is oversold", lambda: page.text(".tile b")[:2] == ["2", "0"])
    worst = page.rows("alerts")[0]
    assert "Oversold · Hub 1" in worst[1] and "oversold 6" in worst[2], worst
    page.driver.find_element("id", "theme").click()
    themes = page.driver.execute_script("return document.documentElement.dataset.theme")
    page.driver.find_element("id", "theme").click()
    assert themes != page.driver.execute_script("return document.documentElement.dataset.theme")
    unnamed = page.driver.execute_script(
        """return [...document.querySelectorAll('button, input, select')].filter(
            e => !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length))).length""")
    assert unnamed == 0
    page.check_log()


def large(page):
    eventually("products", lambda: page.text("#map-count") == ["10,000"], 60)
    assert len(page.rows("grid")) < 80 and len(page.rows("alerts")) < 80
    page.keys("#grid", Keys.END)
    eventually("the last row", lambda: page.driver.execute_script(
        "return document.querySelector('#grid .row.here')?.getAttribute('aria-rowindex')") == "10001")
    assert len(page.rows("grid")) < 80
    page.keys("#search", "Product 9999")
    eventually("found", lambda: page.text("#map-count") == ["1 of 10,000"])
    page.check_log()


def token(page):
    eventually("the form", lambda: page.text("#login h2") == ["Access token"])
    assert page.rows("grid") == []
    page.keys("#token", "0123456789abcdef", Keys.ENTER)
    eventually("products", lambda: len(page.rows("grid")) == 5)
    page.check_log(allowed=["401"])


def stale(page):
    eventually("live", lambda: page.text("#live b") == ["Live"])
    go_on()
    eventually("the warning", lambda: page.text("#stale"))
    assert page.text("#live b") == ["Stale"]


def history(page):
    eventually("the trend", lambda: page.driver.execute_script(
        "return document.querySelector('#trend svg')?.getAttribute('aria-label')"))
    trend = page.driver.execute_script("return document.querySelector('#trend svg').getAttribute('aria-label')")
    assert "now 2 (oversold 1, out of stock 0, critical 0, low 1, warning 0), most 2 at " in trend, trend
    # A day with a gap: nobody knew the numbers for two hours.
    page.driver.execute_script("""
        const end = Date.now(), really = ask, samples = [];
        for (let minutes = 600; minutes > 0; minutes -= 5) if (minutes <= 300 || minutes > 420)
          samples.push([new Date(end - minutes * 60000).toISOString(), 1, 0, 2, minutes > 500 ? 3 : 9, 4]);
        samples.push([new Date(end).toISOString(), 1, 0, 2, 9, 4]);
        ask = async (path) => path !== "v1/alerts/history" ? really(path) : { json: async () => ({ kept: true,
          begins_at: samples[0][0], interval_seconds: 300, levels: levels.map((l) => l.name), samples }) };
        showTrend();""")
    shapes = eventually("the day", lambda: page.driver.execute_script(
        """const paths = [...document.querySelectorAll('#trend path')];
           const counts = paths.map(path => (path.getAttribute('d').match(/M/g) || []).length);
           return counts[3] > 50 && counts"""))
    assert shapes == [97, 0, 97, 97, 97], shapes
    assert "most 16 at " in page.driver.execute_script(
        "return document.querySelector('#trend svg').getAttribute('aria-label')")
    eventually("the product", lambda: page.text("#map-count") == ["1"])
    page.click("#grid .space .row")
    graphs = eventually("the graphs", lambda: page.driver.execute_script(
        """return [...document.querySelectorAll('#detail-history li')].map(item => ({
            label: item.querySelector('svg').getAttribute('aria-label'), text: item.innerText,
            line: item.querySelector('.line').getBBox().height, steps: item.querySelector('.line').getAttribute('d'),
            threshold: item.querySelectorAll('.threshold').length, zero: item.querySelectorAll('.zero').length,
            unknown: item.querySelector('.unknown').getBBox().width}))"""))
    assert len(graphs) == 2, graphs
    negative, other = graphs
    for part in ["Warehouse 1: 100 at ", "lowest -30 at ", "highest 100 at ", "now -5", "threshold 40"]:
        assert part in negative["label"], negative
    assert "-30 to 100" in negative["text"] and negative["steps"].count("V") == 2, negative
    assert negative["line"] > 30 and negative["threshold"] == 1 and negative["zero"] == 1, negative
    # The history begins 6 hours ago: three quarters of the day are unknown.
    assert abs(negative["unknown"] - 1080) < 5, negative
    assert "Warehouse 3: 20 at " in other["label"] and other["zero"] == 0, other
    assert "where the history begins" in page.text("#detail-history p")[0]
    if len(sys.argv) > 4:
        for theme in ["light", "dark"]:
            page.driver.execute_script("setTheme(arguments[0])", theme)
            page.driver.save_screenshot(sys.argv[4] + "-" + theme + ".png")
    page.check_log()


def no_history(page):
    eventually("live", lambda: page.text("#live b") == ["Live"])
    page.click("#grid .space .row")
    eventually("the note", lambda: page.text("#detail-history p") == ["No history is kept: history.changes is 0."])
    assert page.text("#trend") == []
    page.check_log()


driver = browser()
try:
    {"small": small, "large": large, "token": token, "stale": stale, "history": history,
     "no_history": no_history}[sys.argv[1]](Page(driver, sys.argv[2]))
finally:
    driver.quit()
