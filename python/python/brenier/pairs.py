"""Pairs for flow matching: points of a source and the data they belong to, by the exact plan.

Minibatch couplings (torchcfm's `OTPlanSampler`) pair the points of two batches, and are biased by the size of the batch.
The plan between a density and all of the data has no batch: a point has its partner, always the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._brenier import BrenierError, Plan

__all__ = ["SemiDiscretePlanSampler"]


def _is_tensor(x: Any) -> bool:
    return type(x).__module__.split(".")[0] == "torch" and hasattr(x, "detach")


def _points(x: Any, dimension: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Points, (m, d), in numpy; shapes (m, 1, d) and the like are flattened as torchcfm does."""
    if _is_tensor(x):
        plain = x.detach().cpu().double().contiguous()
        found = np.array(np.from_dlpack(plain))
    else:
        found = np.asarray(x, dtype=np.float64)
    if found.ndim < 2:
        raise BrenierError(f"x0 has shape {found.shape}; give a batch of points, (m, {dimension})")
    flat = found.reshape(len(found), -1)
    if flat.shape[1] != dimension:
        raise BrenierError(f"x0 has {flat.shape[1]} numbers a point; the plan's source has {dimension}")
    return flat


class SemiDiscretePlanSampler:
    """Pairs by a semi-discrete plan, with the methods of torchcfm's `OTPlanSampler`.

    Parameters
    ----------
    plan : Plan
        From the density that `x0` is drawn from to the data (its sites).
    data : array or tensor of n rows, optional
        What a partner is, a row for each site *as they were given to* `solve`: pictures, say, whose codes are the sites.
        Absent: the sites.
    labels : array or tensor of n entries, optional
        Labels of the data.

    Notes
    -----
    The law of the pairs is the optimal plan itself: if `x0` is drawn from the source, each datum comes with its mass. Data
    that coincide share a cell; one of them is drawn, all with the same chance, which is where `seed` is used.

    Used in place of a minibatch sampler::

        matcher = torchcfm.ExactOptimalTransportConditionalFlowMatcher(sigma=0.0)
        matcher.ot_sampler = SemiDiscretePlanSampler(plan)

    Examples
    --------
    >>> import numpy as np, brenier as bn
    >>> plan = bn.solve([[0.2, 0.5], [0.8, 0.5]], bn.Box([0, 0], [1, 1]))
    >>> sampler = bn.pairs.SemiDiscretePlanSampler(plan)
    >>> x0, x1 = sampler.sample_plan(np.array([[0.1, 0.9], [0.9, 0.1]]))
    >>> x1.tolist()
    [[0.2, 0.5], [0.8, 0.5]]

    .. versionadded:: 0.1.0
    """

    def __init__(self, plan: Plan, data: Any = None, labels: Any = None, *, seed: int = 0) -> None:
        self.plan = plan
        inputs = len(plan.sites) if plan.site_of_input is None else len(plan.site_of_input)
        for name, rows in (("data", data), ("labels", labels)):
            if rows is not None and len(rows) != inputs:
                raise BrenierError(f"{name} has {len(rows)} rows for {inputs} sites; give one for each, in their order")
        if data is None:
            index = plan.site_of_input
            data = np.array(plan.sites if index is None else plan.sites[index])
        self.data, self.labels = data, labels
        self._random = np.random.default_rng(seed)
        self._twins = self._groups(plan)

    @staticmethod
    def _groups(plan: Plan) -> tuple[Any, Any, Any] | None:
        """For sites that stand for several data: those data in the order of sites, and where each site's begin."""
        index = plan.site_of_input
        if index is None:
            return None
        order = np.argsort(index, kind="stable")
        count = np.bincount(index, minlength=len(plan.sites))
        return order, np.cumsum(count) - count, count

    def assign(self, x0: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The index of the datum that each point of `x0`, (m, d), belongs to, (m,).

        .. versionadded:: 0.1.0
        """
        cells = np.asarray(self.plan.map(_points(x0, self.plan.dimension), kind="cell"))
        if self._twins is None:
            return cells
        order, first, count = self._twins
        drawn = np.floor(self._random.random(len(cells)) * count[cells]).astype(np.int64)
        chosen: np.ndarray[Any, np.dtype[np.int64]] = order[first[cells] + drawn]
        return chosen

    def _partners(self, j: np.ndarray[Any, np.dtype[np.int64]], rows: Any, like: Any) -> Any:
        """Rows of data or labels, of the kind of `like`."""
        if _is_tensor(rows):
            import torch

            found = rows[torch.from_dlpack(np.array(j)).to(rows.device)]
            return found.to(like.device) if _is_tensor(like) else found
        found = np.asarray(rows)[j]
        if not _is_tensor(like):
            return found
        import torch

        tensor = torch.from_dlpack(np.ascontiguousarray(found)).to(like.device)
        return tensor.to(like.dtype) if tensor.is_floating_point() else tensor

    def sample_plan(self, x0: Any, x1: Any = None, replace: bool = True) -> tuple[Any, Any]:
        """Pairs points with their data.

        Parameters
        ----------
        x0 : (m, d) array or tensor
            Points drawn from the source.
        x1 : array or tensor, optional
            Not used but for its shape: partners come from all of the data, not from a batch. (torchcfm passes one.)
        replace : bool
            Not used: every point keeps its partner, none is drawn twice.

        Returns
        -------
        x0, x1
            The points as they were given, and their partners, tensors if `x0` is one.

        Raises
        ------
        BrenierError
            `x0` are no points of the source's dimension, or a row of `x1` is not shaped as one of the data.

        .. versionadded:: 0.1.0
        """
        found = self.sample_plan_with_labels(x0, x1, replace=replace)
        return found[0], found[1]

    def sample_plan_with_labels(
        self, x0: Any, x1: Any = None, y0: Any = None, y1: Any = None, replace: bool = True
    ) -> tuple[Any, Any, Any, Any]:
        """Pairs points with their data, and says their labels.

        Parameters
        ----------
        x0, x1, replace
            As in :meth:`sample_plan`.
        y0 : (m,) array or tensor, optional
            Labels of the points, returned as they are.
        y1 : optional
            Not used: labels come with the data (the argument `labels` of the class).

        Returns
        -------
        x0, x1, y0, y1
            `y1` is None if the data have no labels.

        Raises
        ------
        BrenierError
            As in :meth:`sample_plan`; also if `y1` is given but the class has no labels.

        .. versionadded:: 0.1.0
        """
        if x1 is not None and tuple(np.shape(x1)[1:]) != tuple(np.shape(self.data)[1:]):
            raise BrenierError(
                f"a row of x1 has shape {tuple(np.shape(x1)[1:])}, one of the data {tuple(np.shape(self.data)[1:])}; "
                "partners are the data of the plan, so x1 may be left out"
            )
        if y1 is not None and self.labels is None:
            raise BrenierError(
                "y1 are labels of a batch, partners come from all of the data; give labels=... to the class"
            )
        j = self.assign(x0)
        labels = None if self.labels is None else self._partners(j, self.labels, x0)
        return x0, self._partners(j, self.data, x0), y0, labels

    def sample(self, n: int, seed: int = 0, method: str = "iid") -> tuple[Any, Any, Any]:
        """Draws points and their data.

        Parameters
        ----------
        n, seed, method
            As in `Plan.sample`.

        Returns
        -------
        x0 : (n, d) array
            Points of the source.
        x1 : array of n rows
            Their data.
        index : (n,) array
            Which data they are.

        .. versionadded:: 0.1.0
        """
        x0, _, _ = self.plan.sample(n, seed, method)
        j = self.assign(x0)
        return x0, self._partners(j, self.data, x0), j
