"""brenier.jax: values, exact gradients to the second order, jit, vmap, what is refused."""

from __future__ import annotations

import brenier as bn
import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="JAX is not installed")
jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
from jax.test_util import check_grads

BOX = bn.Box([0, 0], [1, 1])


def points(n: int, seed: int = 0):
    return jnp.asarray(np.random.default_rng(seed).random((n, 2)))


def w2(y, nu=None):
    return bn.jax.w2(y, BOX, nu, tol=1e-13)


def test_value_is_that_of_solve():
    y = points(12)
    value = bn.jax.w2(y, BOX)
    assert value.shape == () and value.dtype == jnp.float64
    plan = bn.solve(y, BOX, np.full(12, 1 / 12))
    assert float(value) == plan.value


def test_check_grads_sites():
    check_grads(w2, (points(7),), order=1, modes=["rev"], eps=1e-5, atol=1e-7, rtol=1e-6)


def test_check_grads_masses_through_softmax():
    t = jnp.asarray(np.random.default_rng(1).normal(size=6) * 0.3)
    f = lambda t: w2(points(6), jax.nn.softmax(t))
    check_grads(f, (t,), order=1, modes=["rev"], eps=1e-5, atol=1e-7, rtol=1e-6)


def test_second_derivatives():
    y, t = points(4), jnp.asarray(np.random.default_rng(1).normal(size=4) * 0.3)

    @jax.jit
    def directional(y, t):
        f = lambda y, t: w2(y, jax.nn.softmax(t))
        g, h = jax.grad(f, argnums=(0, 1))(y, t)
        return (g * jnp.cos(jnp.arange(8.0).reshape(4, 2))).sum() + (h * jnp.arange(4.0)).sum()

    check_grads(directional, (y, t), order=1, modes=["rev"], eps=1e-5, atol=1e-5, rtol=1e-5)


def test_weights_and_centroids_are_differentiable():
    y, t = points(5, seed=5), jnp.asarray(np.random.default_rng(1).normal(size=5) * 0.3)
    f = lambda y, t: bn.jax.transport(y, BOX, jax.nn.softmax(t), tol=1e-13)
    check_grads(f, (y, t), order=1, modes=["rev"], eps=1e-5, atol=1e-5, rtol=1e-5)


def test_jit_changes_no_bit():
    y = points(15)
    f = jax.value_and_grad(w2)
    plain, compiled = f(y), jax.jit(f)(y)
    assert plain[0] == compiled[0]
    assert jnp.allclose(plain[1], compiled[1], rtol=1e-14, atol=0)


def test_vmap_is_the_problems_one_by_one():
    y = jnp.stack([points(8, seed=k) for k in range(4)])
    together = jax.jit(jax.vmap(jax.value_and_grad(w2)))(y)
    for k in range(4):
        value, gradient = jax.value_and_grad(w2)(y[k])
        assert value == together[0][k]
        assert jnp.allclose(gradient, together[1][k], rtol=1e-13, atol=0)


def test_vmap_over_masses_alone():
    y = points(6)
    nu = jnp.asarray(np.random.default_rng(2).dirichlet(np.full(6, 5.0), size=3))
    together = jax.vmap(w2, in_axes=(None, 0))(y, nu)
    assert [float(v) for v in together] == [float(w2(y, m)) for m in nu]


def test_batches_and_a_source_for_each():
    y = jnp.stack([points(6, seed=k) for k in range(2)])
    wide = bn.Box([0, 0], [2, 1])
    values = bn.jax.w2(y, [BOX, wide])
    assert values.shape == (2,)
    assert values[1] == bn.jax.w2(y[1], wide)
    gradient = jax.grad(lambda y: bn.jax.w2(y, [BOX, wide]).sum())(y)
    assert jnp.array_equal(gradient[0], jax.grad(lambda y: bn.jax.w2(y, BOX))(y[0]))


def test_a_scaled_loss_scales_the_gradient():
    y = points(8)
    once = jax.grad(w2)(y)
    assert jnp.allclose(jax.grad(lambda y: 3.0 * w2(y) + 1.0)(y), 3.0 * once, rtol=1e-14, atol=0)
    assert not jax.grad(lambda y: 0.0 * w2(y))(y).any()


def test_mass_gradient_has_mean_zero():
    nu = jnp.full(8, 0.125)
    gradient = jax.grad(w2, argnums=1)(points(8), nu)
    assert abs(gradient.mean()) < 1e-15
    assert gradient.any()


def test_float32_in_and_out():
    y = points(10).astype(jnp.float32)
    value, gradient = jax.value_and_grad(lambda y: bn.jax.w2(y, BOX))(y)
    assert value.dtype == jnp.float32 and gradient.dtype == jnp.float32
    exact = bn.solve(np.asarray(y, dtype=np.float64), BOX)
    assert float(value) == pytest.approx(exact.value, rel=1e-6)


def test_root_of_the_square():
    check_grads(lambda y: bn.jax.w2(y, BOX, squared=False, tol=1e-13), (points(6),), 1, ["rev"], eps=1e-5, atol=1e-6)


def test_a_plan_that_was_forgotten_is_solved_again(monkeypatch):
    import brenier.jax as face

    f = jax.grad(lambda y: bn.jax.transport(y, BOX)[1][0])
    kept = f(points(6))
    monkeypatch.setattr(face, "_KEPT", 0)
    assert jnp.array_equal(f(points(6)), kept)


def test_a_second_call_compiles_nothing():
    import brenier.jax as face

    w2(points(6))
    before = face._made.cache_info()
    w2(points(6, seed=1))
    after = face._made.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
    # What has no hash works, too.
    flat = {"type": "constant"}
    assert bn.jax.w2(points(6), BOX, density=flat) == bn.jax.w2(points(6), BOX)


def test_many_calls_under_one_jit():
    f = jax.jit(jax.grad(w2))
    for seed in range(40):
        f(points(9, seed=seed)).block_until_ready()


def test_a_failure_tells_its_text():
    with pytest.raises(Exception, match=r"masses\[1\]"):
        bn.jax.w2(points(3), BOX, jnp.asarray([0.5, 0.0, 0.5])).block_until_ready()
    with pytest.raises(Exception, match=r"masses\[1\]"):
        jax.jit(w2)(points(3), jnp.asarray([0.5, 0.0, 0.5])).block_until_ready()


@pytest.mark.parametrize("source", ["square", None, 3, [1, 2]])
def test_what_is_no_source_is_refused(source):
    with pytest.raises(bn.BrenierError, match="source is a"):
        bn.jax.w2(points(3), source)


@pytest.mark.parametrize(
    ("sites", "more", "text"),
    [
        (np.zeros((3, 2), dtype=np.float16), {}, "float16"),
        (np.zeros((3, 2), dtype=np.int32), {}, "int32"),
        (np.zeros(3), {}, "sites has shape"),
        (np.random.rand(3, 2), {"masses": np.ones(2)}, "masses has shape"),
        (np.random.rand(3, 2), {"partial": True}, "partial is no option"),
    ],
)
def test_refused_in_words(sites, more, text):
    with pytest.raises(bn.BrenierError, match=text):
        bn.jax.w2(jnp.asarray(sites), BOX, **more)
