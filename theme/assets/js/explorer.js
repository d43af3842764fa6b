// <function-explorer data-function="…">: the figure inside it, made explorable. Without script, and on paper, the figure stays.
(() => {
  const X = [-6, 6]; // the figure's own range
  const WIDTH = 480;
  const HEIGHT = 320;
  const STEP = { ArrowRight: 0.1, ArrowUp: 0.1, ArrowLeft: -0.1, ArrowDown: -0.1, PageUp: 1, PageDown: -1 };
  const SYMBOLS = { f: "f(x)", d: "f′(x)", e: "f″(x)" };

  const show = (value, digits = 6) => {
    const size = Math.abs(value);
    const plain = size === 0 || (size >= 1e-4 && size < 1e7) ? String(+value.toPrecision(digits)) : value.toExponential(digits - 1);
    return plain.replaceAll("-", "−");
  };
  // Both sides of a kink are computed by other operations, and rounded otherwise.
  const differ = (a, b) => Math.abs(a - b) > 1e-12 * Math.max(1, Math.abs(a), Math.abs(b));
  const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));
  const round = (value) => +value.toFixed(2);

  class FunctionExplorer extends HTMLElement {
    connectedCallback() {
      this.formulas = globalThis.explorable?.[this.dataset.function];
      // Its place is kept, so that it need not be there before the page can be read.
      if (this.formulas && !this.live) idle(() => this.begin());
    }

    begin() {
      if (this.live) return;
      this.words = JSON.parse(this.dataset.words);
      this.others = Object.keys(this.formulas.compare);
      this.defaults = Object.fromEntries(this.formulas.parameters.map(({ name, default: value }) => [name, value]));
      this.state = { parameters: { ...this.defaults }, x: 0, hidden: new Set(["e", ...this.others]) };
      this.start = this.text();
      this.y = this.limits();
      this.read();
      this.build();
      this.draw();
      this.setAttribute("active", "");
    }

    // The value at x and the first and second derivative on one side of it, for the parameters; for those in force if none are given. It is
    // the side away from 0: so a product that is too small to be told from 0 has the sign that it has.
    values(x, parameters = this.state.parameters) {
      const m = x < 0 ? arithmetic.left : arithmetic.right;
      const given = this.formulas.parameters.map(({ name }) => parameters[name]);
      const beside = this.formulas.stable(m, [x, 1, 0], ...given.map(m.n));
      return [this.formulas.stable(arithmetic.f64, x, ...given), beside[1], beside[2]];
    }

    // A function of an arithmetic and x.
    formula(key) {
      if (key in this.formulas.compare) return this.formulas.compare[key];
      return (m, x) => this.formulas.stable(m, x, ...this.formulas.parameters.map(({ name }) => m.n(this.state.parameters[name])));
    }

    // What a curve reads at x: one number, or those on the left and on the right where there is no derivative, since it is another one on
    // each side, or since what it is the derivative of has a kink or a jump there.
    readings(key, x) {
      const order = "fde".indexOf(key);
      const value = this.formula(key)(arithmetic.f64, x);
      if (order < 1) return [value];
      const [left, right] = [arithmetic.left, arithmetic.right].map((m) => this.formula(key)(m, [x, 1, 0]));
      const broken = differ(left[0], value) || differ(right[0], value) || left.slice(1, order + 1).some((part, k) => differ(part, right[k + 1]));
      return broken ? [left[order], right[order]] : [right[order]];
    }

    // Where the formula of a curve changes: the last number before, and the first from there on. Of two within 3 pixels one may be missed.
    borders(key) {
      const decided = (x) => arithmetic.decisions(() => this.formula(key)(arithmetic.right, [x, 1, 0]));
      const found = [];
      for (let i = 3, low = X[0]; i <= WIDTH; i += 3) {
        const next = X[0] + (i / WIDTH) * (X[1] - X[0]);
        let high = next;
        const before = decided(low);
        if (decided(high) !== before) {
          for (let x = (low + high) / 2; x !== low && x !== high; x = (low + high) / 2) [low, high] = decided(x) === before ? [x, high] : [low, x];
          found.push([low, high]);
        }
        low = next;
      }
      return found;
    }

    // The path of a curve, which has a corner at each border, and ends and begins anew at one where it jumps.
    path(key, borders) {
      const at = (x) => this.formula(key)(arithmetic.right, [x, 1, 0])[Math.max(0, "fde".indexOf(key))];
      const rest = [...borders];
      const points = [];
      for (let i = 0; i <= WIDTH; i += 3) {
        const x = X[0] + (i / WIDTH) * (X[1] - X[0]);
        while (rest.length && rest[0][1] <= x) {
          const [low, high] = rest.shift();
          const jumps = Math.abs(at(low) - at(high)) > 1e-6 * Math.max(1, Math.abs(at(low)));
          points.push(`L${this.place(low, at(low)).join(" ")}`, `${jumps ? "M" : "L"}${this.place(high, at(high)).join(" ")}`);
        }
        points.push(`L${this.place(x, at(x)).join(" ")}`);
      }
      return points.join("").replace("L", "M");
    }

    get curves() {
      return ["f", "d", "e", ...this.others];
    }

    // What is seen with the usual parameters stays the range for all: a curve that moved the axes would hide how it moves.
    limits() {
      const found = [0];
      for (let x = X[0]; x <= X[1]; x += 0.05) found.push(...this.values(x, this.defaults).slice(0, 2).filter(Number.isFinite));
      const [low, high] = [Math.min, Math.max].map((most) => clamp(most(...found), [-10, 10]));
      return [low - 0.08 * (high - low), high + 0.04 * (high - low)];
    }

    // The state, as the address holds it after `?explore=`; empty while nothing has been changed.
    text() {
      const { parameters, x, hidden } = this.state;
      const parts = Object.entries(parameters).map(([name, value]) => `${name}:${value}`);
      return [...parts, `x:${x}`, `show:${this.curves.filter((key) => !hidden.has(key)).join("+")}`].join(",");
    }

    read() {
      const told = new URLSearchParams(location.search).get("explore");
      const given = { ...this.defaults };
      for (const [key, text] of (told ?? "").split(",").map((part) => part.split(":"))) {
        if (key === "x" && Number.isFinite(+text)) this.state.x = clamp(+text, X);
        else if (key === "show") this.state.hidden = new Set(this.curves.filter((name) => !(text ?? "").split(/[+ ]/).includes(name)));
        else if (key in this.defaults && this.fits(key, text)) given[key] = +text;
      }
      if (!this.broken(given)) this.state.parameters = given;
    }

    write() {
      const address = new URL(location);
      const text = this.text();
      if (text === this.start) address.searchParams.delete("explore");
      else address.searchParams.set("explore", text);
      // In the address a comma, a colon and a plus may stand as they are. Opened as a file, a page may not change its address.
      try {
        history.replaceState(history.state, "", address.href.replace(/%2C|%3A|%2B/g, decodeURIComponent));
      } catch {}
    }

    // The first condition that values of the parameters break.
    broken(parameters) {
      const given = this.formulas.parameters.map(({ name }) => parameters[name]);
      return this.formulas.conditions.find(({ holds }) => !holds(arithmetic.f64, ...given));
    }

    // What is wrong with a value for one parameter, beside those of the others.
    fault(name, text) {
      const { domain } = this.formulas.parameters.find((parameter) => parameter.name === name);
      if (!this.fits(name, text)) return this.words[domain === "real" ? "range" : "positive"];
      return this.broken({ ...this.state.parameters, [name]: +text })?.says ?? "";
    }

    fits(name, text) {
      const { domain } = this.formulas.parameters.find((parameter) => parameter.name === name);
      const value = +text;
      return text !== "" && Number.isFinite(value) && { real: true, nonnegative: value >= 0, positive: value > 0 }[domain];
    }

    build() {
      this.plot = make("svg:svg", {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "slider", tabindex: 0, "aria-label": "x", "aria-valuemin": X[0], "aria-valuemax": X[1],
      });
      this.paths = {};
      const clip = `${this.dataset.function}-view`;
      this.plot.append(make("svg:clipPath", { id: clip }, make("svg:rect", { width: WIDTH, height: HEIGHT })), this.axes());
      const lines = make("svg:g", { "clip-path": `url(#${clip})` });
      this.curves.toReversed().forEach((key) => lines.append((this.paths[key] = make("svg:path", { class: `curve curve-${this.order(key)}` }))));
      this.cross = make("svg:path", { class: "cross" });
      this.dots = Object.fromEntries(this.curves.map((key) => [key, make("svg:circle", { class: `dot curve-${this.order(key)}`, r: 4 })]));
      this.plot.append(lines, this.cross, ...Object.values(this.dots));

      this.outputs = {};
      this.drawn = {}; // the parameters that each path is drawn for
      const legend = this.curves.map((key) => {
        const box = make("input", { type: "checkbox" });
        box.checked = !this.state.hidden.has(key);
        box.addEventListener("change", () => this.set(() => this.state.hidden[box.checked ? "delete" : "add"](key)));
        this.outputs[key] = make("output");
        const name = SYMBOLS[key] ?? `${key}(x)`;
        return make("label", { class: `curve-${this.order(key)}` }, box, make("i"), make("span", { translate: "no" }, name), this.outputs[key]);
      });

      const within = (text) => text !== "" && Number.isFinite(+text) && +text >= X[0] && +text <= X[1];
      this.field = this.number("x", this.words.x, (text) => (within(text) ? "" : this.words.range), (x) => (this.state.x = x));
      const controls = this.formulas.parameters.map((parameter) => this.control(parameter));
      this.live = make(
        "div", { class: "explorer" },
        this.plot,
        make("fieldset", { class: "explorer-curves" }, make("legend", {}, this.words.curves), ...legend),
        make("div", { class: "explorer-controls" }, make("div", {}, make("span", { translate: "no" }, "x ="), this.field), ...controls),
      );
      this.live.setAttribute("role", "group");
      this.live.setAttribute("aria-label", this.querySelector("desc")?.textContent ?? "");
      this.append(this.live);

      const follow = (event) => {
        const box = this.plot.getBoundingClientRect();
        const x = X[0] + ((event.clientX - box.left) / box.width) * (X[1] - X[0]);
        this.set(() => (this.state.x = clamp(round(x), X)));
      };
      this.plot.addEventListener("pointermove", (event) => (event.pointerType === "mouse" || event.buttons) && follow(event));
      this.plot.addEventListener("pointerdown", follow);
      this.plot.addEventListener("keydown", (event) => {
        const to = { Home: X[0], End: X[1] }[event.key] ?? (event.key in STEP ? round(this.state.x + STEP[event.key]) : null);
        if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        this.set(() => (this.state.x = clamp(to, X)));
      });
    }

    // A number field that says what it takes, and passes on only that.
    number(name, label, fault, change) {
      const field = make("input", { type: "number", step: "any", "aria-label": label, name, inputmode: "decimal" });
      field.addEventListener("input", () => {
        const message = fault(field.value);
        field.setCustomValidity(message);
        if (!message) this.set(() => change(+field.value), field);
      });
      field.addEventListener("change", () => field.reportValidity());
      return field;
    }

    // A slider and a field for one parameter; a positive one is slid over its powers of ten.
    control({ name, label, domain, default: usual }) {
      const log = domain === "positive";
      const slider = make("input", {
        type: "range", step: log ? 0.01 : 0.1, min: log ? -1 : domain === "real" ? usual - 10 : 0, max: log ? 2 : usual + 10, "aria-label": label,
      });
      const from = (value) => (log ? Math.log10(value / usual) : value);
      const field = this.number(name, label, (text) => this.fault(name, text), (value) => (this.state.parameters[name] = value));
      slider.addEventListener("input", () => {
        const value = log ? +(usual * 10 ** +slider.value).toPrecision(3) : +slider.value;
        // It stays where a condition ends.
        if (this.broken({ ...this.state.parameters, [name]: value })) slider.value = from(this.state.parameters[name]);
        else this.set(() => (this.state.parameters[name] = value), slider);
      });
      this.sync = [...(this.sync ?? []), (source) => {
        const value = this.state.parameters[name];
        if (source !== field) [field.value] = [value, field.setCustomValidity("")];
        if (source !== slider) slider.value = from(value);
        slider.setAttribute("aria-valuetext", show(value));
      }];
      return make("div", {}, make("span", { translate: "no" }, `${label} =`), field, slider);
    }

    set(change, source) {
      change();
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.draw(source));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.write(), 200); // browsers refuse more than a few hundred changes of an address a minute
    }

    order(key) {
      return this.curves.indexOf(key) + 1;
    }

    place(x, y) {
      const [low, high] = this.y;
      return [round(((x - X[0]) / (X[1] - X[0])) * WIDTH), round(((high - clamp(y, [low - 99, high + 99])) / (high - low)) * HEIGHT)];
    }

    axes() {
      const group = make("svg:g", { class: "axes", "aria-hidden": true });
      const [zeroX, zeroY] = this.place(0, 0);
      const text = (x, y, value, anchor) => make("svg:text", { x, y, "text-anchor": anchor }, String(value).replace("-", "−"));
      const step = this.y[1] - this.y[0] > 3 ? 1 : 0.5;
      for (let x = X[0] + 1; x < X[1]; x++) if (x) group.append(make("svg:path", { class: "grid", d: `M${this.place(x, 0)[0]} 0V${HEIGHT}` }), ...(x % 2 ? [] : [text(this.place(x, 0)[0], zeroY + 18, x, "middle")]));
      for (let y = Math.ceil(this.y[0] / step) * step; y < this.y[1]; y += step) if (y) group.append(make("svg:path", { class: "grid", d: `M0 ${this.place(0, y)[1]}H${WIDTH}` }), text(zeroX - 6, this.place(0, y)[1] + 5, y, "end"));
      group.append(make("svg:path", { class: "axis", d: `M0 ${zeroY}H${WIDTH}M${zeroX} 0V${HEIGHT}` }));
      return group;
    }

    draw(source) {
      const { x, hidden } = this.state;
      const parameters = JSON.stringify(this.state.parameters);
      let borders = null; // of the function, and so of its derivatives
      for (const key of this.curves) {
        const visible = !hidden.has(key);
        for (const part of [this.paths[key], this.dots[key]]) part.style.display = visible ? "" : "none";
        const values = this.readings(key, x);
        this.outputs[key].textContent = `= ${values.map((value) => show(value, values.length > 1 ? 4 : 6)).join(" | ")}`;
        const [left, top] = this.place(x, values[0]);
        this.dots[key].setAttribute("transform", `translate(${left} ${top})`);
        if (values.length > 1) this.dots[key].style.display = "none"; // no point of the curve
        // A curve moves with the parameters only, and costs more than all else.
        if (!visible || this.drawn[key] === parameters) continue;
        this.paths[key].setAttribute("d", this.path(key, key in this.formulas.compare ? this.borders(key) : (borders ??= this.borders(key))));
        this.drawn[key] = parameters;
      }
      this.cross.setAttribute("d", `M${this.place(x, 0)[0]} 0V${HEIGHT}`);
      this.plot.setAttribute("aria-valuenow", x);
      const told = this.curves.filter((key) => !hidden.has(key)).map((key) => `${SYMBOLS[key] ?? key} ${this.outputs[key].textContent}`);
      this.plot.setAttribute("aria-valuetext", [`x = ${show(x)}`, ...told].join(", "));
      if (source !== this.field) [this.field.value] = [x, this.field.setCustomValidity("")];
      for (const update of this.sync ?? []) update(source);
    }
  }

  customElements.define("function-explorer", FunctionExplorer);
})();
