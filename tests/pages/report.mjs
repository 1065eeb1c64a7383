// Opens a page of a study and tries it. Usage: report.mjs CHROMIUM PAGE.html AXE.js
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { accessible, check, narrow, pause, until, withPage } from "./browser.mjs";
import { tryViewer } from "./viewer.mjs";

const [chromium, file, axe] = process.argv.slice(2);
const url = pathToFileURL(file).href;
console.log(`    ${statSync(file).size} bytes`);

// Slices, marks and the order of the scans, where the study has them.
async function tryScans(page) {
  if (await page.value(`document.querySelectorAll(".view-place:not(:empty)").length`) === 0) return;
  await tryViewer(page);
  const name = await page.value(`shown().dataset.scan`);
  await page.value(`document.querySelector(".viewer canvas").focus()`);
  await page.press("d", 68, "d");
  await page.value(`(() => { const n = document.getElementById("note"); n.value = 'a "note", with a comma'; n.dispatchEvent(new Event("input", { bubbles: true })); })()`);
  await page.press("g", 71, "g");
  check("letters mark a scan", await page.value(`document.querySelector('#marks input[value="good"]').checked`));
  await page.value(`document.getElementById("save-marks").click()`);
  const saved = join(page.downloads, "marks.csv");
  await until("the marks are saved", async () => existsSync(saved));
  check("marks are saved as CSV", readFileSync(saved, "utf8") .startsWith("scan,quality,note\n")
    && readFileSync(saved, "utf8").includes(`\n${name},good,"a ""note"", with a comma"\n`));
  writeFileSync(saved, `quality,scan\nbad,${name}\ngood,unknown\n`);
  const { root } = await page.call("DOM.getDocument");
  const { nodeId } = await page.call("DOM.querySelector", { nodeId: root.nodeId, selector: "#read-marks" });
  await page.call("DOM.setFileInputFiles", { nodeId, files: [saved] });
  await pause(300);
  check("marks are read again, and what is not read is named", await page.value(`document.querySelector('#marks input[value="bad"]').checked`)
    && (await page.value(`document.getElementById("marked").textContent`)).endsWith("not read: unknown"));
  if (await page.value(`document.getElementById("ordering").hidden`)) return;
  const sorted = await page.value(`(() => {
    const by = document.getElementById("order");
    const mean = scan => { const v = measures.scans[scan].map(row => row.values[0]).filter(v => v !== null); return v.reduce((a, b) => a + b, 0) / v.length; };
    const names = () => Array.from(choice.options, o => o.textContent).map(mean);
    by.value = "1"; by.dispatchEvent(new Event("change"));
    const up = names();
    by.value = "-1"; by.dispatchEvent(new Event("change"));
    return { up, down: names(), cells: document.querySelectorAll(".scan:not([hidden]) .measures-place td").length };
  })()`);
  const grows = list => list.every((v, i) => i === 0 || list[i - 1] <= v);
  check("scans are sorted by a measure, up and down", sorted.up.length > 1 && grows(sorted.up) && grows(sorted.down.toReversed()));
  check("and their measures are shown", sorted.cells > 0);
  await page.value(`(() => { const by = document.getElementById("order"); by.value = "0"; by.dispatchEvent(new Event("change")); })()`);
}

await withPage(chromium, url, async page => {
  const requests = page.events.filter(e => e.method === "Network.requestWillBeSent").map(e => e.params.request.url);
  // A page in a folder reads the files beside it.
  const own = url.endsWith("/index.html") ? url.slice(0, -"index.html".length) : url;
  check("nothing is fetched but the page", requests.every(r => r.startsWith(own) || r.startsWith("data:")));

  const sorted = await page.value(`(() => {
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

  const scans = await page.value(`document.querySelectorAll(".scan").length`);
  const shown = `Array.from(document.querySelectorAll(".scan")).filter(s => !s.hidden).map(s => s.dataset.scan).join()`;
  if (scans > 1) {
    const first = await page.value(shown);
    const second = await page.value(`document.getElementById("next").click(), ${shown}`);
    const names = await page.value(`Array.from(document.querySelectorAll(".scan"), s => s.dataset.scan)`);
    check("one scan is shown, and the button shows the next", first === names[0] && second === names[1]);
    await page.value(`document.getElementById("scan").focus()`);
    for (const type of ["keyDown", "keyUp"]) {
      await page.call("Input.dispatchKeyEvent", { type, key: "ArrowUp", code: "ArrowUp", windowsVirtualKeyCode: 38 });
    }
    check("an arrow key goes back", await page.value(shown) === names[0]);
  }
  // Pictures beside a page are read when they come into sight.
  await page.value(`Promise.all(Array.from(document.images, i => { i.loading = "eager"; return i.decode().catch(() => {}); })).then(() => 0)`);
  const loaded = await page.value(`Array.from(document.images).every(i => i.complete && i.naturalWidth > 0)`);
  check("all pictures are shown", loaded);

  await tryScans(page);
  await accessible(page, readFileSync(axe, "utf8"));
  await narrow(page);

  await page.value(`addEventListener("beforeprint", () => { window.closed_in_print = document.querySelectorAll("details:not([open])").length; }), 0`);
  const printed = await page.call("Page.printToPDF", { printBackground: true });
  check("it prints", Buffer.from(printed.data, "base64").subarray(0, 5).toString() === "%PDF-");
  check("closed parts are open on paper, and closed again", await page.value(`window.closed_in_print === 0 && document.querySelectorAll("details[open]").length === 0`));
  await page.call("Emulation.setEmulatedMedia", { media: "print" });
  const all = await page.value(`Array.from(document.querySelectorAll(".scan")).every(s => getComputedStyle(s).display !== "none")`);
  check("all scans are printed", all);
  const stills = await page.value(`Array.from(document.querySelectorAll(".scan:has(.view-place)"), s => {
    const picture = s.querySelector(".still img");
    return Boolean(s.querySelector("script.view") || s.dataset.view) === Boolean(picture && picture.naturalWidth > 0 && picture.getBoundingClientRect().height > 20);
  }).every(Boolean)`);
  check("each with a picture of its slices", stills);
  const measured = await page.value(`scans.filter(s => rowsOf(s).length > 0).every(s => s.querySelectorAll(".measures-place td").length > 0)`);
  check("and with its measures", measured);
  const broken = await page.value(`Array.from(document.querySelectorAll("td.number"), cell => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return new Set(Array.from(range.getClientRects(), r => Math.round(r.top))).size;
  }).filter(lines => lines > 1).length`);
  check("no number breaks into two lines", broken === 0);
  // A page of A4 without its margins.
  const high = await page.value(`Math.max(0, ...Array.from(document.querySelectorAll("figure img"), f => f.getBoundingClientRect().height))`);
  check(`no figure is cut by the end of a page (${Math.round(high)} of 945 pixels)`, high < 945);
});
