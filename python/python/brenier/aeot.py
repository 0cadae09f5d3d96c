"""A generative model: an autoencoder learns the codes, transport carries a source onto them.

The network never has to learn a jump: a continuous map from a connected source to data of several parts must put
something between them (mode mixture) or leave parts out (mode collapse). Transport jumps where it must, and says where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ._arrays import Floats, Ints, floats
from ._errors import BrenierError
from .latent import LatentPlan, sampler, solve_latent

__all__ = ["AEOT"]


def _rows(model: Any, x: Any, what: str) -> np.ndarray[Any, Any]:
    """What a model makes of an array: called with arrays of its own kind where it is PyTorch's."""
    apply: Callable[[Any], Any] = model
    backwards = what == "decoder"
    for name in ("inverse_transform", "predict", "transform") if backwards else ("transform", "predict"):
        if not callable(model) and hasattr(model, name):
            apply = getattr(model, name)
            break
    parameters = getattr(model, "parameters", None)
    if callable(parameters) and type(model).__module__ != "builtins" and _is_torch(model):
        import torch

        first = next(iter(parameters()), None)
        with torch.no_grad():
            # By dlpack: versions of PyTorch before 2.3 know no arrays of NumPy 2.
            given = torch.from_dlpack(np.array(x))
            out = apply(given if first is None else given.to(first.device, first.dtype))
            return np.array(np.from_dlpack(out.detach().cpu().contiguous()))
    if not callable(apply):
        raise BrenierError(f"the {what} is {model!r}; give a function, a PyTorch module, or an object with transform")
    if np.ndim(x) == 0:
        raise BrenierError(f"the data is {x!r}; give an array with one of them a row")
    out = np.asarray(apply(x))
    if out.ndim == 0:
        raise BrenierError(f"the {what} gave {out!r}; it must give an array, with a row for each of {len(x)}")
    if len(out) != len(x):
        raise BrenierError(f"the {what} gave {len(out)} rows for {len(x)}; it must give one for each")
    return out


def _is_torch(model: Any) -> bool:
    return any(base.__module__.split(".")[0] == "torch" for base in type(model).__mro__)


class AEOT:
    """A generative model of an encoder, a decoder and transport between them.

    Parameters
    ----------
    encoder : callable
        From an array of data, one a row, to codes of shape (n, d): a function on NumPy or JAX arrays, a PyTorch module,
        or an object with `transform`.
    decoder : callable
        From codes of shape (m, d) to data; with `inverse_transform` if it is an object.
    source, tol, confidence, seed, time_limit, threads
        See :func:`brenier.solve_latent`.
    extension : str
        How codes are filled in between; "local" keeps the variance of the codes about each.

    Attributes
    ----------
    plan_ : LatentPlan
    codes_ : (n, d) array
        Codes of the data that it was fitted to.

    Examples
    --------
    >>> import numpy as np
    >>> from brenier.aeot import AEOT
    >>> data = np.random.default_rng(0).normal(size=(60, 5))
    >>> model = AEOT(lambda x: x, lambda z: z, tol=0.2).fit(data)
    >>> model.sample(7).shape
    (7, 5)

    .. versionadded:: 0.1.0
    """

    plan_: LatentPlan
    codes_: Floats

    def __init__(
        self,
        encoder: Any,
        decoder: Any,
        source: Any = "normal",
        tol: float = 0.05,
        extension: str = "local",
        *,
        confidence: float = 0.95,
        seed: int = 0,
        time_limit: float | None = None,
        threads: int | None = None,
    ) -> None:
        self.encoder, self.decoder = encoder, decoder
        self.source, self.tol, self.extension = source, tol, extension
        self.confidence, self.seed, self.time_limit, self.threads = confidence, seed, time_limit, threads

    def fit(self, X: Any, y: Any = None, masses: Any = None) -> AEOT:
        """Encodes the data and solves for their codes."""
        codes = floats(_rows(self.encoder, X, "encoder"), "what the encoder gave")
        if codes.ndim != 2:
            raise BrenierError(f"the encoder gave an array of shape {codes.shape}; it must give codes, one a row")
        self.codes_ = codes
        self.plan_ = solve_latent(
            codes,
            self.source,
            masses,
            tol=self.tol,
            confidence=self.confidence,
            seed=self.seed,
            time_limit=self.time_limit,
            threads=self.threads,
        )
        return self

    def sample_codes(self, n: int, seed: int = 0, extension: str | None = None) -> tuple[Floats, Ints]:
        """New codes, and the codes of the data whose cells they come from."""
        moved = self._plan().sample(n, seed, extension or self.extension, threads=self.threads)
        return moved.images, moved.cells

    def sample(self, n: int, seed: int = 0, extension: str | None = None) -> np.ndarray[Any, Any]:
        """New data."""
        return _rows(self.decoder, self.sample_codes(n, seed, extension)[0], "decoder")

    def pairs(self, batch: int, seed: int = 0) -> Iterator[tuple[Floats, Floats, Ints]]:
        """Endless pairs of the source and the codes, for flow matching."""
        return sampler(self._plan(), batch, seed)

    def _plan(self) -> LatentPlan:
        if not hasattr(self, "plan_"):
            raise BrenierError("nothing was learned yet; call fit first")
        return self.plan_
