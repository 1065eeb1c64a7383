// Opens the address of `rsom view` and tries it. Usage: view.mjs CHROMIUM ADDRESS AXE.js
import { readFileSync } from "node:fs";
import { accessible, check, narrow, withPage } from "./browser.mjs";
import { tryViewer } from "./viewer.mjs";

const [chromium, address, axe] = process.argv.slice(2);
await withPage(chromium, address, async page => {
  await tryViewer(page);
  const requests = page.events.filter(e => e.method === "Network.requestWillBeSent").map(e => e.params.request.url);
  check("only its own address is asked", requests.every(r => r.startsWith(address) || r.startsWith("data:")));
  await accessible(page, readFileSync(axe, "utf8"));
  await narrow(page);
});
