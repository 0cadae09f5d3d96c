"""brenier.torch: values, exact gradients to the second order, batches, what is refused."""

from __future__ import annotations

import warnings

import brenier as bn
import numpy as np
import pytest

with warnings.catch_warnings():
    # A PyTorch older than the numpy beside it warns, and works.
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")

BOX = bn.Box([0, 0], [1, 1])


def points(n: int, seed: int = 0, **options):
    y = np.random.default_rng(seed).random((n, 2))
    return torch.tensor(y.tolist(), dtype=torch.float64, **options)


def logits(n: int, seed: int = 1):
    x = np.random.default_rng(seed).normal(size=n) * 0.3
    return torch.tensor(x.tolist(), dtype=torch.float64, requires_grad=True)


def test_value_is_that_of_solve():
    y = points(12)
    value = bn.torch.w2(y, BOX)
    assert value.shape == () and value.dtype == torch.float64
    assert value.item() == bn.solve(y.tolist(), BOX).value


def test_closed_form():
    # One site: the mean squared distance from it, and twice the vector to it from the centre.
    y = torch.tensor([[0.25, 1.5]], dtype=torch.float64, requires_grad=True)
    value = bn.torch.w2(y, BOX)
    value.backward()
    assert value.item() == pytest.approx(2 / 12 + 0.25**2 + 1.0, rel=1e-13)
    assert y.grad.tolist()[0] == pytest.approx([-0.5, 2.0], rel=1e-12)


def test_gradcheck_sites():
    y = points(7, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: bn.torch.w2(y, BOX, tol=1e-13), y, eps=1e-5, atol=1e-7)


def test_gradcheck_masses_through_softmax():
    y = points(6)
    f = lambda t: bn.torch.w2(y, BOX, torch.softmax(t, 0), tol=1e-13)
    assert torch.autograd.gradcheck(f, logits(6), eps=1e-5, atol=1e-7)


def test_gradcheck_on_another_source():
    image = bn.Image([[1.0, 2.0], [4.0, 1.0]], min=[0, 0], max=[1, 1], interpolation="bilinear")
    y = points(5, seed=3, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: bn.torch.w2(y, image, tol=1e-13), y, eps=1e-5, atol=1e-6)


def test_gradcheck_with_a_density():
    affine = bn.Affine([2.0, -0.5], 1.0)
    y = points(5, seed=3, requires_grad=True)
    assert bn.torch.w2(y, BOX, density=affine).item() == bn.solve(y.tolist(), BOX, density=affine).value
    assert torch.autograd.gradcheck(lambda y: bn.torch.w2(y, BOX, density=affine, tol=1e-13), y, eps=1e-5, atol=1e-6)


def test_second_derivatives():
    y, t = points(5, requires_grad=True), logits(5)
    f = lambda y, t: bn.torch.w2(y, BOX, torch.softmax(t, 0), tol=1e-13)
    assert torch.autograd.gradgradcheck(f, (y, t), eps=1e-5, atol=1e-5)


def test_weights_and_centroids_are_differentiable():
    y, t = points(5, seed=5, requires_grad=True), logits(5)
    f = lambda y, t: bn.torch.transport(y, BOX, torch.softmax(t, 0), tol=1e-13)
    assert torch.autograd.gradcheck(f, (y, t), eps=1e-5, atol=1e-5)


def test_transport_agrees_with_the_plan():
    y = points(9)
    value, weights, centroids = bn.torch.transport(y, BOX)
    plan = bn.solve(y.tolist(), BOX)
    assert value.item() == plan.value
    assert weights.tolist() == plan.weights.tolist()
    assert centroids.tolist() == plan.centroids.tolist()


def test_mass_gradient_has_mean_zero():
    y, nu = points(8), torch.full((8,), 0.125, dtype=torch.float64, requires_grad=True)
    bn.torch.w2(y, BOX, nu).backward()
    assert abs(nu.grad.mean().item()) < 1e-15
    w = bn.solve(y.tolist(), BOX).weights
    assert nu.grad.tolist() == pytest.approx((w - w.mean()).tolist(), abs=1e-9)


def test_a_scaled_loss_scales_the_gradient():
    y = points(8, requires_grad=True)
    bn.torch.w2(y, BOX).backward()
    once, y.grad = y.grad, None
    (3.0 * bn.torch.w2(y, BOX) + 1.0).backward()
    assert torch.allclose(y.grad, 3.0 * once, rtol=1e-14, atol=0)


def test_zero_upstream():
    y = points(8, requires_grad=True)
    (0.0 * bn.torch.w2(y, BOX)).backward()
    assert y.grad.abs().max().item() == 0.0


def test_inputs_without_gradient_get_none():
    y, nu = points(8, requires_grad=True), torch.full((8,), 0.125, dtype=torch.float64)
    bn.torch.w2(y, BOX, nu).backward()
    assert y.grad is not None and nu.grad is None
    z, nu = points(8), torch.full((8,), 0.125, dtype=torch.float64, requires_grad=True)
    bn.torch.w2(z, BOX, nu).backward()
    assert z.grad is None and nu.grad is not None
    assert not bn.torch.w2(points(8), BOX).requires_grad
    with torch.no_grad():
        assert not bn.torch.w2(y, BOX).requires_grad


