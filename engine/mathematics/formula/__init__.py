"""A formula as one tree, whatever it was written in, and what computes it: each back end is a module.

`tree` says what is written, and nothing more: no term is reordered, cancelled or evaluated, so that nothing wrong can
become right by being read. `python` reads definitions; `engine.mathematics.latex` reads pages. Of a tree

- `balls` (Arb) encloses the value and its derivatives, from each side: wherever a number decides, this one does;
- `multiprecision` (mpmath) follows what only converges: integrals, series, limits;
- `symbolic` (SymPy) proves;
- `float64` (NumPy) and `javascript` compute what is written, rounding as it is written.

`operations` names what a formula may use. Everything is real: the root of −1 has no value.
"""
