"""brenier.pot: signs and factors of other libraries, each tested against the library itself where it is installed."""

from __future__ import annotations

import brenier as bn
import numpy as np
import pytest
from brenier.pot import CONVENTIONS, convert, ot_result, solve, solve_semidiscrete

BOX = bn.Box([0, 0], [1, 1])


def sites(n: int = 12, seed: int = 0):
    rng = np.random.default_rng(seed)
    return rng.random((n, 2)), rng.dirichlet(np.full(n, 5.0))


def centred(values, nu):
    """Potentials are given up to a constant."""
    return values - np.dot(nu, values)


def grid(n: int):
    """Centres of n x n equal squares."""
    t = (np.arange(n) + 0.5) / n
    return np.array(np.meshgrid(t, t)).reshape(2, -1).T


@pytest.mark.parametrize("name", sorted(CONVENTIONS))
def test_there_and_back(name):
    y, _ = sites()
    w = np.random.default_rng(1).normal(size=12)
    assert convert(convert(w, y, "weights", name), y, name, "weights") == pytest.approx(w, abs=1e-15)


def test_every_convention_gives_the_same_cells():
    y, nu = sites()
    plan = bn.solve(y, BOX, nu)
    x = np.random.default_rng(2).random((2000, 2))
    cell = plan.map(x, kind="cell")
    square = ((x[:, None] - y[None]) ** 2).sum(axis=2)
    inner = x @ y.T
    rules = {
        "|x - y|^2 - v least": lambda v: (square - v).argmin(axis=1),
        "|x - y|^2 + v least": lambda v: (square + v).argmin(axis=1),
        "|x - y|^2 / 2 - v least": lambda v: (square / 2 - v).argmin(axis=1),
        "<x, y> + v greatest": lambda v: (inner + v).argmax(axis=1),
        "<x, y> - v greatest": lambda v: (inner - v).argmax(axis=1),
    }
    for name, (_, _, rule) in CONVENTIONS.items():
        v = convert(plan.weights, y, "weights", name)
        assert np.array_equal(rules[rule](v), cell), name
    assert convert(plan.weights, y, "weights", "heights") == pytest.approx(plan.heights, abs=1e-14)


def test_pot_semidiscrete_maps_with_our_potential():
    sd = pytest.importorskip("ot.semidiscrete", reason="POT 0.9.7 or newer is not installed")
    y, nu = sites()
    g, log = solve_semidiscrete(y, "unif", nu, log=True)
    x = np.random.default_rng(3).random((20_000, 2))
    plan = log["plan"]
    assert np.array_equal(sd.semidiscrete_ot_map(y, x, g), plan.map(x))
    # The semi-dual at g, by POT's c-transform over a fine grid, is W2^2.
    x = grid(400)
    dual = sd.semidiscrete_c_transform(y, x, g).mean() + np.dot(nu, g)
    assert dual == pytest.approx(log["value"], rel=1e-4)
    # No other potential has a greater one.
    worse = g + 0.01 * np.random.default_rng(4).normal(size=12)
    assert sd.semidiscrete_c_transform(y, x, worse).mean() + np.dot(nu, worse) < dual


def test_pot_stochastic_solver_comes_near():
    sd = pytest.importorskip("ot.semidiscrete", reason="POT 0.9.7 or newer is not installed")
    y, nu = sites()
    rng = np.random.default_rng(0)
    theirs = sd.solve_semidiscrete(y, lambda b: rng.random((b, 2)), nu, max_iter=4000, batch_size=64)
    ours = solve_semidiscrete(y, "unif", nu)
    assert np.abs(centred(theirs, nu) - centred(ours, nu)).max() < 0.02


def test_pot_discrete_duals():
    ot = pytest.importorskip("ot", reason="POT is not installed")
    y, nu = sites(8)
    x = grid(60)
    a = np.full(len(x), 1 / len(x))
    value, log = ot.emd2(a, nu, ot.dist(x, y), log=True)
    plan = bn.solve(y, BOX, nu)
    # The grid is a source that is off by its own W2: half a square.
    assert value == pytest.approx(plan.value, abs=2e-3)
    assert np.abs(centred(log["v"], nu) - centred(plan.weights, nu)).max() < 0.02


def test_ott_potentials():
    pytest.importorskip("jax", reason="JAX is not installed")
    pytest.importorskip("ott", reason="OTT is not installed")
    import jax
    import jax.numpy as jnp
    from ott.geometry import pointcloud, semidiscrete_pointcloud
    from ott.problems.linear import linear_problem, semidiscrete_linear_problem
    from ott.solvers.linear import semidiscrete, sinkhorn

    jax.config.update("jax_enable_x64", True)
    y, nu = sites(8)
    plan = bn.solve(y, BOX, nu)
    g = convert(plan.weights, y, "weights", "ott")
    # Our potential in their output: the same assignment as our map.
    geometry = semidiscrete_pointcloud.SemidiscretePointCloud(
        lambda key, shape, dtype: jax.random.uniform(key, shape, dtype), jnp.asarray(y), epsilon=0.0
    )
    problem = semidiscrete_linear_problem.SemidiscreteLinearProblem(geometry, b=jnp.asarray(nu))
    output = semidiscrete.SemidiscreteOutput(jnp.asarray(g), problem)
    drawn = output.sample(jax.random.key(0), 2000)
    x = np.asarray(drawn.geom.x)
    assert np.array_equal(np.asarray(drawn.paired_indices[1]), plan.map(x, kind="cell"))
    # And their potential of the discrete problem, with little entropy, is ours up to the grid and epsilon.
    x = jnp.asarray(grid(30))
    linear = linear_problem.LinearProblem(pointcloud.PointCloud(x, jnp.asarray(y), epsilon=5e-3), b=jnp.asarray(nu))
    theirs = np.asarray(sinkhorn.Sinkhorn(max_iterations=500)(linear).g)
    assert np.abs(centred(theirs, nu) - centred(g, nu)).max() < 0.02


