"""What a library is asked about names of a function: the body of the snippet, with what the libraries differ in."""

from __future__ import annotations

from engine.names import gradient, law
from engine.sources.definition import INPUT

_SEED = {  # sets the source of chance of a library, where calls share one
    "numpy": "numpy.random.seed(seed)",
    "torch": "torch.manual_seed(seed)",
    "tensorflow": "tensorflow.random.set_seed(seed)",
    "keras": "keras.utils.set_random_seed(seed)",
}
_LEARNED = {  # what a layer learns, as arrays that NumPy can read
    "torch": "[weight.detach() for weight in layer.parameters()]",
    "keras": "layer.trainable_variables",
}

#: What a library is asked. To be formatted: braces are doubled.
_BODY = '''\
{gradient}def plain(value):
    try:
        return json.loads(json.dumps(value))
    except TypeError:
        return repr(value)


def defaults(function):
    if isinstance(function, numpy.ufunc):
        return {{}}
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        line = next(line for line in inspect.getdoc(function).splitlines() if line)
        scope = {{}}
        exec(f"def {{line.partition('->')[0].strip()}}: pass", scope)
        parameters = inspect.signature(scope[line.partition("(")[0].strip()]).parameters.values()
    return {{p.name: plain(p.default) for p in parameters if p.default is not p.empty and p.name[0] != "_"}}


def computed(call, x):
    result = eval(call, globals() | {{"x": x}})
    return numpy.asarray(result{detached}, numpy.float64).tolist()


def alone(api, points):
    """What it computes of x and nothing else: nothing if that is its call, None if it needs more.

    Vectors stand in an array of three axes there, since some names choose the axis by how many there are; then each by
    itself.
    """
    call = api["name"] + "()" * inspect.isclass(find(api["name"])) + "(x)"
    deeper = bool(points) and isinstance(points[0], list)
    try:
        with warnings.catch_warnings(action="ignore"):  # of what it takes for the arguments that are missing
            if call == api["call"]:
                return []
            if not deeper:
                return computed(call, array(points))
            return [computed(call, array([points]))[0], [computed(call, array(point)) for point in points]]
    except Exception:
        return None


def learned(api):
    """Shape and values of what a layer learns that needs no arguments."""
    target = find(api["name"])
    if not inspect.isclass(target) or {learned!r} == "[]":
        return []
    try:
        with warnings.catch_warnings(action="ignore"):
            layer = target()
            layer(array(numpy.ones({input}, numpy.float32)))
    except Exception:
        return []
    weights = [numpy.asarray(weight) for weight in {learned}]
    return [[list(weight.shape), sorted(set(map(float, weight.ravel())))] for weight in weights]


def drawn(api):
    if not api["training"]:
        return []
    draws = []
    for seed in {seeds}:
        {seed}
        draws += computed(api["training"], array(api["points"]))
    return draws


def answer(api, points):
    x = array(points)
    known = {{}}
    for module in api["modules"]:
        try:
            importlib.import_module(module)
        except ImportError:  # an attribute
            continue
        root = module.partition(".")[0]
        globals()[root] = importlib.import_module(root)
    questions = (
        ("exists", lambda: find(api["name"]) is not None),
        ("defaults", lambda: defaults(find(api["name"]))),
        ("values", lambda: computed(api["call"], x)),
        ("alone", lambda: alone(api, points)),
        ("learned", lambda: learned(api)),
        ("drawn", lambda: drawn(api)),
    )
    if not api["name"]:
        questions = [("values", lambda: computed(api["call"], x))]
        if api["slopes"]:
            questions.append(("slopes", lambda: slopes(api["call"], api["slopes"], api["count"])))
    for key, ask in questions:
        try:
            known[key] = ask()
        except Exception as error:
            return known | {{"failed": f"{{type(error).__name__}}: {{error}}"}}
    return known


print(json.dumps([[answer(api, question["points"]) for api in question["apis"]] for question in QUESTIONS]))
'''


def body(library: str) -> str:
    """What is done with the questions of a snippet of `engine.names.asking`; its last line prints the answers."""
    return _BODY.format(
        detached=".detach()" if library == "torch" else "",
        learned=_LEARNED.get(library, "[]"),
        input=INPUT,
        seed=_SEED.get(library, "raise NotImplementedError('its calls share no source of chance')"),
        seeds=law.SEEDS,
        gradient=gradient.body(library),
    )
