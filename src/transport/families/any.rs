//! Which family a problem is of.

use super::super::family::{Transport, Visit};
use super::partial::Partial;
use super::plane::Plane;
use super::space::InSpace;
use super::sphere::OnSphere;
use super::surface::OnSurface;
use crate::problem::{Problem, SpaceProblem, SphereProblem, SurfaceProblem};
use std::borrow::Cow;

impl Transport<2> for Problem {
    fn visit<V: Visit<2>>(&self, visitor: V) -> V::Output {
        match self.rest() {
            Some(rest) => visitor.visit(&Partial { problem: Cow::Borrowed(self), rest }),
            None => visitor.visit(&Plane(Cow::Borrowed(self))),
        }
    }
}

impl Transport<3> for SurfaceProblem {
    fn visit<V: Visit<3>>(&self, visitor: V) -> V::Output {
        visitor.visit(&OnSurface(Cow::Borrowed(self)))
    }
}

impl<const D: usize> Transport<D> for SpaceProblem<D> {
    fn visit<V: Visit<D>>(&self, visitor: V) -> V::Output {
        visitor.visit(&InSpace(Cow::Borrowed(self)))
    }
}

impl Transport<3> for SphereProblem {
    fn visit<V: Visit<3>>(&self, visitor: V) -> V::Output {
        visitor.visit(&OnSphere(Cow::Borrowed(self)))
    }
}
