"""How each library is called: with which arrays, and how it differentiates."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.accuracy.exact import Floats
from engine.accuracy.formats import Format
from engine.accuracy.results import NO_AUTODIFF
from engine.accuracy.subject import Refused

#: The device that every library has.
CPU = "cpu"
#: Arrays for JAX have a multiple of this size.
BLOCK = 1 << 16


def native(x: Floats, format: Format) -> NDArray[Any]:
    """A NumPy array of the format's own type."""
    if format.name == "bfloat16":
        import ml_dtypes

        return x.astype(ml_dtypes.bfloat16)
    return x.astype(format.name)


class Call:
    """A library's function, by the expression of a definition. Subclasses know one library's arrays and autodiff.

    device: where a library that has several computes, by its own name for it.
    """

    def __init__(self, name: str, call: str, device: str = CPU) -> None:
        self.device = device
        self.modules: dict[str, Any] = {name.partition(".")[0]: importlib.import_module(name.partition(".")[0])}
        prefix = ""
        for part in name.split(".")[:-1]:
            prefix = f"{prefix}.{part}" if prefix else part
            with contextlib.suppress(ModuleNotFoundError):  # a class or an attribute
                importlib.import_module(prefix)
        self.code = compile(call or "x", name, "eval")

    def function(self, x: Any) -> Any:
        """The function of the library's own array. Raises Refused for anything else than such an array."""
        result = eval(self.code, self.modules, {"x": x})
        if not self.owns(result):
            kind = type(result)
            raise Refused(f"returns {kind.__module__}.{kind.__qualname__}, no array of the kind that it was given")
        return result

    def card(self) -> str:
        """What the device is called, or nothing if the library sees none."""
        return CPU if self.device == CPU else ""

    def owns(self, result: Any) -> bool:
        """Whether that is an array of the library."""
        return isinstance(result, (np.ndarray, np.generic))

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        """As of `engine.accuracy.subject.Implementation`."""
        result = self._result(native(x, format), order)
        if result.shape != x.shape:
            raise Refused(f"returns an array of shape {result.shape} for {x.shape}")
        return result.astype(np.float64), str(result.dtype)

    def rows(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        """As `values` of an array of rows, of whatever shape the result is, up to the first derivative."""
        result = self._result(native(x, format), order)
        return result.astype(np.float64), str(result.dtype)

    def integers(self, x: NDArray[np.signedinteger[Any]]) -> tuple[Floats, str]:
        """As of `engine.accuracy.subject.Implementation`."""
        result = self._result(x, 0)
        return result.astype(np.float64), str(result.dtype)

    def lent(self, format: Format) -> str:
        """As of `engine.accuracy.subject.Implementation`: NumPy computes in whatever loop a type brings along."""
        package = native(np.zeros(1), format).dtype.type.__module__.partition(".")[0]
        return "" if package == "numpy" else package

    def _result(self, x: NDArray[Any], order: int) -> NDArray[Any]:
        """Whatever the library raises, it refuses."""
        try:
            return self.array(self._derivative(x, order))
        except Refused:
            raise
        except Exception as error:
            raise Refused(_first_line(error)) from None

    def _derivative(self, x: NDArray[Any], order: int) -> Any:
        """Results of an order in the library's own array."""
        if order:
            raise Refused(NO_AUTODIFF)
        return self.function(x)

    def array(self, result: Any) -> NDArray[Any]:
        """The library's array as one of NumPy."""
        return np.asarray(result)


class Framework(Call):
    """A library with arrays of its own, which has every format itself."""

    def lent(self, format: Format) -> str:
        """As of `engine.accuracy.subject.Implementation`."""
        return ""


class Torch(Framework):
    """PyTorch, whose tensors of 16 bits pass as integers."""

    def card(self) -> str:
        """As of `Call`."""
        import torch

        backend = getattr(torch, torch.device(self.device).type, None)
        if self.device == CPU or not backend or not backend.is_available():
            return super().card()
        return backend.get_device_name(self.device)

    def owns(self, result: Any) -> bool:
        """Whether that is a tensor."""
        import torch

        return torch.is_tensor(result)

    def _derivative(self, x: NDArray[Any], order: int) -> Any:
        import torch

        bits = x.view(np.int16) if x.dtype.itemsize == 2 else x
        tensor = torch.from_numpy(bits.copy())
        if str(x.dtype) == "bfloat16":
            tensor = tensor.view(torch.bfloat16)
        elif str(x.dtype) == "float16":
            tensor = tensor.view(torch.float16)
        tensor = tensor.to(self.device).requires_grad_(bool(order))
        result = self.function(tensor)
        for done in range(order):
            if not result.requires_grad:
                if not done:
                    raise Refused("the result does not require grad: nothing leads back to the argument")
                return torch.zeros_like(tensor)
            ones = torch.ones_like(result)
            (result,) = torch.autograd.grad(result, tensor, ones, create_graph=True, materialize_grads=True)
        return result

    def array(self, result: Any) -> NDArray[Any]:
        """A tensor as an array; NumPy has bfloat16 by ml_dtypes only."""
        import torch

        if result.dtype == torch.bfloat16:
            import ml_dtypes

            return result.detach().cpu().view(torch.int16).numpy().view(ml_dtypes.bfloat16)
        return result.detach().cpu().numpy()


class TensorFlow(Framework):
    """TensorFlow, a tape for each order.

    What it does is recorded once as a graph, and not rewritten, so it does the same as step by step: see the tests.
    """

    def __init__(self, name: str, call: str, device: str = CPU) -> None:
        super().__init__(name, call, device)
        self.graphs: dict[tuple[str, int], Any] = {}

    def owns(self, result: Any) -> bool:
        """Whether that is a tensor."""
        import tensorflow

        return tensorflow.is_tensor(result)

    def _derivative(self, x: NDArray[Any], order: int) -> Any:
        import tensorflow

        key = str(x.dtype), order
        tensor = tensorflow.constant(x)
        if x.ndim > 1:
            return self._nested(tensor, order)
        if key not in self.graphs:
            self.graphs[key] = self._graph(tensorflow.as_dtype(x.dtype), order) if x.dtype.kind != "i" else None
        return self.graphs[key](tensor) if self.graphs[key] else self._nested(tensor, order)

    def _graph(self, dtype: Any, order: int) -> Any:
        """The graph of an order, or None for a function that needs more than a graph has."""
        import tensorflow

        tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        try:
            graph = tensorflow.function(lambda tensor: self._nested(tensor, order), autograph=False)
            return graph.get_concrete_function(tensorflow.TensorSpec([None], dtype))
        except Refused:
            raise
        except Exception:
            return None

    def _nested(self, tensor: Any, order: int) -> Any:
        import tensorflow

        if not order:
            return self.function(tensor)
        with tensorflow.GradientTape() as tape:
            tape.watch(tensor)
            result = self._nested(tensor, order - 1)
        gradient = tape.gradient(result, tensor)
        if gradient is None and order == 1:
            raise Refused("GradientTape.gradient is None: nothing leads back to the argument")
        return tensorflow.zeros_like(tensor) if gradient is None else gradient

    def array(self, result: Any) -> NDArray[Any]:
        """A tensor as an array."""
        return result.numpy()


class Jax(Framework):
    """JAX, without `jit`.

    What it does is traced once, and the trace is followed step by step, so it does the same as without: see the tests.
    """

    def __init__(self, name: str, call: str, device: str = CPU) -> None:
        super().__init__(name, call, device)
        self.programs: dict[tuple[str, int, int], Callable[[Any], list[Any]]] = {}

    def card(self) -> str:
        """As of `Call`."""
        import jax

        try:
            return jax.devices(self.device)[0].device_kind
        except RuntimeError:  # no such platform
            return ""

    def owns(self, result: Any) -> bool:
        """Whether that is an array, or stands for one while a function is traced."""
        import jax

        return isinstance(result, jax.Array)

    def _derivative(self, x: NDArray[Any], order: int) -> Any:
        import jax

        jax.config.update("jax_enable_x64", x.dtype == np.float64)  # as a user must, and for nothing else
        if x.ndim > 1:
            return self._order(order)(jax.device_put(jax.numpy.asarray(x), jax.devices(self.device)[0]))
        # every shape is compiled anew, for a second or more: there are an array of one, and blocks that are filled up
        size = 1 if len(x) == 1 else BLOCK
        place = jax.devices(self.device)[0]
        program = self._program(x.dtype, order, size)
        parts = []
        for start in range(0, len(x), size):
            part = x[start : start + size]
            filled = np.ones(size, x.dtype)
            filled[: len(part)] = part
            given = jax.device_put(jax.numpy.asarray(filled), place)
            parts.append(np.asarray(program(given)[0])[: len(part)])
        return np.concatenate(parts)

    def _program(self, dtype: np.dtype[Any], order: int, size: int) -> Callable[[Any], list[Any]]:
        import jax
        from jax.extend.core import jaxpr_as_fun

        key = str(dtype), order, size
        if key not in self.programs:
            traced = jax.make_jaxpr(self._order(order))(jax.ShapeDtypeStruct((size,), dtype))
            self.programs[key] = jaxpr_as_fun(traced)
        return self.programs[key]

    def _order(self, order: int) -> Callable[[Any], Any]:
        import jax

        if not order:
            return self.function
        below = self._order(order - 1)
        return jax.grad(lambda x: below(x).sum())


#: By the module that computes.
ADAPTERS: dict[str, type[Call]] = {"torch": Torch, "tensorflow": TensorFlow, "jax": Jax}


def _first_line(error: Exception) -> str:
    """The first line of what an exception says."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0] if text else ''}"[:160]