def test_sdot_weights():
    sdot = pytest.importorskip("sdot", reason="sdot is not installed (it needs Python 3.12)", exc_type=ImportError)
    y, nu = sites(20)
    found = sdot.ot_solve(sdot.SumOfDiracs(y, nu), sdot.Box(np.zeros(2), np.ones(2)))
    plan = bn.solve(y, BOX, nu)
    theirs = convert(np.asarray(found.weights), y, "sdot", "weights")
    assert np.abs(centred(theirs, nu) - centred(plan.weights, nu)).max() < 1e-6
    assert float(found.cost) == pytest.approx(plan.value, rel=1e-6)


def test_pysdot_weights():
    pysdot = pytest.importorskip("pysdot", reason="pysdot is not installed (PyPI has neither a wheel nor all sources)", exc_type=ImportError)
    from pysdot.domain_types import ConvexPolyhedraAssembly

    y, nu = sites(20)
    domain = ConvexPolyhedraAssembly()
    domain.add_box([0, 0], [1, 1])
    transport = pysdot.OptimalTransport(y, domain=domain)
    transport.set_masses(nu)
    transport.adjust_weights()
    plan = bn.solve(y, BOX, nu)
    theirs = convert(transport.get_weights(), y, "pysdot", "weights")
    assert np.abs(centred(theirs, nu) - centred(plan.weights, nu)).max() < 1e-6


def test_the_half_cost_of_the_theory_books():
    # With |x - y|^2 / 2 everything is half: two sites, wall where the areas are 1/4 and 3/4.
    y = np.array([[0.0, 0.5], [1.0, 0.5]])
    plan = bn.solve(y, BOX, [0.25, 0.75])
    phi = convert(plan.weights, y, "weights", "half")
    assert phi[1] - phi[0] == pytest.approx(0.25, abs=1e-13)
    assert plan.weights[1] - plan.weights[0] == pytest.approx(0.5, abs=1e-13)


def test_result_has_pots_names():
    y, nu = sites()
    result = solve(y, "unif_cube", nu)
    plan = bn.solve(y, BOX, nu)
    assert result.value == result.value_linear == plan.value
    assert np.array_equal(result.potential_b, plan.weights)
    assert result.marginal_b == pytest.approx(nu, rel=1e-9)
    x = np.random.default_rng(5).random((50, 2))
    by_hand = (((x[:, None] - y[None]) ** 2).sum(axis=2) - plan.weights).min(axis=1)
    f, _ = result.potentials
    assert f(x) == pytest.approx(by_hand, abs=1e-13)
    assert np.array_equal(result.map(x), plan.map(x))
    assert result.status == plan.status and result.log and "OTResult" in repr(result)
    with pytest.raises(bn.BrenierError, match="no matrix"):
        result.plan  # noqa: B018
    assert ot_result(plan).value == plan.value


def test_pots_result_has_these_names_too():
    utils = pytest.importorskip("ot.utils", reason="POT is not installed")
    ours = ot_result(bn.solve(sites()[0], BOX))
    for name in ("value", "value_linear", "potentials", "potential_a", "potential_b", "marginals", "status", "log"):
        assert hasattr(utils.OTResult, name) and hasattr(ours, name), name


def test_unit_ball_is_a_polygon_close_to_it():
    g, log = solve_semidiscrete([[0.0, 0.0]], "ball", log=True)
    # The mean of |x|^2 on the unit disk is 1/2.
    assert log["value"] == pytest.approx(0.5, rel=1e-5)
    assert g.shape == (1,)


def test_start_from_a_potential():
    y, nu = sites(40)
    cold, first = solve_semidiscrete(y, "unif", nu, log=True)
    warm, again = solve_semidiscrete(y, "unif", nu, init_potential=cold, log=True)
    assert again["plan"].iterations < first["plan"].iterations
    assert centred(warm, nu) == pytest.approx(centred(cold, nu), abs=1e-8)


def test_options_of_stochastic_steps_do_nothing_and_say_so():
    y, nu = sites()
    with pytest.warns(bn.BrenierWarning, match="max_iter, batch_size: steps of a stochastic solver"):
        g = solve_semidiscrete(y, "unif", nu, max_iter=10, batch_size=32)
    assert np.array_equal(g, solve_semidiscrete(y, "unif", nu))


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"metric": "euclidean"}, "only 'sqeuclidean'"),
        ({"reg": 0.1}, "without entropy"),
        ({"sampler_source": "normal"}, "no bounded support"),
        ({"sampler_source": lambda b: None}, "draws points"),
        ({"sampler_source": "cube"}, "give a Source"),
    ],
)
def test_refused_in_words(more, text):
    with pytest.raises(bn.BrenierError, match=text):
        solve_semidiscrete(sites()[0], **more)


def test_convert_refuses_in_words():
    with pytest.raises(bn.BrenierError, match="'geogram' is no convention"):
        convert([0.0], [[0.0, 0.0]], "geogram", "pot")
    with pytest.raises(bn.BrenierError, match="2 entries for 1 sites"):
        convert([0.0, 1.0], [[0.0, 0.0]], "pot", "heights")
