// The slices of a scan: sliders, keys, clicks, masks.
import { check, pause, until } from "./browser.mjs";

// A number that changes with the picture of a canvas.
const SEEN = `(place => {
  const canvas = document.querySelectorAll(".viewer canvas")[place];
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 1) sum = (sum * 31 + data[i]) % 1000000007;
  return sum;
})`;

export async function tryViewer(page) {
  const { value, press, call } = page;
  const seen = place => value(`${SEEN}(${place})`);
  await until("a picture is shown", () => value(`document.querySelectorAll(".viewer canvas").length > 0 && document.querySelector(".viewer canvas").width > 300`));
  await pause(300);
  const first = await seen(0);
  const caption = `document.querySelector(".viewer figcaption span").textContent`;
  const words = await value(caption);
  await value(`(() => { const s = document.querySelector(".viewer figure input"); s.value = 0; s.dispatchEvent(new Event("input")); })()`);
  await pause(300);
  check("the slider moves, and the picture changes", await seen(0) !== first && await value(caption) !== words);
  const before = await value(caption);
  await value(`document.querySelector(".viewer canvas").focus()`);
  await press("ArrowRight", 39);
  await pause(300);
  check("an arrow key shows the next slice", await value(caption) !== before);

  const last = `Array.from(document.querySelectorAll(".viewer figcaption span")).pop().textContent`;
  const depth = await value(last);
  const box = await value(`(() => { const c = document.querySelector(".viewer canvas"); c.scrollIntoView({ block: "center" }); const b = c.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })()`);
  for (const type of ["mousePressed", "mouseReleased"]) {
    await call("Input.dispatchMouseEvent", { type, x: box[0] + box[2] * 0.3, y: box[1] + box[3] * 0.2, button: "left", buttons: 1, clickCount: 1 });
  }
  await pause(300);
  check("a click moves the other planes", await value(last) !== depth);

  const outlined = await seen(0);
  const all = `document.querySelectorAll(".viewer .masks input")`;
  check("masks can be chosen", await value(`${all}.length`) > 0);
  await value(`${all}.forEach(tick => { tick.checked = false; tick.dispatchEvent(new Event("input")); })`);
  await pause(300);
  const bare = await seen(0);
  check("masks are drawn", bare !== outlined);
  await value(`${all}.forEach(tick => { tick.checked = true; tick.dispatchEvent(new Event("input")); })`);
  await value(`(() => { const s = document.querySelector(".viewer .controls > label select"); const c = Array.from(document.querySelectorAll(".viewer .controls select")).find(s => s.options[1].textContent === "area"); c.selectedIndex = 1; c.dispatchEvent(new Event("input")); })()`);
  await pause(300);
  const filled = await seen(0);
  check("also as areas", filled !== bare && filled !== outlined);
}
