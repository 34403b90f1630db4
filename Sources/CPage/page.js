"use strict";
const $ = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");
const collator = new Intl.Collator("en", { numeric: true });
const levels = [
  { code: 5, name: "OVERSOLD", label: "Oversold", note: "more shipped than received" },
  { code: 4, name: "OUT_OF_STOCK", label: "Out of stock", note: "nothing left" },
  { code: 3, name: "CRITICAL", label: "Critical", note: "a quarter or less" },
  { code: 2, name: "LOW", label: "Low", note: "half or less" },
  { code: 1, name: "WARNING", label: "Warning", note: "below the threshold" },
];
const statuses = [
  { name: "OUT_OF_STOCK", label: "Out of stock", code: 4 }, { name: "REORDER_NOW", label: "Reorder now", code: 3 },
  { name: "REORDER_SOON", label: "Reorder soon", code: 1 }, { name: "HEALTHY", label: "Healthy", code: 0 },
];
const codeOf = Object.fromEntries(levels.map((l) => [l.name, l.code]));
const labelOf = ["Enough", "Warning", "Low", "Critical", "Out of stock", "Oversold"];

// A row without a name is shown by its id.
const productName = (name, id) => name ?? "product " + id;
const warehouseName = (name, id) => name ?? "warehouse " + id;

// Ids are numbers or texts. A text is what people call the thing, so it is shown and searched beside the name.
const shownID = (id, name) => (typeof id === "string" && name !== null ? id : "");
const compareIDs = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const words = (...parts) => parts.filter(Boolean).join(" · ");
const searched = (...parts) => parts.filter((part) => typeof part === "string").join(" ").toLowerCase();

const state = {
  products: new Map(), warehouses: [], alerts: new Map(), version: 0, level: null, status: null, text: "", sort: "worst",
  lastEventID: "", heardAt: 0, freshAt: 0, serverStale: true, isLoading: false, loadAgainAt: 0, trendAt: -1e9, pending: [],
};

// ---- Levels. The rules are the daemon's own; a test compares the two.

function levelOf(stock, threshold) {
  if (threshold === null || stock >= threshold) return 0;
  if (stock < 0) return 5;
  if (stock === 0) return 4;
  return 4 * stock <= threshold ? 3 : 2 * stock <= threshold ? 2 : 1;
}

/// The level of a row from the daemon, whose severity does not tell negative stock apart.
function levelOfRow(row) {
  if (row.alert_severity === null) return 0;
  return row.oversold_units > 0 ? 5 : codeOf[row.alert_severity];
}

function thresholdOf(product, warehouse) {
  return product.own.has(warehouse) ? product.own.get(warehouse) : product.threshold;
}

function judge(product) {
  let total = 0, worst = 0;
  for (const [warehouse, stock] of product.cells) {
    total += stock;
    worst = Math.max(worst, levelOf(stock, thresholdOf(product, warehouse)));
  }
  product.total = total;
  product.worst = worst;
  const t = product.threshold;
  product.status = total === 0 ? 0 : t !== null && total < t ? 1 : t !== null && total < 2 * t ? 2 : 3;
}

// ---- Talking to the daemon: paths are relative, for a proxy that serves the page under a prefix

function headers(more) {
  const token = sessionStorage.getItem("stockd-token");
  return token ? { ...more, Authorization: "Bearer " + token } : more;
}

async function ask(path, more) {
  const answer = await fetch(path, { headers: headers(more || {}), cache: "no-store" });
  if (answer.status === 401) {
    if (!$("login").open) $("login").showModal();
    throw new Error("a token is needed");
  }
  if (!answer.ok) throw new Error(path + " answered " + answer.status);
  return answer;
}

