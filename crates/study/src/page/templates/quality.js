// Scans: one at a time, in the order of any measure, with slices, measures, and a mark for each.
const scans = Array.from(document.querySelectorAll(".scan"));
const measures = JSON.parse(document.getElementById("measures")?.textContent ?? '{"columns":[],"scans":{}}');
const views = new Map();
const awaited = new Map();

// A file beside the page hands the view of a scan over.
function receiveView(number, preview) {
  awaited.get(`views/${number}.js`)?.(preview);
}
function viewOf(scan) {
  if (!views.has(scan)) views.set(scan, readView(scan));
  return views.get(scan);
}
async function readView(scan) {
  const inside = scan.querySelector("script.view");
  if (inside) return JSON.parse(inside.textContent);
  const address = scan.dataset.view;
  if (!address) return null;
  return new Promise((resolve, reject) => {
    awaited.set(address, resolve);
    const script = element("script", { src: address });
    script.addEventListener("error", () => reject(new Error(`${address} is not beside the page`)));
    document.head.append(script);
  });
}

let open = null;
let wanted = null;
async function showView(scan) {
  wanted = scan;
  if (open) { open.close(); open.place.replaceChildren(); open = null; }
  const place = scan.querySelector(".view-place");
  try {
    const preview = await viewOf(scan);
    if (!preview || wanted !== scan || open) return;
    open = new Viewer(place, new PreviewSource(preview));
    open.place = place;
    const [across, between] = preview.step;
    const nth = step => ({ 2: "2nd", 3: "3rd" })[step] ?? `${step}th`;
    const parts = [];
    if (between > 1) parts.push(`every ${nth(between)} B-scan`);
    if (across > 1) parts.push(`every ${nth(across)} voxel along x and z`);
    if (parts.length > 0) place.append(element("p", { className: "note", textContent: `A preview: ${parts.join(", ")}.` }));
  } catch (error) {
    place.textContent = error.message;
    views.delete(scan);
  }
  // What was looked at before takes memory.
  for (const key of Array.from(views.keys()).slice(0, -3)) views.delete(key);
}

function rowsOf(scan) {
  // A scan may be called "constructor".
  const name = scan.dataset.scan;
  return Object.hasOwn(measures.scans, name) ? measures.scans[name] : [];
}
function showMeasures(scan) {
  const rows = rowsOf(scan);
  const place = scan.querySelector(".measures-place");
  if (rows.length === 0 || place.firstChild) return;
  const number = value => (value === null ? "" : String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3))).replace("-", "\u2212"));
  const cells = (name, words) => words.map(word => element(name, name === "th" ? { textContent: word, scope: "col" } : { textContent: word, className: /\d/.test(word) && !/[a-df-z]/i.test(word) ? "number" : "" }));
  place.append(element("div", { className: measures.columns.length > 13 ? "wide broad" : "wide", tabIndex: 0, role: "region", "aria-label": `Measures of ${scan.dataset.scan}` },
    element("table", {},
      element("thead", {}, element("tr", {}, ...cells("th", ["Prediction", ...measures.columns]))),
      element("tbody", {}, ...rows.map(row => element("tr", {}, ...cells("td", [row.name, ...row.values.map(number)])))))));
}

// On paper, all scans are there.
addEventListener("beforeprint", () => scans.forEach(showMeasures));

const choice = document.getElementById("scan");
function shown() {
  return scans[Number(choice.value)];
}
function show() {
  const now = shown();
  scans.forEach(scan => { scan.hidden = scan !== now; });
  showMeasures(now);
  showView(now);
  showMark();
}
function step(by) {
  choice.selectedIndex = (choice.selectedIndex + by + scans.length) % scans.length;
  show();
}

// The order of the scans: of the page, or by a measure of all predictions or of one.
function order() {
  const by = document.getElementById("order");
  const of = document.getElementById("of");
  const value = scan => {
    const rows = rowsOf(scan).filter(row => of.value === "" || row.name === of.value);
    const known = rows.map(row => row.values[Math.abs(Number(by.value)) - 1]).filter(v => v !== null && v !== undefined);
    return known.length === 0 ? NaN : known.reduce((sum, v) => sum + v, 0) / known.length;
  };
  const options = Array.from(choice.options);
  const down = Number(by.value) < 0;
  options.sort((a, b) => {
    if (by.value === "0") return Number(a.value) - Number(b.value);
    const [x, y] = [value(scans[a.value]), value(scans[b.value])];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
    return (down ? y - x : x - y) || Number(a.value) - Number(b.value);
  });
  choice.append(...options);
  choice.selectedIndex = 0;
  show();
}
function buildOrder() {
  const by = document.getElementById("order");
  const of = document.getElementById("of");
  measures.columns.forEach((title, place) => {
    by.append(element("option", { value: String(place + 1), textContent: `${title}, smallest first` }));
    by.append(element("option", { value: String(-place - 1), textContent: `${title}, largest first` }));
  });
  const predictions = new Set(Object.values(measures.scans).flat().map(row => row.name));
  of.append(...Array.from(predictions, name => element("option", { value: name, textContent: name || "scan" })));
  document.getElementById("ordering").hidden = measures.columns.length === 0;
  by.addEventListener("change", order);
  of.addEventListener("change", order);
}

