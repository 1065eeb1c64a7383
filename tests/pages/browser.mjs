// A headless Chromium, driven over the DevTools protocol.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const failures = [];
export function check(what, holds) {
  console.log(`${holds ? "ok" : "FAILED"}  ${what}`);
  if (!holds) failures.push(what);
}

export const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

// Waits until a condition holds.
export async function until(what, condition, ms = 30000) {
  for (const end = Date.now() + ms; !(await condition());) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(20);
  }
}

// Opens a page in a new browser, tries it, and ends the process with 1 if a check failed.
export async function withPage(chromium, url, attempt) {
  const profile = mkdtempSync(join(tmpdir(), "page-"));
  const browser = spawn(chromium, [
    "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank",
  ]);
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
    const page = await connected(address, profile);
    const started = Date.now();
    await page.call("Page.navigate", { url });
    await until("the page is loaded", async () => await page.value("document.readyState") === "complete" && await page.value("location.href") === url);
    console.log(`    loaded in ${Date.now() - started} ms`);
    await attempt(page);
    const errors = page.events.filter(e => e.method === "Runtime.exceptionThrown" || (e.method === "Log.entryAdded" && e.params.entry.level === "error")
      || (e.method === "Runtime.consoleAPICalled" && e.params.type === "error"));
    errors.forEach(e => console.log(`    ${JSON.stringify(e.params).slice(0, 300)}`));
    check("the console has no error", errors.length === 0);
    await page.send("Browser.close").catch(() => {});
  } finally {
    browser.kill();
    await new Promise(resolve => { browser.exitCode === null ? browser.once("exit", resolve) : resolve(); });
    // Processes of the browser may still write; what is left lies among temporary files.
    try { rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }); } catch { console.log(`    left: ${profile}`); }
  }
  if (failures.length > 0) process.exit(1);
}

async function connected(address, profile) {
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
  const press = async (key, windowsVirtualKeyCode, text) => {
    for (const type of ["keyDown", "keyUp"]) await call("Input.dispatchKeyEvent", { type, key, code: key, windowsVirtualKeyCode, text: type === "keyDown" ? text : undefined });
  };
  for (const part of ["Page", "Runtime", "Log", "Network", "DOM"]) await call(`${part}.enable`);
  await send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: profile });
  return { send, call, value, press, events, downloads: profile };
}

// What axe-core finds, in light and in dark.
export async function accessible(page, axe) {
  await page.value(axe + "; true");
  for (const scheme of ["light", "dark"]) {
    await page.call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    const found = await page.value(`axe.run().then(r => r.violations.map(v => v.impact + ": " + v.id + " " + v.nodes[0].html.slice(0, 100)))`);
    found.forEach(line => console.log(`    ${scheme}: ${line}`));
    check(`axe-core finds nothing serious, ${scheme}`, !found.some(line => /^(serious|critical)/.test(line)));
  }
  await page.call("Emulation.setEmulatedMedia", { features: [] });
}

export async function narrow(page) {
  await page.call("Emulation.setDeviceMetricsOverride", { width: 320, height: 640, deviceScaleFactor: 1, mobile: true });
  await pause(200);
  const width = await page.value("document.documentElement.scrollWidth");
  check(`320 pixels are enough (${width})`, width <= 320);
  await page.call("Emulation.clearDeviceMetricsOverride");
}