async function loadMatrix() {
  if (state.isLoading) return;
  state.isLoading = true;
  try {
    const matrix = await (await ask("v1/matrix")).json();
    state.warehouses = matrix.warehouses.map(([id, label, region]) => {
      const name = warehouseName(label, id);
      return { id, name, region, title: words(name, shownID(id, label)), low: searched(name, id) };
    });
    const products = new Map();
    for (const [id, label, group, threshold, pairs, thresholds] of matrix.products) {
      const name = productName(label, id), category = group ?? "";
      const cells = new Map(), own = new Map();
      for (let i = 0; i < pairs.length; i += 2) cells.set(pairs[i], pairs[i + 1]);
      for (let i = 0; i < thresholds.length; i += 2) own.set(thresholds[i], thresholds[i + 1]);
      const product = { id, name, shown: shownID(id, label), category, threshold, own, cells, low: searched(name, category, id), changed: new Map() };
      judge(product);
      products.set(id, product);
    }
    state.products = products;
    state.version = matrix.version;
    const used = new Set();
    for (const product of products.values()) for (const id of product.cells.keys()) used.add(id);
    state.warehouses = state.warehouses.filter((w) => used.has(w.id));
    for (const event of state.pending.splice(0)) takeStock(event);
    fresh(matrix);
    drawHead();
    arrange(true);
  } catch (error) {
    state.loadAgainAt = performance.now() + 3000;
  } finally {
    state.isLoading = false;
  }
}

function takeStock(event) {
  if (state.isLoading) return state.pending.push(event);
  if (event.version <= state.version) return;
  state.version = event.version;
  const now = performance.now();
  for (const [id, warehouse, stock, , threshold] of event.rows) {
    const product = state.products.get(id);
    if (!product || !state.warehouses.some((w) => w.id === warehouse)) { reloadSoon(); continue; }
    if (stock === null) product.cells.delete(warehouse); else product.cells.set(warehouse, stock);
    if (threshold === product.threshold) product.own.delete(warehouse); else product.own.set(warehouse, threshold);
    product.changed.set(warehouse, now);
    judge(product);
    if (product.cells.size === 0) state.products.delete(id);
  }
}

function reloadSoon() { if (!state.loadAgainAt) state.loadAgainAt = performance.now() + 1000; }

function fresh(part) {
  state.heardAt = performance.now();
  state.freshAt = part.age_ms === null ? 0 : state.heardAt - part.age_ms;
  state.serverStale = part.stale;
}

const keyOf = (row) => JSON.stringify([row.product_id, row.warehouse_id]);

function take(name, data, id) {
  state.heardAt = performance.now();
  if (id) state.lastEventID = id;
  if (name === "heartbeat") return fresh(data);
  if (name === "reload") return reloadSoon();
  if (name === "stock") { fresh(data); takeStock(data); }
  if (name === "snapshot") {
    if (data.part === 1) state.alerts.clear();
    for (const row of data.rows) state.alerts.set(keyOf(row), alertOf(row));
  }
  if (name === "change") {
    if (data.alert_severity === null) state.alerts.delete(keyOf(data)); else state.alerts.set(keyOf(data), alertOf(data));
  }
  schedule();
}

function alertOf(row) {
  const product_name = productName(row.product_name, row.product_id), warehouse_name = warehouseName(row.warehouse_name, row.warehouse_id);
  const low = searched(product_name, row.category, warehouse_name, row.product_id, row.warehouse_id);
  const shown = shownID(row.product_id, row.product_name);
  const title = words(shown, shownID(row.warehouse_id, row.warehouse_name), "since " + row.since);
  return { ...row, product_name, warehouse_name, code: levelOfRow(row), low, shown, title };
}

async function follow() {
  let pause = 1000;
  for (;;) {
    try {
      const answer = await ask("v1/changes?tables=alerts,stock", state.lastEventID ? { "Last-Event-ID": state.lastEventID } : {});
      pause = 1000;
      // Changes that were made while no stream was open are not sent row by row.
      loadMatrix();
      await read(answer.body.getReader());
    } catch (error) { /* the state line says so */ }
    await new Promise((resume) => setTimeout(resume, pause));
    pause = Math.min(pause * 2, 10000);
  }
}

async function read(reader) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      let name = "", data = "", id = "";
      for (const line of event.split("\n")) {
        if (line.startsWith("event: ")) name = line.slice(7);
        else if (line.startsWith("data: ")) data = line.slice(6);
        else if (line.startsWith("id: ")) id = line.slice(4);
      }
      if (data) take(name, JSON.parse(data), id);
    }
  }
}

// ---- What is shown

let shownAlerts = [], shownProducts = [], isScheduled = false;

function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => { isScheduled = false; arrange(false); }, 250);
}

