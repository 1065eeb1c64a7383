"use strict";
// A table is sorted by the column of the button that is pressed: by numbers where most cells are one, such as "0.9 ± 0.1" or "<0.001*".
const NUMBER = /^[<>=\s]*[-\u2212+]?\d+(\.\d+)?(e[-+]?\d+)?(?=$|\s|[*†%])/i;
function sorted(table, column, down) {
  const body = table.tBodies[0];
  const text = row => (row.cells[column] ? row.cells[column].textContent : "");
  const number = row => {
    const found = text(row).trim().match(NUMBER);
    return found ? parseFloat(found[0].replace("\u2212", "-").replace(/^[<>=\s]+/, "")) : NaN;
  };
  const rows = Array.from(body.rows);
  const numeric = rows.filter(row => !Number.isNaN(number(row))).length > rows.length / 2;
  const order = numeric
    ? (a, b) => {
        const [x, y] = [number(a), number(b)];
        if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
        return down ? y - x : x - y;
      }
    : (a, b) => (down ? -1 : 1) * text(a).localeCompare(text(b), "en", { numeric: true });
  rows.sort(order).forEach(row => body.append(row));
}

document.querySelectorAll("table.sortable").forEach(table => {
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, column) => {
    head.firstElementChild.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sorted(table, column, down);
    });
  });
});

// A page that was opened from a folder may have no clipboard: then the text is selected, to be copied by hand.
async function copied(button, text) {
  button.dataset.words ??= button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    const area = button.parentElement.querySelector("textarea") ?? document.createElement("textarea");
    area.value = text;
    area.setAttribute("aria-label", "Text to copy");
    button.after(area);
    area.select();
    button.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl-C";
    if (button.textContent === "Copied") area.remove();
  }
  setTimeout(() => { button.textContent = button.dataset.words; }, 2000);
}

document.querySelectorAll("[data-copy-table]").forEach(button => {
  button.addEventListener("click", () => {
    const table = button.parentElement.nextElementSibling.querySelector("table");
    // A spreadsheet would compute what begins with "=" or "@".
    const cell = ({ textContent }) => textContent.trim().replace(/^(?=[=@])/, "'");
    const lines = Array.from(table.rows, row => Array.from(row.cells, cell).join("\t"));
    copied(button, lines.join("\n") + "\n");
  });
});
document.querySelectorAll("[data-copy-latex]").forEach(button => {
  const latex = button.parentElement.querySelector("template.latex").content.textContent;
  button.addEventListener("click", () => copied(button, latex));
});

// On paper, nothing can be opened.
addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach(part => {
  part.open = true;
  part.dataset.closed = "";
}));
addEventListener("afterprint", () => document.querySelectorAll("details[data-closed]").forEach(part => {
  part.open = false;
  delete part.dataset.closed;
}));

