// Opens a page in a headless Chromium and tries it, over the DevTools protocol. Usage: report.mjs CHROMIUM PAGE.html AXE.js
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, page, axe] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "page-"));
const browser = spawn(chromium, [
  "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank",
]);
const failures = [];
const check = (what, holds) => {
  console.log(`${holds ? "ok" : "FAILED"}  ${what}`);
  if (!holds) failures.push(what);
};

try {
  const address = await new Promise((resolve, reject) => {
    let said = "";
    browser.stderr.on("data", part => {
      said += part;
      const found = said.match(/DevTools listening on (ws:\S+)/);
      if (found) resolve(found[1]);
    });
    browser.on("exit", () => reject(new Error(`the browser ended: ${said}`)));
    setTimeout(() => reject(new Error(`no browser after 60 s: ${said}`)), 60000).unref();
  });
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
  let last = 0;
  const open = new Map();
  const events = [];
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.id === undefined) { events.push(message); return; }
    const { resolve, reject } = open.get(message.id);
    open.delete(message.id);
    message.error ? reject(new Error(message.error.message)) : resolve(message.result);
  };
  const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
    last += 1;
    open.set(last, { resolve, reject });
    socket.send(JSON.stringify({ id: last, method, params, sessionId }));
  });
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const call = (method, params) => send(method, params, sessionId);
  const value = async expression => {
    const found = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (found.exceptionDetails) throw new Error(JSON.stringify(found.exceptionDetails));
    return found.result.value;
  };
  for (const part of ["Page", "Runtime", "Log", "Network"]) await call(`${part}.enable`);
  const url = pathToFileURL(page).href;
  const started = Date.now();
  await call("Page.navigate", { url });
  for (;;) {
    if (await value("document.readyState") === "complete" && await value("location.href") === url) break;
    if (Date.now() - started > 30000) throw new Error("the page does not load");
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  console.log(`    loaded in ${Date.now() - started} ms, ${readFileSync(page).length} bytes`);

  const requests = events.filter(e => e.method === "Network.requestWillBeSent").map(e => e.params.request.url);
  check("nothing is fetched but the page", requests.every(r => r === url || r.startsWith("data:")));

  const sorted = await value(`(() => {
    const table = document.querySelector("#tables table.sortable") || document.querySelector("table.sortable");
    const column = table.tHead.rows[0].cells.length > 1 ? 1 : 0;
    const button = table.tHead.rows[0].cells[column].firstElementChild;
    const cells = () => Array.from(table.tBodies[0].rows, row => row.cells[column].textContent);
    button.click();
    const up = cells();
    const sort = button.parentElement.getAttribute("aria-sort");
    button.click();
    return { up, down: cells(), sort };
  })()`);
  const number = text => parseFloat(text.replace("\u2212", "-").replace(/^[<>=\s]+/, ""));
  const known = sorted.up.map(number).filter(n => !Number.isNaN(n));
  check("a table sorts by numbers, up", sorted.sort === "ascending" && known.every((n, i) => i === 0 || known[i - 1] <= n));
  const down = sorted.down.map(number).filter(n => !Number.isNaN(n));
  check("and down", down.every((n, i) => i === 0 || down[i - 1] >= n));

  const scans = await value(`document.querySelectorAll(".scan").length`);
  const shown = `Array.from(document.querySelectorAll(".scan")).filter(s => !s.hidden).map(s => s.dataset.scan).join()`;
  if (scans > 1) {
    const first = await value(shown);
    const second = await value(`document.getElementById("next").click(), ${shown}`);
    const names = await value(`Array.from(document.querySelectorAll(".scan"), s => s.dataset.scan)`);
    check("one scan is shown, and the button shows the next", first === names[0] && second === names[1]);
    await value(`document.getElementById("scan").focus()`);
    for (const type of ["keyDown", "keyUp"]) {
      await call("Input.dispatchKeyEvent", { type, key: "ArrowUp", code: "ArrowUp", windowsVirtualKeyCode: 38 });
    }
    check("an arrow key goes back", await value(shown) === names[0]);
  }
  const loaded = await value(`Array.from(document.images).every(i => i.complete && i.naturalWidth > 0)`);
  check("all pictures are shown", loaded);

  await value(readFileSync(axe, "utf8") + "; true");
  for (const scheme of ["light", "dark"]) {
    await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    const found = await value(`axe.run().then(r => r.violations.map(v => v.impact + ": " + v.id + " " + v.nodes[0].html.slice(0, 100)))`);
    found.forEach(line => console.log(`    ${scheme}: ${line}`));
    check(`axe-core finds nothing serious, ${scheme}`, !found.some(line => /^(serious|critical)/.test(line)));
  }
  await call("Emulation.setEmulatedMedia", { features: [] });

  await call("Emulation.setDeviceMetricsOverride", { width: 320, height: 640, deviceScaleFactor: 1, mobile: true });
  const width = await value("document.documentElement.scrollWidth");
  check(`320 pixels are enough (${width})`, width <= 320);
  await call("Emulation.clearDeviceMetricsOverride");

  await value(`addEventListener("beforeprint", () => { window.closed_in_print = document.querySelectorAll("details:not([open])").length; }), 0`);
  const printed = await call("Page.printToPDF", { printBackground: true });
  check("it prints", Buffer.from(printed.data, "base64").subarray(0, 5).toString() === "%PDF-");
  check("closed parts are open on paper, and closed again", await value(`window.closed_in_print === 0 && document.querySelectorAll("details[open]").length === 0`));
  await call("Emulation.setEmulatedMedia", { media: "print" });
  const all = await value(`Array.from(document.querySelectorAll(".scan")).every(s => getComputedStyle(s).display !== "none")`);
  check("all scans are printed", all);

  const errors = events.filter(e => e.method === "Runtime.exceptionThrown" || (e.method === "Log.entryAdded" && e.params.entry.level === "error")
    || (e.method === "Runtime.consoleAPICalled" && e.params.type === "error"));
  errors.forEach(e => console.log(`    ${JSON.stringify(e.params).slice(0, 300)}`));
  check("the console has no error", errors.length === 0);
  await send("Browser.close").catch(() => {});
} finally {
  browser.kill();
  await new Promise(resolve => { browser.exitCode === null ? browser.once("exit", resolve) : resolve(); });
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
if (failures.length > 0) process.exit(1);