function arrange(isWanted) {
  const text = state.text;
  const alerts = [];
  const counts = [0, 0, 0, 0, 0, 0];
  for (const alert of state.alerts.values()) {
    counts[alert.code]++;
    if (state.level !== null && alert.code !== state.level) continue;
    if (text && !alert.low.includes(text)) continue;
    alerts.push(alert);
  }
  alerts.sort((a, b) => b.code - a.code || collator.compare(a.product_name, b.product_name)
    || compareIDs(a.product_id, b.product_id) || compareIDs(a.warehouse_id, b.warehouse_id));
  shownAlerts = alerts;
  const rollup = [0, 0, 0, 0];
  const warehouses = new Set(text ? state.warehouses.filter((w) => w.low.includes(text)).map((w) => w.id) : []);
  const products = [];
  for (const product of state.products.values()) {
    rollup[product.status]++;
    if (state.status !== null && product.status !== state.status) continue;
    if (state.level !== null && !hasLevel(product, state.level)) continue;
    if (text && !product.low.includes(text) && ![...product.cells.keys()].some((id) => warehouses.has(id))) continue;
    products.push(product);
  }
  // Keep the order while a pointer or a finger is on the rows.
  const isBusy = !isWanted && $("grid").matches(":hover, :focus-within");
  if (isBusy && shownProducts.length) {
    const place = new Map(shownProducts.map((p, i) => [p.id, i]));
    products.sort((a, b) => (place.get(a.id) ?? 1e9) - (place.get(b.id) ?? 1e9));
  } else products.sort(orders[state.sort]);
  shownProducts = products;
  drawTiles(counts);
  drawStatuses(rollup);
  $("alerts-count").textContent = count(alerts.length, state.alerts.size);
  $("map-count").textContent = count(products.length, state.products.size);
  note("no-alerts", alerts.length, state.alerts.size ? "No alert matches." : "No alerts. Nothing is below its threshold.");
  note("no-stock", products.length, state.products.size ? "No product matches." : "No stock yet. Rows appear with the first events of known products.");
  const urgent = counts[5] + counts[4] + counts[3];
  document.title = (urgent ? "(" + urgent + ") " : "") + "stockd";
  alertList.refresh();
  map.refresh();
}

const hasLevel = (product, code) => {
  for (const [warehouse, stock] of product.cells) if (levelOf(stock, thresholdOf(product, warehouse)) === code) return true;
  return false;
};
const orders = {
  worst: (a, b) => b.worst - a.worst || a.status - b.status || collator.compare(a.name, b.name),
  name: (a, b) => collator.compare(a.name, b.name) || compareIDs(a.id, b.id),
  total: (a, b) => a.total - b.total || collator.compare(a.name, b.name),
};
const count = (shown, all) => (shown === all ? number.format(all) : number.format(shown) + " of " + number.format(all));
function note(id, length, text) { $(id).hidden = length > 0; $(id).textContent = text; }

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function drawTiles(counts) {
  const tiles = $("tiles");
  if (!tiles.children.length) {
    for (const { code, label, note } of levels) {
      const tile = make("button", "tile s" + code);
      tile.type = "button";
      tile.append(make("b"), make("span", "", label), make("small", "", note));
      tile.addEventListener("click", () => { state.level = state.level === code ? null : code; arrange(true); });
      tiles.append(tile);
    }
    const all = make("button", "tile s0");
    all.type = "button";
    all.append(make("b"), make("span", "", "Pairs with enough"), make("small", "", "at or above, or no threshold"));
    all.addEventListener("click", () => { state.level = state.level === 0 ? null : 0; arrange(true); });
    tiles.append(all);
  }
  let pairs = 0;
  for (const product of state.products.values()) pairs += product.cells.size;
  const enough = Math.max(0, pairs - state.alerts.size);
  [...levels.map((l) => l.code), 0].forEach((code, index) => {
    tiles.children[index].firstChild.textContent = number.format(code ? counts[code] : enough);
    tiles.children[index].setAttribute("aria-pressed", state.level === code);
  });
}

function drawStatuses(rollup) {
  const chips = $("statuses");
  if (!chips.children.length) statuses.forEach((status, index) => {
    const chip = make("button", "chip");
    chip.type = "button";
    chip.addEventListener("click", () => { state.status = state.status === index ? null : index; arrange(true); });
    chips.append(chip);
  });
  statuses.forEach((status, index) => {
    chips.children[index].textContent = status.label + " " + number.format(rollup[index]);
    chips.children[index].setAttribute("aria-pressed", state.status === index);
  });
}

