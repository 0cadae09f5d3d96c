"""brenier.pairs: partners are the exact ones, their law is the plan, and torchcfm takes the sampler as its own."""

from __future__ import annotations

import warnings

import brenier as bn
import numpy as np
import pytest
from brenier.pairs import SemiDiscretePlanSampler

BOX = bn.Box([0, 0], [1, 1])


@pytest.fixture(scope="module")
def plan():
    rng = np.random.default_rng(0)
    return bn.solve(rng.random((30, 2)), BOX, rng.dirichlet(np.full(30, 4.0)))


def test_partner_is_the_site_of_the_cell(plan):
    x = np.random.default_rng(1).random((500, 2))
    x0, x1 = SemiDiscretePlanSampler(plan).sample_plan(x)
    assert x0 is x
    # By hand: |x - y|^2 - w least.
    score = ((x[:, None] - plan.sites[None]) ** 2).sum(axis=2) - plan.weights
    assert np.array_equal(x1, plan.sites[score.argmin(axis=1)])


def test_law_of_the_partners_is_that_of_the_masses(plan):
    _, _, j = SemiDiscretePlanSampler(plan).sample(100_000, seed=3)
    share = np.bincount(j, minlength=30) / 100_000
    nu = plan.target_masses
    # Four standard deviations of each frequency.
    assert (np.abs(share - nu) < 4 * np.sqrt(nu * (1 - nu) / 100_000)).all()


def test_mean_length_of_pairs_is_the_value(plan):
    x0, x1, _ = SemiDiscretePlanSampler(plan).sample(200_000, seed=4, method="r2")
    assert ((x0 - x1) ** 2).sum(axis=1).mean() == pytest.approx(plan.value, rel=1e-3)


def test_data_and_labels_stand_for_sites(plan):
    pictures = np.random.default_rng(2).random((30, 4, 4))
    labels = np.arange(30) % 3
    sampler = SemiDiscretePlanSampler(plan, pictures, labels)
    x = np.random.default_rng(1).random((50, 2))
    j = sampler.assign(x)
    x0, x1, y0, y1 = sampler.sample_plan_with_labels(x, y0=np.arange(50))
    assert np.array_equal(x1, pictures[j]) and np.array_equal(y1, labels[j])
    assert np.array_equal(y0, np.arange(50)) and x0 is x
    assert SemiDiscretePlanSampler(plan).sample_plan_with_labels(x)[3] is None


def test_data_that_coincide_take_turns():
    y = [[0.25, 0.5], [0.75, 0.5], [0.25, 0.5]]
    with pytest.warns(bn.BrenierWarning):
        plan = bn.solve(y, BOX)
    sampler = SemiDiscretePlanSampler(plan, np.array([10, 11, 12]))
    _, x1, j = sampler.sample(9000, seed=1)
    share = np.bincount(j, minlength=3) / 9000
    assert share == pytest.approx([1 / 3] * 3, abs=0.02)
    assert set(x1.tolist()) == {10, 11, 12}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda s: s.sample_plan(np.zeros((4, 3))), "3 numbers a point; the plan's source has 2"),
        (lambda s: s.sample_plan(np.zeros(4)), "x0 has shape"),
        (lambda s: s.sample_plan(np.zeros((4, 2)), np.zeros((4, 7))), "a row of x1 has shape"),
        (lambda s: s.sample_plan_with_labels(np.zeros((4, 2)), y1=np.zeros(4)), "give labels"),
        (lambda s: SemiDiscretePlanSampler(s.plan, np.zeros((7, 2))), "data has 7 rows for 30 sites"),
        (lambda s: SemiDiscretePlanSampler(s.plan, labels=np.zeros(7)), "labels has 7 rows for 30 sites"),
    ],
)
def test_refused_in_words(plan, call, text):
    with pytest.raises(bn.BrenierError, match=text):
        call(SemiDiscretePlanSampler(plan))


def _torch():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("torch", reason="PyTorch is not installed")


def test_tensors_in_tensors_out(plan):
    torch = _torch()
    x = torch.rand((40, 2))
    images = torch.rand((30, 3, 8, 8))
    sampler = SemiDiscretePlanSampler(plan, images, torch.arange(30))
    x0, x1, _, y1 = sampler.sample_plan_with_labels(x, images[:5])
    assert x0 is x and torch.equal(x1, images[y1])
    _, sites = SemiDiscretePlanSampler(plan).sample_plan(x)
    assert sites.dtype == torch.float32 and sites.shape == (40, 2)


def test_in_place_of_torchcfms_sampler(plan):
    torch = _torch()
    cfm = pytest.importorskip(
        "torchcfm.conditional_flow_matching", reason="torchcfm does not import", exc_type=ImportError
    )
    matcher = cfm.ExactOptimalTransportConditionalFlowMatcher(sigma=0.0)
    matcher.ot_sampler = SemiDiscretePlanSampler(plan)
    x0 = torch.rand((64, 2), dtype=torch.float64)
    data = torch.tensor(plan.sites.tolist(), dtype=torch.float64)
    x1 = data[torch.randint(30, (64,))]
    t, xt, ut = matcher.sample_location_and_conditional_flow(x0, x1)
    # The flow is x1 - x0, so the way ends in the datum of the cell that it starts in.
    end = x0 + ut
    j = SemiDiscretePlanSampler(plan).assign(x0)
    assert torch.allclose(end, data[torch.tensor(j.tolist())])
    assert torch.allclose(xt, x0 + t[:, None] * ut)