def test_batches_are_the_problems_one_by_one():
    y = torch.stack([points(10, seed=k) for k in range(4)]).requires_grad_()
    values = bn.torch.w2(y, BOX)
    values.sum().backward()
    assert values.shape == (4,)
    for k in range(4):
        z = y[k].detach().clone().requires_grad_()
        one = bn.torch.w2(z, BOX)
        one.backward()
        assert one.item() == values[k].item()
        assert torch.equal(z.grad, y.grad[k])


def test_a_source_for_each_of_a_batch():
    y = torch.stack([points(6, seed=k) for k in range(2)])
    wide = bn.Box([0, 0], [2, 1])
    values = bn.torch.w2(y, [BOX, wide])
    assert values[1].item() == bn.torch.w2(y[1], wide).item()
    with pytest.raises(bn.BrenierError, match="3 sources for a batch of 2"):
        bn.torch.w2(y, [BOX] * 3)


def test_more_axes_and_no_problem_at_all():
    y = torch.stack([points(4, seed=k) for k in range(6)]).reshape(2, 3, 4, 2)
    assert bn.torch.w2(y, BOX).shape == (2, 3)
    empty = torch.zeros((0, 4, 2), dtype=torch.float64, requires_grad=True)
    bn.torch.w2(empty, BOX).sum().backward()
    assert empty.grad.shape == (0, 4, 2)


def test_gradcheck_of_a_batch():
    y = torch.stack([points(4, seed=k) for k in range(3)]).requires_grad_()
    assert torch.autograd.gradcheck(lambda y: bn.torch.w2(y, BOX, tol=1e-13), y, eps=1e-5, atol=1e-7)


def test_root_of_the_square():
    y = points(6, requires_grad=True)
    root = bn.torch.w2(y, BOX, squared=False)
    assert root.item() == pytest.approx(bn.torch.w2(y, BOX).item() ** 0.5, rel=1e-15)
    assert torch.autograd.gradcheck(lambda y: bn.torch.w2(y, BOX, squared=False, tol=1e-13), y, eps=1e-5, atol=1e-6)


def test_float32_in_and_out():
    y = points(10).float().requires_grad_()
    value = bn.torch.w2(y, BOX)
    value.backward()
    assert value.dtype == torch.float32 and y.grad.dtype == torch.float32
    exact = bn.solve(y.detach().double().tolist(), BOX)
    assert value.item() == np.float32(exact.value)
    assert np.allclose(y.grad.tolist(), exact.grad_sites(), rtol=1e-4, atol=1e-7)


def test_views_and_strides():
    y = points(10)
    flipped = torch.flip(y.t().contiguous().t(), dims=(0,))
    assert not y.t().contiguous().t().is_contiguous()
    assert bn.torch.w2(flipped, BOX).item() == pytest.approx(bn.torch.w2(y, BOX).item(), rel=1e-12)


def test_descent_ends_where_points_are_centroids():
    y = points(12, seed=8, requires_grad=True)
    step = torch.optim.SGD([y], lr=0.5 * 12)
    for _ in range(60):
        step.zero_grad()
        loss = bn.torch.w2(y, BOX)
        loss.backward()
        step.step()
    plan = bn.solve(y.tolist(), BOX)
    assert np.abs(plan.sites - plan.centroids).max() < 1e-2
    assert plan.value < 0.6 * bn.solve(points(12, seed=8).tolist(), BOX).value


def test_sites_that_coincide_share_the_gradient():
    y = torch.tensor([[0.2, 0.5], [0.8, 0.5], [0.8, 0.5]], dtype=torch.float64, requires_grad=True)
    with pytest.warns(bn.BrenierWarning):
        value = bn.torch.w2(y, BOX)
    value.backward()
    assert y.grad[1].tolist() == y.grad[2].tolist()
    with pytest.warns(bn.BrenierWarning):
        _, weights, _ = bn.torch.transport(y, BOX)
    with pytest.raises(bn.BrenierError, match="sites coincide"):
        weights[0].backward()


def test_no_gradient_without_convergence():
    with pytest.raises(bn.NotConverged) as caught:
        bn.torch.w2(points(40), BOX, max_iterations=0)
    assert len(caught.value.plan.sites) == 40


@pytest.mark.parametrize("source", ["square", None, 3, [1, 2], [[0, 0], [1, 1]]])
def test_what_is_no_source_is_refused(source):
    with pytest.raises(bn.BrenierError, match="source is a"):
        bn.torch.w2(points(3), source)


@pytest.mark.parametrize(
    ("sites", "more", "text"),
    [
        ([[0.1, 0.2]], {}, "sites is a list; give a tensor"),
        (torch.zeros((3, 2), dtype=torch.float16), {}, "torch.float16"),
        (torch.zeros((3, 2), dtype=torch.int64), {}, "torch.int64"),
        (torch.zeros(3, dtype=torch.float64), {}, "sites has shape"),
        (torch.rand((3, 2)), {"masses": torch.ones(2)}, "masses has shape"),
        (torch.rand((3, 2)), {"partial": True}, "partial is no option"),
        (torch.rand((3, 2)), {"drop_zero_mass": True}, "drop_zero_mass is no option"),
        (torch.rand((3, 2)), {"no_such": 1}, "no_such is no option"),
        (torch.rand((3, 2)), {"masses": torch.tensor([1.0, 0.0, 1.0])}, r"masses\[1\]"),
        (torch.tensor([[0.1, float("nan")], [0.3, 0.4]]), {}, r"sites\[0\]"),
    ],
)
def test_refused_in_words(sites, more, text):
    with pytest.raises(bn.BrenierError, match=text):
        bn.torch.w2(sites, BOX, **more)