function drawHead() {
  const head = $("head");
  head.replaceChildren();
  const titles = [["c name", "Product"], ["c total", "Total"], ["c status", "Overall"]];
  for (const warehouse of state.warehouses) titles.push(["c", warehouse.name, warehouse.title]);
  titles.forEach(([className, text, title = text], index) => {
    const cell = make("div", className, text);
    cell.setAttribute("role", "columnheader");
    cell.setAttribute("aria-colindex", index + 1);
    cell.title = title;
    head.append(cell);
  });
  $("grid").setAttribute("aria-colcount", titles.length);
  $("grid").style.setProperty("--columns", state.warehouses.length);
}

/// Draws only the rows that can be seen, in a box as high as all of them.
class VirtualRows {
  constructor(box, height, before, items, fill, open) {
    Object.assign(this, { box, height, before, items, fill, open, at: 0, rows: new Map() });
    this.space = box.querySelector(".space");
    box.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()), { passive: true });
    new ResizeObserver(() => this.draw()).observe(box);
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("focus", () => this.draw());
    this.space.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) { this.at = +row.dataset.index; this.open(this.items()[this.at]); this.draw(); }
    });
  }

  refresh() {
    const length = this.items().length;
    this.space.style.height = length * this.height + "px";
    this.box.setAttribute("aria-rowcount", length + (this.before ? 1 : 0));
    this.at = Math.max(0, Math.min(this.at, length - 1));
    this.draw();
  }

  draw() {
    const items = this.items();
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.height) - 6);
    const last = Math.min(items.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / this.height) + 6);
    for (const [index, row] of this.rows) if (index < first || index >= last) { row.remove(); this.rows.delete(index); }
    const isFocused = document.activeElement === this.box;
    for (let index = first; index < last; index++) {
      let row = this.rows.get(index);
      if (!row) {
        row = make("div", "row");
        row.setAttribute("role", "row");
        row.id = this.box.id + "-" + index;
        row.dataset.index = index;
        row.style.top = index * this.height + "px";
        row.style.height = this.height + "px";
        row.setAttribute("aria-rowindex", index + 1 + (this.before ? 1 : 0));
        this.rows.set(index, row);
        this.space.append(row);
      }
      row.classList.toggle("here", isFocused && index === this.at);
      this.fill(row, items[index]);
    }
    if (items.length) this.box.setAttribute("aria-activedescendant", this.box.id + "-" + this.at);
    else this.box.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const page = Math.max(1, Math.floor((this.box.clientHeight - this.before) / this.height) - 1);
    const length = this.items().length;
    const to = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, PageDown: this.at + page, PageUp: this.at - page, Home: 0, End: length - 1 }[event.key];
    if (to !== undefined) {
      this.at = Math.max(0, Math.min(length - 1, to));
      const top = this.at * this.height;
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      const bottom = top + this.height + this.before - this.box.clientHeight;
      if (bottom > this.box.scrollTop) this.box.scrollTop = bottom;
      this.draw();
    } else if (event.key === "Enter" && length) this.open(this.items()[this.at]);
    else return;
    event.preventDefault();
  }
}

function fillAlert(row, alert) {
  if (!row.children.length) {
    const what = make("div", "what"), num = make("div", "num");
    what.append(make("b"), make("span"));
    num.append(make("b"), make("span"));
    for (const part of [what, num]) part.setAttribute("role", "gridcell");
    row.append(make("i", "dot"), what, num);
  }
  const [dot, what, num] = row.children;
  dot.className = "dot s" + alert.code;
  what.children[0].textContent = alert.product_name;
  what.children[1].textContent = words(labelOf[alert.code], alert.warehouse_name, alert.shown);
  num.children[0].textContent = number.format(alert.current_stock) + " / " + number.format(alert.reorder_threshold);
  num.children[1].textContent = alert.oversold_units > 0 ? "oversold " + number.format(alert.oversold_units) : number.format(alert.units_below_threshold) + " short";
  row.title = alert.title;
}

