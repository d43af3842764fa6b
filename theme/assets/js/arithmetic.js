// Arithmetics for the formulas that the build writes from definition.yml. A formula is a function of an arithmetic `m`, of x and of the
// parameters, `(m, x, beta) => m.add(m.max(x, m.n(0)), …)`, so that one and the same formula is computed in float64, in float32,
// with its derivatives from each side, or to many digits (microscope.js).
const arithmetic = (() => {
  // erfcx(x) = exp(x²) erfc(x), by its continued fraction (DLMF 7.9.2), for x ≥ 1; below, by the series of erf (DLMF 7.6.2), whose terms
  // are all positive.
  const ROOT = Math.sqrt(Math.PI);
  const fraction = (x) => {
    let rest = x;
    for (let k = x < 2 ? 240 : 60; k > 0; k--) rest = x + k / 2 / rest;
    return 1 / (ROOT * rest);
  };
  // exp(−x²), with the square in two parts, since an error of it would grow with x.
  const gauss = (x, high = Math.fround(x)) => Math.exp(-high * high) * Math.exp((high - x) * (high + x));
  const erf = (x) => {
    if (Math.abs(x) >= 2) return Math.sign(x) * (1 - erfc(Math.abs(x)));
    let [sum, term] = [x, x];
    for (let k = 1; sum !== sum + term; k++) sum += term *= (2 * x * x) / (2 * k + 1);
    return (2 / ROOT) * gauss(x) * sum;
  };
  const erfc = (x) => (x < 1 ? 1 - erf(x) : x > 30 ? 0 : gauss(x) * fraction(x));
  const erfcx = (x) => (x < 1 ? Math.exp(x * x) * erfc(x) : fraction(x));

  const f64 = {
    n: Number,
    v: Number, // the number in a value, as an index
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    div: (a, b) => a / b,
    neg: (a) => -a,
    lt: (a, b) => a < b,
    le: (a, b) => a <= b,
    gt: (a, b) => a > b,
    ge: (a, b) => a >= b,
    eq: (a, b) => a === b,
    ne: (a, b) => a !== b,
    step: (a, atZero) => (a < 0 ? 0 : a > 0 ? 1 : a === 0 ? atZero : NaN),
    pi: () => Math.PI,
    e: () => Math.E,
    erf, erfc, erfcx,
  };
  const same = "abs max min sign pow sqrt hypot exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh";
  for (const name of same.split(" ")) f64[name] = Math[name];

  // Each operation is done in float64 and rounded. For + − × ÷ √ that is float32 to the bit, since float64 has more than twice its digits.
  const rounded = (operation) => (...args) => {
    const result = operation(...args);
    return typeof result === "number" ? Math.fround(result) : result;
  };
  const f32 = Object.fromEntries(Object.entries(f64).map(([name, operation]) => [name, rounded(operation)]));

  // A number with its first and second derivative by x, [v, d, e]. Each function gives [f, f', f''] at v.
  const functions = {
    sqrt: (v, y = Math.sqrt(v)) => [y, 0.5 / y, -0.25 / (y * v)],
    exp: (v, y = Math.exp(v)) => [y, y, y],
    expm1: (v) => [Math.expm1(v), Math.exp(v), Math.exp(v)],
    log: (v) => [Math.log(v), 1 / v, -1 / (v * v)],
    log1p: (v) => [Math.log1p(v), 1 / (1 + v), -1 / ((1 + v) * (1 + v))],
    sin: (v, y = Math.sin(v)) => [y, Math.cos(v), -y],
    cos: (v, y = Math.cos(v)) => [y, -Math.sin(v), -y],
    tan: (v, y = Math.tan(v), d = 1 + y * y) => [y, d, 2 * y * d],
    asin: (v, d = 1 / Math.sqrt((1 - v) * (1 + v))) => [Math.asin(v), d, v * d ** 3],
    acos: (v, d = 1 / Math.sqrt((1 - v) * (1 + v))) => [Math.acos(v), -d, -v * d ** 3],
    atan: (v, d = 1 / (1 + v * v)) => [Math.atan(v), d, -2 * v * d * d],
    sinh: (v, y = Math.sinh(v)) => [y, Math.cosh(v), y],
    cosh: (v, y = Math.cosh(v)) => [y, Math.sinh(v), y],
    tanh: (v, y = Math.tanh(v), d = 1 / Math.cosh(v) ** 2) => [y, d, -2 * y * d],
    asinh: (v, d = 1 / Math.hypot(1, v)) => [Math.asinh(v), d, -v * d ** 3],
    acosh: (v, d = 1 / Math.sqrt((v - 1) * (v + 1))) => [Math.acosh(v), d, -v * d ** 3],
    atanh: (v, d = 1 / ((1 - v) * (1 + v))) => [Math.atanh(v), d, 2 * v * d * d],
    erf: (v, d = (2 / ROOT) * gauss(v)) => [erf(v), d, -2 * v * d],
    erfc: (v, d = (-2 / ROOT) * gauss(v)) => [erfc(v), d, -2 * v * d],
    erfcx: (v, y = erfcx(v), d = 2 * v * y - 2 / ROOT) => [y, d, 2 * y + 2 * v * d],
  };
  const compose = (rule) => ([v, d, e]) => {
    const [y, first, second] = rule(v);
    return [y, first * d, second * d * d + first * e];
  };
  const jet = {
    n: (value) => [Number(value), 0, 0],
    v: (a) => a[0],
    pi: () => [Math.PI, 0, 0],
    e: () => [Math.E, 0, 0],
    add: (a, b) => a.map((part, i) => part + b[i]),
    sub: (a, b) => a.map((part, i) => part - b[i]),
    mul: (a, b) => [a[0] * b[0], a[1] * b[0] + a[0] * b[1], a[2] * b[0] + 2 * a[1] * b[1] + a[0] * b[2]],
    div: (a, b) => {
      const v = a[0] / b[0];
      const constant = b[1] === 0 && b[2] === 0; // or an infinite v would make NaN of it
      const d = (constant ? a[1] : a[1] - v * b[1]) / b[0];
      return [v, d, (constant ? a[2] : a[2] - 2 * d * b[1] - v * b[2]) / b[0]];
    },
    neg: (a) => a.map((part) => -part),
    hypot: (a, b) => jet.sqrt(jet.add(jet.mul(a, a), jet.mul(b, b))),
    pow: (a, b) =>
      b[1] === 0 && b[2] === 0
        ? compose((v) => [v ** b[0], b[0] * v ** (b[0] - 1), b[0] * (b[0] - 1) * v ** (b[0] - 2)])(a)
        : jet.exp(jet.mul(b, jet.log(a))),
  };
  for (const [name, rule] of Object.entries(functions)) jet[name] = compose(rule);

  // The same on one side of x, right (1) or left (-1). Two values that are equal at x itself are compared by how they go on from there, so
  // that a kink is the same however it is spelt. What was decided is noted in `decided` while that is a list.
  let decided = null;
  const beside = (side) => {
    const order = (a, b) => {
      const k = [0, 1, 2].find((i) => a[i] !== b[i]);
      const sign = k === undefined ? 0 : Math.sign(a[k] - b[k]) * (k === 1 ? side : 1);
      decided?.push(sign);
      return sign;
    };
    const zero = jet.n(0);
    return {
      ...jet,
      lt: (a, b) => order(a, b) < 0,
      le: (a, b) => order(a, b) <= 0,
      gt: (a, b) => order(a, b) > 0,
      ge: (a, b) => order(a, b) >= 0,
      eq: (a, b) => order(a, b) === 0,
      ne: (a, b) => order(a, b) !== 0,
      abs: (a) => (order(a, zero) < 0 ? jet.neg(a) : a),
      sign: (a) => jet.n(order(a, zero)),
      step: (a, atZero) => {
        const sign = order(a, zero);
        return sign === 0 ? atZero : jet.n((sign + 1) / 2);
      },
      max: (...args) => args.reduce((a, b) => (order(a, b) < 0 ? b : a)),
      min: (...args) => args.reduce((a, b) => (order(a, b) > 0 ? b : a)),
    };
  };
  const [right, left] = [beside(1), beside(-1)];
  const decisions = (compute) => {
    decided = [];
    compute();
    const found = String(decided);
    decided = null;
    return found;
  };
  for (const m of [f64, f32, right, left]) {
    const repeated = (combine, start) => (lower, upper, term) => {
      let total = m.n(start);
      for (let k = m.v(lower); k <= m.v(upper); k++) total = combine(total, term(m.n(k)));
      return total;
    };
    [m.sum, m.prod] = [repeated(m.add, 0), repeated(m.mul, 1)];
  }
  return { f64, f32, right, left, decisions };
})();
