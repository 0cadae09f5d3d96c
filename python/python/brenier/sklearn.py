"""Transport as a scikit-learn estimator: quantile maps, ranks, equal cells.

>>> from brenier.sklearn import SemiDiscreteOT                              # doctest: +SKIP
>>> ranks = SemiDiscreteOT().fit(data).ranks_                               # doctest: +SKIP
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ._brenier import BrenierError, BrenierWarning, NotConverged
from .solving import solve
from .sources import Box, Source

try:
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils.validation import (
        _check_sample_weight,
        check_is_fitted,
        validate_data,
    )
except ImportError as error:
    raise ImportError("brenier.sklearn needs scikit-learn 1.6 or newer: pip install 'brenier[sklearn]'") from error

__all__ = ["SemiDiscreteOT"]

Floats = np.ndarray[Any, np.dtype[np.float64]]


class SemiDiscreteOT(TransformerMixin, BaseEstimator):
    """The optimal map from a density onto the data.

    With the unit square as the source (the default) this is the empirical quantile map of statistics: `transform` is the
    quantile function, `ranks_` are the ranks of the data (centroids of their cells, as in the theory of multivariate
    ranks by Monge and Kantorovich).

    Parameters
    ----------
    source : Source, optional
        Where mass comes from; absent: the unit cube of the data's dimension.
    density : optional
        Of the source, as in :class:`brenier.Problem`.
    kind : {"image", "extension", "smooth"}
        What `transform` does, see `Plan.map`: the datum of the point's cell, or a continuous or a smooth version of it.
    tol : float
        Largest relative mass error.
    max_iter : int
        Most Newton steps. If they do not do, there is a `ConvergenceWarning` and the best state is kept.
    n_jobs : int, optional
        Threads; None: as many as there are processors.

    Attributes
    ----------
    plan_ : Plan
        The whole result.
    weights_, heights_ : (n_samples,) array
        Of the data in the order of `X`; rows that are equal share them.
    masses_ : (n_sites,) array
        Masses of the cells.
    ranks_ : (n_samples, n_features) array
        Centroids of the cells, in the order of `X`: where in the source a datum's mass comes from.
    sites_ : (n_sites, n_features) array
        The data without repetitions.
    labels_ : (n_samples,) array of int
        For each row of `X` its site, which is its cell.
    value_ : float
        `W2^2` (cost `|x - y|^2`).
    mass_error_ : float
        Largest relative mass error.
    n_iter_ : int
        Newton steps.
    n_features_in_ : int
        Numbers in a row.

    References
    ----------
    Chernozhukov, Galichon, Hallin, Henry, Monge-Kantorovich depth, quantiles, ranks and signs, 2017.

    Examples
    --------
    >>> import numpy as np                                                  # doctest: +SKIP
    >>> data = np.random.default_rng(0).normal(size=(200, 2))               # doctest: +SKIP
    >>> model = SemiDiscreteOT().fit(data)                                  # doctest: +SKIP
    >>> median = model.transform([[0.5, 0.5]])                              # doctest: +SKIP

    .. versionadded:: 0.1.0
    """

    def __init__(
        self,
        source: Source | None = None,
        *,
        density: Any = None,
        kind: str = "image",
        tol: float = 1e-10,
        max_iter: int = 100,
        n_jobs: int | None = None,
    ) -> None:
        self.source = source
        self.density = density
        self.kind = kind
        self.tol = tol
        self.max_iter = max_iter
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> SemiDiscreteOT:
        """Finds the map onto the rows of X.

        Parameters
        ----------
        X : (n_samples, n_features) array
            The data, which are the sites.
        y : None
            Not used.
        sample_weight : (n_samples,) array, optional
            Masses; rows with weight 0 have no cell. Absent: equal, total 1.

        Returns
        -------
        self

        .. versionadded:: 0.1.0
        """
        X = self._validated(X, reset=True)
        if self.kind not in ("image", "extension", "smooth"):
            raise BrenierError(f"kind is {self.kind!r}; give 'image', 'extension' or 'smooth'")
        kept = np.arange(len(X))
        masses = None
        if sample_weight is not None:
            given = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
            kept = np.flatnonzero(given)
            masses = given[kept] / given[kept].sum()
        source = self._source(X)
        options: dict[str, Any] = {"tol": self.tol, "max_iterations": self.max_iter, "threads": self.n_jobs}
        try:
            with warnings.catch_warnings():
                # Rows that are equal are ordinary data.
                warnings.simplefilter("ignore", BrenierWarning)
                plan = solve(X[kept], source, masses, self.density, **options)
        except NotConverged as error:
            warnings.warn(str(error), ConvergenceWarning, stacklevel=2)
            plan = error.plan
        self._keep(plan, kept, len(X))
        return self

    def _validated(self, X: Any, reset: bool) -> Floats:
        found: Floats = validate_data(self, X, reset=reset, dtype=np.float64)
        return found

    def _source(self, X: Floats) -> Source:
        if self.source is None:
            n = X.shape[1]
            try:
                return Box([0.0] * n, [1.0] * n)
            except BrenierError as error:
                raise BrenierError(f"X has {n} feature(s), and there is no source of that dimension: {error}") from None
        if not isinstance(self.source, Source):
            raise BrenierError(f"source is a {type(self.source).__name__}; give brenier.Box, Polygon, Mesh, Image, ...")
        if self.source.dimension != X.shape[1]:
            raise BrenierError(f"the source has dimension {self.source.dimension}, rows of X have {X.shape[1]} numbers")
        return self.source

    def _keep(self, plan: Any, kept: Any, rows: int) -> None:
        index = np.arange(len(kept)) if plan.site_of_input is None else np.asarray(plan.site_of_input)
        # Rows without weight belong to no cell.
        self.labels_ = np.full(rows, -1, dtype=np.int64)
        self.labels_[kept] = index

        def by_row(values: Floats) -> Floats:
            found = np.full((rows, *values.shape[1:]), np.nan)
            found[kept] = values[index]
            return found

        self.plan_ = plan
        self.sites_ = plan.sites
        self.masses_ = plan.masses
        self.heights_ = by_row(plan.heights)
        self.weights_ = by_row(plan.weights)
        self.ranks_ = by_row(plan.centroids)
        self.value_ = plan.value
        self.mass_error_ = plan.max_mass_error
        self.n_iter_ = plan.iterations

    def transform(self, X: Any) -> Floats:
        """Sends points through the map.

        Parameters
        ----------
        X : (m, n_features) array
            Points; those outside of the source go where its nearest walls say.

        Returns
        -------
        (m, n_features) array

        .. versionadded:: 0.1.0
        """
        check_is_fitted(self)
        X = self._validated(X, reset=False)
        return np.array(self.plan_.map(X, kind=self.kind))

    def assign(self, X: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The cell of each point: the index of its site in `sites_`.

        Parameters
        ----------
        X : (m, n_features) array

        Returns
        -------
        (m,) array of int

        .. versionadded:: 0.1.0
        """
        check_is_fitted(self)
        X = self._validated(X, reset=False)
        return np.array(self.plan_.map(X, kind="cell"), dtype=np.int64)