function fillProduct(row, product) {
  const wanted = 3 + state.warehouses.length;
  if (row.children.length !== wanted) {
    row.replaceChildren();
    const name = make("div", "c name"), status = make("div", "c status");
    name.append(make("b"), make("small"));
    status.append(make("span", "pill"));
    row.append(name, make("div", "c total"), status);
    for (let i = 3; i < wanted; i++) { const cell = make("div", "c"); cell.append(make("span", "cell")); row.append(cell); }
    [...row.children].forEach((cell, index) => { cell.setAttribute("role", "gridcell"); cell.setAttribute("aria-colindex", index + 1); });
  }
  const cells = row.children;
  cells[0].children[0].textContent = product.name;
  cells[0].children[1].textContent = words(product.shown, product.category, product.threshold === null ? "" : "threshold " + number.format(product.threshold));
  cells[1].textContent = number.format(product.total);
  const pill = cells[2].firstChild, status = statuses[product.status];
  pill.className = "pill s" + status.code;
  pill.textContent = status.label;
  const now = performance.now();
  state.warehouses.forEach((warehouse, index) => {
    const cell = cells[3 + index].firstChild, stock = product.cells.get(warehouse.id);
    const code = stock === undefined ? null : levelOf(stock, thresholdOf(product, warehouse.id));
    const isNew = now - (product.changed.get(warehouse.id) ?? -1e9) < 1400;
    const className = code === null ? "cell none" : "cell s" + code + (isNew ? " new" : "");
    if (cell.className !== className) cell.className = className;
    cell.textContent = stock === undefined ? "·" : number.format(stock);
    cell.setAttribute("aria-label", warehouse.name + ": " + (stock === undefined ? "not kept" : number.format(stock) + ", " + labelOf[code]));
  });
}

const alertList = new VirtualRows($("alerts"), 54, 0, () => shownAlerts, fillAlert, (alert) => alert && showDetail(alert.product_id));
const map = new VirtualRows($("grid"), 36, 40, () => shownProducts, fillProduct, (product) => product && showDetail(product.id));

async function showDetail(id) {
  let detail;
  try { detail = await (await ask("v1/products/" + encodeURIComponent(id))).json(); } catch (error) { return; }
  const { product, warehouses, rollup, transfers } = detail;
  $("detail-title").textContent = productName(product.product_name, id);
  const status = rollup && statuses.find((s) => s.name === rollup.overall_status);
  $("detail-note").textContent = words(shownID(id, product.product_name), product.category, product.reorder_threshold === null ? "no threshold" : "threshold " + number.format(product.reorder_threshold),
    product.unit_price === null ? "" : "unit price " + product.unit_price, status ? status.label + ", " + number.format(rollup.total_stock) + " in all" : "");
  const most = Math.max(1, ...warehouses.map((row) => Math.max(row.current_stock, (row.reorder_threshold ?? 0) * 1.25)));
  $("detail-bars").replaceChildren(...warehouses.map((row) => {
    const item = make("li"), track = make("div", "track"), code = levelOfRow(row);
    const fill = make("div", "fill s" + code), mark = make("div", "mark"), threshold = row.reorder_threshold ?? 0;
    fill.style.width = Math.max(0, Math.min(1, row.current_stock / most)) * 100 + "%";
    mark.style.left = Math.min(1, Math.max(0, threshold) / most) * 100 + "%";
    track.append(fill);
    if (threshold > 0) track.append(mark);
    item.title = shownID(row.warehouse_id, row.warehouse_name);
    item.append(make("span", "", warehouseName(row.warehouse_name, row.warehouse_id)), track, make("span", "n", number.format(row.current_stock) + (code ? " · " + labelOf[code] : "")));
    return item;
  }));
  const box = $("detail-transfers");
  box.replaceChildren(make("h2", "", "Suggested transfers"));
  if (transfers.length) {
    const list = make("ul");
    for (const t of transfers) list.append(make("li", "", number.format(t.units) + " from " + warehouseName(t.from_warehouse_name, t.from_warehouse_id)
      + " to " + warehouseName(t.to_warehouse_name, t.to_warehouse_id)));
    box.append(list);
  } else box.append(make("p", "", warehouses.some((row) => row.alert_severity) ? "No other warehouse has stock above its threshold." : "None needed."));
  if (!$("detail").open) $("detail").showModal();
  showHistory(id);
}

// ---- The last day

const day = 86400000, graphWidth = 1440;
const clock = (time) => new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const whenOf = (time, end) => (end - time < day / 2 ? "" : new Date(time).toLocaleDateString("en-GB", { weekday: "short" }) + " ") + clock(time);

