// Shows images and masks of one scan in three planes. What it shows comes from a source:
// `description` (size, spacing_mm, images, masks), `step` (every how many voxels one is there), and
// `slice(image, plane, index)`, a promise of { pixels, bits }: the channels of each pixel, and eight masks in each byte.
const PLANES = [
  { name: "bscan", title: "B-scan", across: 0, down: 2, along: 1 },
  { name: "side", title: "Side view", across: 1, down: 2, along: 0 },
  { name: "enface", title: "From above", across: 0, down: 1, along: 2 },
];
const AXES = ["x", "y", "z"];
// Okabe and Ito's colors, brightest first: images are dark. The reference is white.
const MASK_COLORS = ["#e69f00", "#56b4e9", "#f0e442", "#009e73", "#d55e00", "#cc79a7", "#0072b2"];
const MASK_DASHES = [[], [7, 3], [2, 3]];

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

// A preview in a page: all B-scans as tiles of one picture.
class PreviewSource {
  constructor(preview) {
    this.description = preview;
    this.step = preview.step;
    this.size = preview.size.map((size, axis) => Math.ceil(size / preview.step[axis]));
    this.preview = preview;
    this.decoded = new Map();
  }
  // The picture of an address, or the bytes of masks: `data` with `bytes` of each pixel.
  once(text, decode) {
    if (!this.decoded.has(text)) this.decoded.set(text, decode(text));
    return this.decoded.get(text);
  }
  static async picture(address) {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const canvas = element("canvas", { width: picture.naturalWidth, height: picture.naturalHeight });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height).data;
  }
  static async masks(text) {
    const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  async slice(image, plane, index) {
    const { pictures, mask_pictures: masks, pitch, columns, images } = this.preview;
    const channels = images[image] ? images[image].channels : 0;
    const picture = channels > 0 ? await this.once(pictures[image], PreviewSource.picture) : null;
    const planes = await Promise.all(masks.map(text => this.once(text, PreviewSource.masks)));
    const row = columns * pitch[0];
    const [width, height] = [this.size[plane.across], this.size[plane.down]];
    const pixels = new Uint8Array(width * height * channels);
    const bits = new Uint8Array(width * height * planes.length);
    const at = [0, 0, 0];
    at[plane.along] = index;
    for (let down = 0; down < height; down += 1) {
      at[plane.down] = down;
      for (let across = 0; across < width; across += 1) {
        at[plane.across] = across;
        const [x, y, z] = at;
        const from = (Math.floor(y / columns) * pitch[1] + z) * row + (y % columns) * pitch[0] + x;
        const to = down * width + across;
        for (let c = 0; c < channels; c += 1) pixels[to * channels + c] = picture[from * 4 + c];
        planes.forEach((bytes, place) => { bits[to * planes.length + place] = bytes[from]; });
      }
    }
    return { pixels, bits };
  }
}

class Viewer {
  // Builds the viewer in an element.
  constructor(place, source) {
    this.source = source;
    const { size, images, masks, spacing_mm: spacing } = source.description;
    this.step = source.step ?? [1, 1, 1];
    this.size = source.size ?? size;
    this.spacing = (spacing ?? [1, 1, 1]).map((mm, axis) => mm * this.step[axis]);
    this.at = this.size.map(extent => Math.floor(extent / 2));
    this.image = 0;
    this.stretch = 1;
    this.window = [0, 255];
    this.opacity = 0.4;
    this.isFilled = false;
    const first = masks.findIndex(mask => !mask.reference);
    this.masks = masks.map((mask, index) => ({
      ...mask,
      index,
      isShown: mask.reference || index === first,
      color: mask.reference ? "#ffffff" : MASK_COLORS[this.number(masks, index) % MASK_COLORS.length],
      dash: MASK_DASHES[Math.floor(this.number(masks, index) / MASK_COLORS.length) % MASK_DASHES.length],
    }));
    // A plane of one row shows nothing.
    this.planes = PLANES.filter(plane => this.size[plane.across] > 1 && this.size[plane.down] > 1);
    if (this.planes.length === 0) this.planes = [PLANES[0]];
    this.panels = this.planes.map(plane => this.panel(plane));
    place.replaceChildren(element("div", { className: "viewer" },
      this.controls(images), element("div", { className: "planes" }, ...this.panels.map(panel => panel.figure))));
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(place);
    this.draw();
  }
  number(masks, index) {
    return masks.slice(0, index).filter(mask => !mask.reference).length;
  }
  close() {
    this.watch.disconnect();
  }