// Marks stay in this browser until they are saved as a file.
const QUALITIES = ["", "good", "doubtful", "bad"];
const key = `rsom marks ${location.pathname} ${document.title}`;
const names = scans.map(scan => scan.dataset.scan);
let marks = new Map();
// Marks that this browser keeps; another tab may have changed them.
function kept() {
  try {
    const found = Object.entries(JSON.parse(localStorage.getItem(key) ?? "{}") ?? {});
    const isMark = ([, m]) => m && QUALITIES.includes(m.quality) && typeof m.note === "string";
    return new Map(found.filter(isMark));
  } catch {
    return marks;
  }
}
function change(changes) {
  marks = kept();
  for (const [name, mark] of changes) {
    if (mark.quality === "" && mark.note === "") marks.delete(name);
    else marks.set(name, mark);
  }
  // A browser may forbid it to pages of a folder: then the marks last as long as the page.
  try { localStorage.setItem(key, JSON.stringify(Object.fromEntries(marks))); } catch { /* saved as a file only */ }
  showMark();
}
function markOf(name) {
  return marks.get(name) ?? { quality: "", note: "" };
}
function mark(changed) {
  const name = shown().dataset.scan;
  change([[name, { ...markOf(name), ...changed }]]);
}
function showMark() {
  const { quality, note } = markOf(shown().dataset.scan);
  document.querySelectorAll('#marks input[name="quality"]').forEach(input => { input.checked = input.value === quality; });
  const field = document.getElementById("note");
  if (field.value !== note) field.value = note;
  const count = wanted => names.filter(name => markOf(name).quality === wanted).length;
  const parts = QUALITIES.slice(1).map(q => `${count(q)} ${q}`).join(", ");
  document.getElementById("marked").textContent = `${names.length - count("")} of ${names.length} marked: ${parts}`;
}
function csv() {
  const cell = text => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // All scans: what has no mark any more must lose it in a manifest, too.
  const rows = names.map(name => [name, markOf(name).quality, markOf(name).note.replace(/\s+/g, " ").trim()].map(cell).join(","));
  return ["scan,quality,note", ...rows, ""].join("\n");
}
function readCsv(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const row = rows[rows.length - 1];
    if (quoted) {
      if (letter === '"' && text[at + 1] === '"') { row[row.length - 1] += '"'; at += 1; }
      else if (letter === '"') quoted = false;
      else row[row.length - 1] += letter;
    } else if (letter === '"') quoted = true;
    else if (letter === ",") row.push("");
    else if (letter === "\n") rows.push([""]);
    else if (letter !== "\r") row[row.length - 1] += letter;
  }
  return rows.filter(row => row.length > 1 || row[0] !== "");
}
async function readMarks(file) {
  const said = document.getElementById("marked");
  const [head, ...rows] = readCsv((await file.text()).replace(/^\ufeff/, ""));
  const [scan, quality, note] = ["scan", "quality", "note"].map(name => (head ?? []).indexOf(name));
  if (scan < 0 || quality < 0) { said.textContent = `${file.name} has no columns scan and quality.`; return; }
  const wrong = rows.filter(row => !names.includes(row[scan]) || !QUALITIES.includes(row[quality] ?? ""));
  // An empty cell of a file says that its writer did not judge: it takes no mark away.
  const changes = rows.filter(row => !wrong.includes(row)).map(row => {
    const old = markOf(row[scan]);
    return [row[scan], { quality: row[quality] || old.quality, note: row[note] || old.note }];
  });
  change(changes);
  const read = changes.filter(([, mark]) => mark.quality !== "" || mark.note !== "").length;
  said.textContent += `; ${read} read from ${file.name}`;
  if (wrong.length > 0) said.textContent += `; not read: ${wrong.map(row => row[scan]).join(", ")}`;
}
function buildMarks() {
  marks = kept();
  const section = document.getElementById("scans");
  document.querySelectorAll('#marks input[name="quality"]').forEach(input => {
    input.addEventListener("change", () => mark({ quality: input.value }));
  });
  document.getElementById("note").addEventListener("input", event => mark({ note: event.target.value }));
  document.getElementById("save-marks").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
    const link = element("a", { href: address, download: "marks.csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  });
  const file = document.getElementById("read-marks");
  file.addEventListener("change", () => { if (file.files[0]) readMarks(file.files[0]); file.value = ""; });
  // Letters work while anything in the section has the focus, and not in a text.
  section.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input[type="text"], select, textarea')) return;
    const quality = { g: "good", d: "doubtful", b: "bad", u: "" }[event.key];
    if (quality !== undefined) mark({ quality });
    else if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else return;
    event.preventDefault();
  });
  document.getElementById("marks").hidden = false;
}

if (choice) {
  choice.addEventListener("change", show);
  document.getElementById("previous").addEventListener("click", () => step(-1));
  document.getElementById("next").addEventListener("click", () => step(1));
  buildOrder();
  buildMarks();
  show();
}