function drawn(tag, attributes) {
  const element = document.createElementNS(document.querySelector("svg").namespaceURI, tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  return element;
}

/// A graph over the last day. It is stretched to its box, so texts stand beside it, and its label says what it shows.
function graph(height, label, ...parts) {
  const svg = drawn("svg", { viewBox: "0 0 " + graphWidth + " " + height, preserveAspectRatio: "none", role: "img", "aria-label": label });
  const title = drawn("title", {});
  title.textContent = label;
  svg.append(title, ...parts);
  return svg;
}

const across = (time, end) => Math.max(0, Math.min(graphWidth, (1 - (end - time) / day) * graphWidth)).toFixed(1);

/// Where nothing is known: before the history begins.
function unknownBefore(time, end, height) {
  return drawn("rect", { class: "unknown", x: 0, y: 0, width: across(time, end), height });
}

let historyID;

async function showHistory(id) {
  historyID = id;
  const box = $("detail-history");
  box.hidden = true;
  let history;
  try { history = await (await ask("v1/products/" + encodeURIComponent(id) + "/history")).json(); } catch (error) { return; }
  // Another product may have been opened meanwhile.
  if (historyID !== id) return;
  const end = Date.now(), begins = Date.parse(history.begins_at);
  const list = make("ul");
  if (history.begins_at !== null) list.append(...history.warehouses.map((past) => stockGraph(past, begins, end)));
  const text = !history.kept ? "No history is kept: history.changes is 0."
    : history.begins_at === null ? "There is no history of this product yet."
    : "From " + whenOf(begins, end) + (end - begins < day - 60000 ? ", where the history begins," : "") + " to " + clock(end) + ". Dashed: the threshold.";
  box.replaceChildren(make("h2", "", "Last 24 hours"), make("p", "count", text), list);
  box.hidden = false;
}

function stockGraph(past, begins, end) {
  const height = 48, pad = 4, name = warehouseName(past.warehouse_name, past.warehouse_id), threshold = past.reorder_threshold;
  const steps = past.stock.map(([time, stock]) => [Date.parse(time), stock]);
  const known = steps.filter(([, stock]) => stock !== null);
  let least = known[0], most = known[0];
  for (const step of known) { if (step[1] < least[1]) least = step; if (step[1] > most[1]) most = step; }
  const low = Math.min(0, least[1], threshold ?? 0), high = Math.max(1, most[1], threshold ?? 0);
  const down = (stock) => (height - pad - (stock - low) / (high - low) * (height - 2 * pad)).toFixed(1);
  const level = (className, stock) => drawn("path", { class: className, d: "M0 " + down(stock) + "H" + graphWidth });
  let line = "", isDrawn = false;
  for (const [time, stock] of steps) {
    if (isDrawn) line += "H" + across(time, end);
    if (stock !== null) line += isDrawn ? "V" + down(stock) : "M" + across(time, end) + " " + down(stock);
    isDrawn = stock !== null;
  }
  if (isDrawn) line += "H" + graphWidth;
  const now = known[known.length - 1][1];
  const label = name + ": " + number.format(known[0][1]) + " at " + whenOf(known[0][0], end) + ", lowest " + number.format(least[1]) + " at " + whenOf(least[0], end)
    + ", highest " + number.format(most[1]) + " at " + whenOf(most[0], end) + ", now " + number.format(now) + (threshold === null ? ", no threshold" : ", threshold " + number.format(threshold));
  const item = make("li"), parts = [unknownBefore(begins, end, height)];
  if (low < 0) parts.push(level("zero", 0));
  if (threshold !== null) parts.push(level("threshold", threshold));
  item.append(make("span", "", name), graph(height, label, ...parts, drawn("path", { class: "line", d: line })),
    make("span", "n", number.format(least[1]) + " to " + number.format(most[1])));
  return item;
}

/// Draws the numbers of alerts over the last day, the worst at the bottom.
async function showTrend() {
  state.trendAt = performance.now();
  let trend;
  try { trend = await (await ask("v1/alerts/history")).json(); } catch (error) { return; }
  const end = Date.now(), height = 44, box = $("trend");
  const samples = trend.samples.map(([time, ...counts]) => ({ time: Date.parse(time), counts, sum: counts.reduce((a, b) => a + b, 0) }));
  box.hidden = !trend.kept || samples.length < 2;
  if (box.hidden) return;
  let most = samples[0];
  for (const sample of samples) if (sample.sum > most.sum) most = sample;
  const paths = trend.levels.map(() => "");
  samples.forEach((sample, index) => {
    // No sample is taken while nobody knows the numbers.
    const until = Math.min(samples[index + 1]?.time ?? end, sample.time + 1.5 * trend.interval_seconds * 1000);
    const from = across(sample.time, end), to = across(until, end);
    let sum = 0;
    sample.counts.forEach((count, level) => {
      const bottom = height * (1 - sum / Math.max(1, most.sum));
      sum += count;
      const top = height * (1 - sum / Math.max(1, most.sum));
      if (count) paths[level] += "M" + from + " " + bottom.toFixed(1) + "V" + top.toFixed(1) + "H" + to + "V" + bottom.toFixed(1) + "Z";
    });
  });
  const now = samples[samples.length - 1], begins = samples[0].time;
  const listed = trend.levels.map((name, level) => labelOf[codeOf[name]].toLowerCase() + " " + number.format(now.counts[level])).join(", ");
  const label = "Alerts since " + whenOf(begins, end) + ": now " + number.format(now.sum) + " (" + listed + "), most "
    + number.format(most.sum) + " at " + whenOf(most.time, end);
  box.replaceChildren(
    graph(height, label, unknownBefore(begins, end, height), ...trend.levels.map((name, level) => drawn("path", { class: "s" + codeOf[name], d: paths[level] }))),
    make("figcaption", "", "Since " + whenOf(begins, end) + ": at most " + number.format(most.sum) + ", at " + whenOf(most.time, end)));
}

// ---- Age, theme, keys

function tick() {
  const now = performance.now();
  if (state.heardAt > 0 && now - state.trendAt > 60000) showTrend();
  if (state.loadAgainAt && now > state.loadAgainAt && !state.isLoading) { state.loadAgainAt = 0; loadMatrix(); }
  const silence = (now - state.heardAt) / 1000, age = (now - state.freshAt) / 1000;
  const isStale = state.heardAt > 0 && (silence > 12 || state.serverStale);
  const live = $("live");
  const word = state.heardAt === 0 ? "wait" : isStale ? "stale" : "live";
  if (live.dataset.state !== word) {
    live.dataset.state = word;
    live.querySelector("b").textContent = { wait: "Connecting", stale: "Stale", live: "Live" }[word];
  }
  const asOf = new Date(Date.now() - (now - state.freshAt));
  $("age").textContent = state.freshAt > 0 ? "as of " + asOf.toLocaleTimeString("en-GB") + ", " + ago(age) + " ago" : "";
  $("stale").hidden = !isStale;
  if (isStale) $("stale").textContent = silence > 12
    ? "No data from stockd for " + ago(silence) + ". The numbers below may be out of date. The page keeps trying to reconnect."
    : "stockd runs but is not up to date: it is recovering, or it cannot reach Kafka. The numbers below are from " + ago(age) + " ago.";
}
const ago = (seconds) => seconds < 90 ? Math.round(seconds) + " s" : seconds < 5400 ? Math.round(seconds / 60) + " min" : Math.round(seconds / 3600) + " h";

function setTheme(theme) { document.documentElement.dataset.theme = theme; }
const dark = matchMedia("(prefers-color-scheme: dark)");
setTheme(localStorage.getItem("stockd-theme") || (dark.matches ? "dark" : "light"));
dark.addEventListener("change", () => { if (!localStorage.getItem("stockd-theme")) setTheme(dark.matches ? "dark" : "light"); });
$("theme").addEventListener("click", () => {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("stockd-theme", theme);
  setTheme(theme);
});
$("search").addEventListener("input", (event) => { state.text = event.target.value.trim().toLowerCase(); arrange(true); });
$("sort").addEventListener("change", (event) => { state.sort = event.target.value; arrange(true); });
$("detail-close").addEventListener("click", () => $("detail").close());
$("login").addEventListener("close", () => { sessionStorage.setItem("stockd-token", $("token").value); $("token").value = ""; });
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/" && document.activeElement !== $("search")) { event.preventDefault(); $("search").focus(); }
  if (event.key === "Escape") {
    $("search").value = state.text = "";
    state.level = state.status = null;
    arrange(true);
  }
});
setInterval(tick, 500);
setInterval(() => { for (const product of shownProducts) if (product.changed.size) { map.draw(); break; } }, 1500);
arrange(true);
follow();