  panel(plane) {
    const canvas = element("canvas", { tabIndex: 0, role: "img" });
    const slider = element("input", { type: "range", min: 0, max: this.size[plane.along] - 1, value: this.at[plane.along] });
    slider.setAttribute("aria-label", `${plane.title}: ${AXES[plane.along]}`);
    const words = element("span");
    const figure = element("figure", { className: `plane plane-${plane.name}` }, canvas,
      element("figcaption", {}, words, slider));
    const panel = { plane, canvas, slider, words, figure, wanted: 0, shown: 0 };
    slider.addEventListener("input", () => this.go(plane.along, Number(slider.value)));
    canvas.addEventListener("keydown", event => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -1e9, End: 1e9 }[event.key];
      if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.go(plane.along, this.at[plane.along] + by);
    });
    const point = event => {
      const box = canvas.getBoundingClientRect();
      for (const [axis, share] of [[plane.across, (event.clientX - box.left) / box.width], [plane.down, (event.clientY - box.top) / box.height]]) {
        this.at[axis] = Math.max(0, Math.min(this.size[axis] - 1, Math.floor(share * this.size[axis])));
      }
      this.draw();
    };
    canvas.addEventListener("pointerdown", event => { if (event.button === 0) { canvas.setPointerCapture(event.pointerId); point(event); } });
    canvas.addEventListener("pointermove", event => { if (event.buttons === 1 && canvas.hasPointerCapture(event.pointerId)) point(event); });
    return panel;
  }

  controls(images) {
    const box = element("div", { className: "controls" });
    const changed = (control, change) => { control.addEventListener("input", () => { change(control); this.draw(); }); return control; };
    const labelled = (words, control) => element("label", {}, `${words} `, control);
    if (images.length > 1) {
      const choice = changed(element("select"), c => { this.image = c.selectedIndex; });
      choice.append(...images.map(image => element("option", { textContent: image.name })));
      box.append(labelled("Image", choice));
    }
    if (this.masks.length > 0) {
      const list = element("fieldset", { className: "masks" }, element("legend", { textContent: "Masks" }));
      for (const mask of this.masks) {
        const tick = changed(element("input", { type: "checkbox", checked: mask.isShown }), c => { mask.isShown = c.checked; });
        const swatch = element("span", { className: "swatch" });
        swatch.style.backgroundColor = mask.color;
        list.append(element("label", {}, tick, swatch, mask.name));
      }
      const shape = changed(element("select"), c => { this.isFilled = c.selectedIndex === 1; });
      shape.append(element("option", { textContent: "outline" }), element("option", { textContent: "area" }));
      const opacity = changed(element("input", { type: "range", min: 5, max: 100, value: 100 * this.opacity }), c => { this.opacity = c.value / 100; });
      box.append(list, labelled("Show as", shape), labelled("Opacity of areas", opacity));
    }
    const range = (words, value, change) => labelled(words, changed(element("input", { type: "range", min: 0, max: 255, value }), change));
    const stretch = changed(element("select"), c => { this.stretch = [1, 2, 4][c.selectedIndex]; });
    // Without the size of voxels, nothing can be true to scale.
    stretch.append(...[this.source.description.spacing_mm ? "true to scale" : "as voxels (size unknown)", "2 ×", "4 ×"].map(words => element("option", { textContent: words })));
    box.append(
      range("Black", 0, c => { this.window[0] = Number(c.value); }),
      range("White", 255, c => { this.window[1] = Number(c.value); }),
      labelled("Depth", stretch));
    return box;
  }

  go(axis, to) {
    this.at[axis] = Math.max(0, Math.min(this.size[axis] - 1, to));
    this.draw();
  }

  // Draws all planes; a plane that is still drawn is drawn once more when it is ready.
  draw() {
    this.panels.forEach(panel => {
      panel.wanted += 1;
      if (!panel.isBusy) this.drawn(panel);
    });
  }
  async drawn(panel) {
    panel.isBusy = true;
    while (panel.shown !== panel.wanted) {
      const wanted = panel.wanted;
      const index = this.at[panel.plane.along];
      try {
        const slice = await this.source.slice(this.image, panel.plane, index);
        this.paint(panel, slice, index);
      } catch (error) {
        panel.words.textContent = `${panel.plane.title}: ${error.message || "the picture cannot be read"}`;
      }
      panel.shown = wanted;
    }
    panel.isBusy = false;
  }

  // The place of a voxel in the whole scan.
  whole(axis, index) {
    const step = this.step[axis];
    return Math.min(index * step + Math.floor((step - 1) / 2), this.source.description.size[axis] - 1);
  }

  paint(panel, { pixels, bits }, index) {
    const { plane, canvas, figure } = panel;
    const [width, height] = [this.size[plane.across], this.size[plane.down]];
    const stretch = plane.down === 2 ? this.stretch : 1;
    const aspect = (height * this.spacing[plane.down] * stretch) / (width * this.spacing[plane.across]);
    const space = Math.max(figure.clientWidth, 60);
    // Neither higher than a screen nor thinner than a line.
    let [shownWidth, shownHeight] = [space, space * aspect];
    if (shownHeight > 480) [shownWidth, shownHeight] = [Math.max(480 / aspect, 24), 480];
    shownHeight = Math.max(shownHeight, 24);
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(shownWidth * ratio);
    canvas.height = Math.round(shownHeight * ratio);
    canvas.style.width = `${shownWidth}px`;
    canvas.style.height = `${shownHeight}px`;
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(this.gray(pixels, width, height), 0, 0, canvas.width, canvas.height);
    const scale = [canvas.width / width, canvas.height / height];
    const planes = Math.ceil(this.masks.length / 8);
    for (const mask of this.masks.filter(mask => mask.isShown)) {
      const isIn = (across, down) => across >= 0 && down >= 0 && across < width && down < height
        && (bits[(down * width + across) * planes + (mask.index >> 3)] >> (mask.index & 7)) % 2 === 1;
      if (this.isFilled) context.drawImage(this.area(mask, isIn, width, height), 0, 0, canvas.width, canvas.height);
      else this.outline(context, mask, isIn, width, height, scale, ratio);
    }
    this.marks(context, plane, scale, ratio);
    const at = this.whole(plane.along, index);
    const all = this.source.description.size[plane.along];
    panel.slider.value = index;
    panel.words.textContent = `${plane.title}, ${AXES[plane.along]} = ${at} of 0 to ${all - 1}`;
    canvas.setAttribute("aria-label", panel.words.textContent);
  }

  gray(pixels, width, height) {
    const picture = element("canvas", { width, height });
    const context = picture.getContext("2d");
    const data = context.createImageData(width, height);
    const channels = pixels.length / (width * height);
    const [low, high] = this.window;
    const value = byte => ((byte - low) * 255) / Math.max(high - low, 1);
    for (let pixel = 0; pixel < width * height; pixel += 1) {
      for (let c = 0; c < 3; c += 1) {
        data.data[pixel * 4 + c] = channels === 0 ? 0 : value(pixels[pixel * channels + (channels === 3 ? c : 0)]);
      }
      data.data[pixel * 4 + 3] = 255;
    }
    context.putImageData(data, 0, 0);
    return picture;
  }

  area(mask, isIn, width, height) {
    const picture = element("canvas", { width, height });
    const context = picture.getContext("2d");
    const data = context.createImageData(width, height);
    const color = [1, 3, 5].map(start => parseInt(mask.color.slice(start, start + 2), 16));
    for (let down = 0; down < height; down += 1) {
      for (let across = 0; across < width; across += 1) {
        if (isIn(across, down)) data.data.set([...color, 255 * this.opacity], (down * width + across) * 4);
      }
    }
    context.putImageData(data, 0, 0);
    return picture;
  }

  // Along the edges of the voxels, so that it says which voxels are in. Edges in a row are one line, else no dash would be seen.
  outline(context, mask, isIn, width, height, [sx, sy], ratio) {
    context.beginPath();
    for (let down = 0; down <= height; down += 1) {
      for (let from = 0; from < width; from += 1) {
        if (isIn(from, down) === isIn(from, down - 1)) continue;
        let to = from;
        while (to < width && isIn(to, down) !== isIn(to, down - 1)) to += 1;
        context.moveTo(from * sx, down * sy);
        context.lineTo(to * sx, down * sy);
        from = to;
      }
    }
    for (let across = 0; across <= width; across += 1) {
      for (let from = 0; from < height; from += 1) {
        if (isIn(across, from) === isIn(across - 1, from)) continue;
        let to = from;
        while (to < height && isIn(across, to) !== isIn(across - 1, to)) to += 1;
        context.moveTo(across * sx, from * sy);
        context.lineTo(across * sx, to * sy);
        from = to;
      }
    }
    context.setLineDash(mask.dash.map(length => length * ratio));
    context.lineWidth = 1.5 * ratio;
    context.strokeStyle = mask.color;
    context.stroke();
  }

  // Where the other planes cut this one, at its borders.
  marks(context, plane, [sx, sy], ratio) {
    const { width, height } = context.canvas;
    const [x, y] = [(this.at[plane.across] + 0.5) * sx, (this.at[plane.down] + 0.5) * sy];
    const long = Math.min(8 * ratio, width / 3, height / 3);
    context.beginPath();
    for (const [from, to] of [[[x, 0], [x, long]], [[x, height], [x, height - long]], [[0, y], [long, y]], [[width, y], [width - long, y]]]) {
      context.moveTo(...from);
      context.lineTo(...to);
    }
    context.setLineDash([]);
    context.lineWidth = 2 * ratio;
    context.strokeStyle = "#ff4d4d";
    context.stroke();
  }
}
