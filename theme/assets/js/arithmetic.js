// Arithmetics for the formulas that the build writes from definition.yml. A formula is a function of an arithmetic `m`, of x and of the
// parameters, `(m, x, beta) => m.add(m.max(x, m.n(0)), …)`, so that one and the same formula is computed in float64, in float32,
// with its derivatives, or to many digits (microscope.js).
const arithmetic = (() => {
  const f64 = {
    n: Number,
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    div: (a, b) => a / b,
    neg: (a) => -a,
    lt: (a, b) => a < b,
    le: (a, b) => a <= b,
    gt: (a, b) => a > b,
    ge: (a, b) => a >= b,
  };
  for (const name of "abs max min sign pow sqrt exp expm1 log log1p tanh".split(" ")) f64[name] = Math[name];

  // Each operation is done in float64 and rounded. For + − × ÷ √ that is float32 to the bit, since float64 has more than twice its digits.
  const rounded = (operation) => (...args) => {
    const result = operation(...args);
    return typeof result === "number" ? Math.fround(result) : result;
  };
  const f32 = Object.fromEntries(Object.entries(f64).map(([name, operation]) => [name, rounded(operation)]));

  // A number with its first and second derivative by x, [v, d, e]. Each function gives [f, f', f''] at v. At a corner it is the
  // derivative from the side that a zero's sign tells.
  const below = (a, b) => a < b || (a === b && Object.is(a, -0) && !Object.is(b, -0));
  const functions = {
    sqrt: (v, y = Math.sqrt(v)) => [y, 0.5 / y, -0.25 / (y * v)],
    exp: (v, y = Math.exp(v)) => [y, y, y],
    expm1: (v) => [Math.expm1(v), Math.exp(v), Math.exp(v)],
    log: (v) => [Math.log(v), 1 / v, -1 / (v * v)],
    log1p: (v) => [Math.log1p(v), 1 / (1 + v), -1 / ((1 + v) * (1 + v))],
    tanh: (v, y = Math.tanh(v), d = 1 / Math.cosh(v) ** 2) => [y, d, -2 * y * d],
  };
  const compose = (rule) => ([v, d, e]) => {
    const [y, first, second] = rule(v);
    return [y, first * d, second * d * d + first * e];
  };
  const jet = {
    n: (value) => [Number(value), 0, 0],
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
    abs: (a) => (below(a[0], 0) ? jet.neg(a) : a),
    sign: (a) => [below(a[0], 0) ? -1 : 1, 0, 0],
    max: (...args) => args.reduce((a, b) => (below(a[0], b[0]) ? b : a)),
    min: (...args) => args.reduce((a, b) => (below(b[0], a[0]) ? b : a)),
    pow: (a, b) =>
      b[1] === 0 && b[2] === 0
        ? compose((v) => [v ** b[0], b[0] * v ** (b[0] - 1), b[0] * (b[0] - 1) * v ** (b[0] - 2)])(a)
        : jet.exp(jet.mul(b, jet.log(a))),
  };
  for (const name of ["lt", "le", "gt", "ge"]) jet[name] = (a, b) => f64[name](a[0], b[0]);
  for (const [name, rule] of Object.entries(functions)) jet[name] = compose(rule);
  return { f64, f32, jet };
})();
