// <stability-microscope data-function="…">: a number of the reader's own in the formula as it is typed and in its stable form, in float64 and
// float32, beside the exact value.
(() => {
  // Arithmetic with many digits: a number is s · 2^e, with a BigInt s of at most BITS bits. Results are cut, not rounded: the last bits are
  // uncertain, and BITS leaves far more than float64 needs.
  const BITS = 320;
  const length = (s) => (s < 0n ? -s : s).toString(2).length;
  const cut = (s, e) => {
    const extra = length(s) - BITS;
    return extra > 0 ? { s: s >> BigInt(extra), e: e + extra } : { s, e };
  };
  const top = (a) => (!a.s ? -Infinity : length(a.s) + a.e); // 2^(top−1) ≤ |a| < 2^top
  const neg = (a) => ({ s: -a.s, e: a.e });
  const add = (a, b) => {
    if (!a.s || top(b) - top(a) > 2 * BITS) return b;
    if (!b.s || top(a) - top(b) > 2 * BITS) return a;
    const e = Math.min(a.e, b.e);
    return cut((a.s << BigInt(a.e - e)) + (b.s << BigInt(b.e - e)), e);
  };
  const sub = (a, b) => add(a, neg(b));
  const mul = (a, b) => cut(a.s * b.s, a.e + b.e);
  const div = (a, b) => {
    const shift = BITS + Math.max(0, length(b.s) - length(a.s)) + 1;
    return cut((a.s << BigInt(shift)) / b.s, a.e - b.e - shift);
  };
  // A float as it is. A number in a formula is one, too: 0.5 and 2 are exact, and other fractions are written by their decimals.
  const float = (value) => {
    let e = 0;
    while (!Number.isInteger(value)) [value, e] = [value * 2, e - 1];
    return { s: BigInt(value), e };
  };
  const number = (value) => {
    if (String(value).startsWith("-")) return neg(number(String(value).slice(1)));
    const [digits, power = "0"] = String(value).split("e");
    const [whole, part = ""] = digits.split(".");
    const ten = Number(power) - part.length;
    const scale = { s: 10n ** BigInt(Math.abs(ten)), e: 0 };
    return (ten < 0 ? div : mul)({ s: BigInt(whole + part), e: 0 }, scale);
  };
  const ONE = float(1);
  const TWO = float(2);
  const less = (a, b) => sub(a, b).s < 0n;
  const series = (first, next) => {
    let [sum, term] = [first, first];
    for (let k = 1; term.s && top(term) > top(sum) - BITS; k++) sum = add(sum, (term = next(term, k)));
    return sum;
  };
  // 2 artanh z = ln((1 + z)/(1 − z)), for |z| ≤ 1/3
  const artanh2 = (z) => {
    const square = mul(z, z);
    let power = z;
    return mul(TWO, series(z, (_, k) => div((power = mul(power, square)), float(2 * k + 1))));
  };
  const LN2 = artanh2(div(ONE, float(3)));
  const expm1 = (a) => {
    if (top(a) > -2) return sub(exp(a), ONE);
    return series(a, (term, k) => div(mul(term, a), float(k + 1)));
  };
  const exp = (a) => {
    if (!a.s) return ONE;
    if (top(a) > 20) { // out of reach of every format
      if (a.s < 0n) return { s: 0n, e: 0 };
      throw new RangeError();
    }
    const k = Math.round(nearest(a, 53, -1074) / Math.LN2);
    const rest = sub(a, mul(float(k), LN2));
    let small = add(ONE, expm1({ s: rest.s, e: rest.e - 8 }));
    for (let i = 0; i < 8; i++) small = mul(small, small);
    return { s: small.s, e: small.e + k };
  };
  const log = (a) => {
    if (a.s <= 0n) throw new RangeError();
    const k = top(a);
    const part = { s: a.s, e: a.e - k }; // in [1/2, 1)
    return add(mul(float(k), LN2), artanh2(div(sub(part, ONE), add(part, ONE))));
  };
  const log1p = (a) => (top(a) > 0 ? log(add(ONE, a)) : artanh2(div(a, add(TWO, a))));
  const expm1Of2 = (a) => expm1({ s: a.s, e: a.e + 1 });
  const tanh = (a) => {
    if (a.s < 0n) return neg(tanh(neg(a)));
    if (top(a) > 8) return ONE; // to more digits than there are
    const twice = expm1Of2(a);
    return div(twice, add(twice, TWO));
  };
  const ZERO = float(0);
  const sqrt = (a) => {
    if (a.s < 0n) throw new RangeError();
    if (!a.s) return a;
    const shift = 2 * BITS - length(a.s) + ((length(a.s) + a.e) & 1);
    const square = shift > 0 ? a.s << BigInt(shift) : a.s >> BigInt(-shift);
    let root = 1n << BigInt(Math.ceil(length(square) / 2)); // above the root, and Newton's method falls to it
    for (let next; (next = (root + square / root) >> 1n) < root; ) root = next;
    return cut(root, (a.e - shift) / 2);
  };
  // π by Machin's formula, with 2 arctan z = −i · 2 artanh iz
  const arctan = (z) => {
    const square = neg(mul(z, z));
    let power = z;
    return series(z, (_, k) => div((power = mul(power, square)), float(2 * k + 1)));
  };
  const PI = sub(mul(float(16), arctan(div(ONE, float(5)))), mul(float(4), arctan(div(ONE, float(239)))));
  const ROOT = sqrt(PI);
  // As in arithmetic.js: the series of erf has positive terms only, and the fraction of erfc needs the fewer the farther out it is.
  const erf = (a) => {
    if (a.s < 0n) return neg(erf(neg(a)));
    if (top(a) > 1) return sub(ONE, erfc(a));
    const square = mul(TWO, mul(a, a));
    const sum = series(a, (term, k) => div(mul(term, square), float(2 * k + 1)));
    return div(mul(mul(TWO, exp(neg(mul(a, a)))), sum), ROOT);
  };
  const fraction = (a) => {
    let rest = a;
    for (let k = top(a) > 3 ? 120 : top(a) > 2 ? 400 : 1600; k > 0; k--) rest = add(a, div(float(k / 2), rest));
    return div(ONE, mul(ROOT, rest));
  };
  const erfc = (a) => {
    if (a.s < 0n) return sub(TWO, erfc(neg(a)));
    if (top(a) <= 1) return sub(ONE, erf(a));
    return top(a) > 10 ? ZERO : mul(exp(neg(mul(a, a))), fraction(a));
  };
  const erfcx = (a) => (a.s > 0n && top(a) > 1 ? fraction(a) : mul(exp(mul(a, a)), erfc(a)));
  const pow = (a, b) => {
    const whole = b.e >= 0 ? b.s << BigInt(Math.min(b.e, 64)) : b.s >> BigInt(-b.e);
    if (sub(b, { s: whole, e: 0 }).s || length(whole) > 32) return a.s ? exp(mul(b, log(a))) : ZERO;
    let [product, square] = [ONE, a];
    for (let rest = whole < 0n ? -whole : whole; rest; rest >>= 1n) [product, square] = [rest & 1n ? mul(product, square) : product, mul(square, square)];
    return whole < 0n ? div(ONE, product) : product;
  };
  const sign = (a) => (a.s > 0n ? 1 : a.s < 0n ? -1 : 0);
  const big = {
    n: number, add, sub, mul, div, neg, exp, expm1, log, log1p, tanh, sqrt, erf, erfc, erfcx, pow,
    pi: () => PI,
    e: () => exp(ONE),
    sinh: (a) => div(add(expm1(a), div(expm1(a), add(expm1(a), ONE))), TWO),
    cosh: (a) => div(add(exp(a), exp(neg(a))), TWO),
    hypot: (a, b) => sqrt(add(mul(a, a), mul(b, b))),
    abs: (a) => (a.s < 0n ? neg(a) : a),
    sign: (a) => float(sign(a)),
    step: (a, atZero) => [ZERO, atZero, ONE][sign(a) + 1],
    max: (...args) => args.reduce((a, b) => (less(a, b) ? b : a)),
    min: (...args) => args.reduce((a, b) => (less(b, a) ? b : a)),
    lt: less,
    le: (a, b) => !less(b, a),
    gt: (a, b) => less(b, a),
    ge: (a, b) => !less(a, b),
    eq: (a, b) => !sub(a, b).s,
    ne: (a, b) => Boolean(sub(a, b).s),
  };

  // The nearest float with that many bits, none below 2^lowest; halves go to even. Infinity where the format ends.
  const nearest = (a, bits, lowest, highest = 1023) => {
    if (!a.s) return 0;
    const drop = Math.max(length(a.s) - bits, lowest - a.e);
    let { s, e } = big.abs(a);
    if (drop > 0) {
      const [shift, half] = [BigInt(drop), 1n << BigInt(drop - 1)];
      const rest = s & ((1n << shift) - 1n);
      s >>= shift;
      e += drop;
      if (rest > half || (rest === half && s & 1n)) s += 1n;
    }
    if (!s) return 0;
    if (length(s) + e > highest + 1) return a.s < 0n ? -Infinity : Infinity;
    // In two steps, since 2^e alone may be out of range where the product is not.
    const value = Number(s) * 2 ** Math.trunc(e / 2) * 2 ** (e - Math.trunc(e / 2));
    return a.s < 0n ? -value : value;
  };

  const TYPES = {
    float64: { arithmetic: "f64", bits: 53, lowest: -1074, highest: 1023, digits: (value) => String(value) },
    float32: {
      arithmetic: "f32", bits: 24, lowest: -149, highest: 127,
      digits: (value) => String([6, 7, 8, 9].map((n) => +value.toPrecision(n)).find((short) => Math.fround(short) === Math.fround(value)) ?? value),
    },
  };

  // What a type makes of x: the result, its error in units in the last place, and a word for it.
  const judge = (formula, x, type, args, exact) => {
    const { bits, lowest, highest } = TYPES[type];
    const m = arithmetic[TYPES[type].arithmetic];
    const result = formula(m, m.n(x), ...args.map(m.n));
    if (!exact) return { result, mark: "far" };
    if (!Number.isFinite(result)) {
      const right = nearest(exact, bits, lowest, highest);
      return { result, mark: Number.isNaN(result) ? "nan" : result === right ? "right" : "inf" };
    }
    const size = error(exact, result, bits, lowest);
    const mark = size < 1 ? "right" : result === 0 ? "zero" : size >= 2 ** (bits - 2) ? "lost" : "off";
    return { result, error: size, mark };
  };
  const error = (exact, result, bits, lowest) => {
    const ulp = Math.max(top(exact) - bits, lowest);
    const off = big.abs(sub(exact, float(result)));
    return nearest({ s: off.s, e: off.e - ulp }, 53, -1074);
  };

  // The exact value with 20 digits.
  const decimal = (a, digits = 20) => {
    if (!a.s) return "0";
    const sure = big.abs(a);
    let ten = Math.floor((top(sure) - 1) * Math.log10(2));
    const scaled = (power) => {
      const { s, e } = mul(sure, number(`1e${digits - 1 - power}`));
      return e < 0 ? (s + (1n << BigInt(-e - 1))) >> BigInt(-e) : s << BigInt(e);
    };
    let text = String(scaled(ten));
    if (text.length > digits) text = String(scaled(++ten));
    const plain = ten > -5 && ten < 15;
    const point = plain ? ten + 1 : 1;
    const padded = "0".repeat(Math.max(0, 1 - point)) + text;
    const whole = Math.max(1, point);
    const short = `${padded.slice(0, whole)}.${padded.slice(whole)}`.replace(/\.?0+$/, "");
    return (a.s < 0n ? "-" : "") + short + (plain ? "" : `e${ten}`);
  };

  const minus = (text) => text.replace(/-/g, "−");

  class StabilityMicroscope extends HTMLElement {
    connectedCallback() {
      this.formulas = globalThis.explorable?.[this.dataset.function];
      if (!this.formulas || this.field) return;
      const words = (this.words = JSON.parse(this.dataset.words));
      this.field = make("input", { type: "text", value: "-40", inputmode: "decimal", spellcheck: false, autocomplete: "off" });
      this.field.addEventListener("input", () => this.draw());
      this.field.addEventListener("change", () => this.field.reportValidity());
      this.exact = make("output");
      this.rows = make("tbody");
      const heads = [words.form, words.type, words.result, words.error, words.mark].map((text) => make("th", { scope: "col" }, text));
      this.append(
        make("p", { class: "microscope-x" }, make("label", {}, `${words.title}: x = `, this.field), " "),
        make("p", { class: "microscope-exact" }, `${words.exact}: `, this.exact),
        make("table", {}, make("thead", {}, make("tr", {}, ...heads)), this.rows), // the theme puts it into a scroller
      );
      this.draw();
    }

    // Exact value and, for each form and type, what comes out. x has to be finite.
    look(x) {
      const args = this.formulas.parameters.map((parameter) => parameter.default);
      const reference = (value) => {
        try {
          return this.formulas.stable(big, float(value), ...args.map(float));
        } catch (problem) {
          if (problem instanceof RangeError) return null;
          throw problem;
        }
      };
      const rows = [];
      for (const form of ["naive", "stable"])
        for (const type of Object.keys(TYPES)) {
          const taken = type === "float32" ? Math.fround(x) : x;
          const exact = Number.isFinite(taken) ? reference(taken) : null;
          rows.push({ form, type, ...judge(this.formulas[form], taken, type, args, exact) });
        }
      const exact = reference(x);
      return { exact: exact && decimal(exact), rows };
    }

    draw() {
      const { words } = this;
      const text = this.field.value.trim().replace(/−/g, "-");
      const x = text ? +text : NaN;
      this.field.setCustomValidity(Number.isFinite(x) ? "" : words.number);
      if (!Number.isFinite(x)) return;
      const { exact, rows } = this.look(x);
      this.exact.textContent = exact === null ? words.far : minus(exact);
      this.rows.replaceChildren(
        ...rows.map(({ form, type, result, error, mark }) => {
          const told = error === undefined ? "" : error < 1e6 ? String(+error.toPrecision(3)) : error.toExponential(1);
          const css = { right: "true", off: "half", far: "half" }[mark] ?? "false";
          const pill = make("span", { class: `verdict-${css}` }, words[mark]);
          const cells = [words[form], type, minus(TYPES[type].digits(result)), minus(told), pill].map((content) => make("td", {}, content));
          return make("tr", {}, ...cells);
        }),
      );
    }
  }

  customElements.define("stability-microscope", StabilityMicroscope);
})();
