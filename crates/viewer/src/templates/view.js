// The page of `rsom view`: slices come from the server when they are looked at.
class ServerSource {
  constructor(scan, description) {
    this.scan = scan;
    this.description = description;
  }
  async slice(image, plane, index) {
    const answer = await fetch(`${this.scan}/${this.description.reading}/${image}/${plane.name}/${index}`);
    if (!answer.ok) throw new Error(await answer.text());
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const { size, images } = this.description;
    const pixels = size[plane.across] * size[plane.down] * (images[image] ? images[image].channels : 0);
    return { pixels: bytes.subarray(0, pixels), bits: bytes.subarray(pixels) };
  }
}

const choice = document.getElementById("scan");
const place = document.getElementById("place");
let open = null;
let wanted = 0;
async function show() {
  wanted += 1;
  const now = wanted;
  if (open) { open.close(); open = null; }
  place.textContent = "Reading the scan …";
  const lines = document.getElementById("left-out");
  lines.replaceChildren();
  try {
    const answer = await fetch(`${choice.value}/view`);
    if (!answer.ok) throw new Error(await answer.text());
    const description = await answer.json();
    if (now !== wanted) return;
    lines.append(...description.left_out.map(line => element("li", { textContent: `Not shown: ${line}` })));
    if (!description.size) { place.textContent = "Nothing of this scan can be shown."; return; }
    open = new Viewer(place, new ServerSource(choice.value, description));
  } catch (error) {
    place.textContent = `${error.message}. Is 'rsom view' still running?`;
  }
}
function step(by) {
  choice.selectedIndex = (choice.selectedIndex + by + choice.length) % choice.length;
  show();
}
choice.addEventListener("change", show);
document.getElementById("previous").addEventListener("click", () => step(-1));
document.getElementById("next").addEventListener("click", () => step(1));
fetch("scans").then(answer => answer.json()).then(names => {
  choice.append(...names.map((name, number) => element("option", { value: String(number), textContent: name })));
  show();
});
