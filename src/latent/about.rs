//! The codes about a code: their mean, their covariance, and random codes among them.

use super::codes::Codes;
use nalgebra::DMatrix;

/// Codes about one, itself not counted.
pub(super) const ABOUT: usize = 20;

/// A code with the nearest ones of its component.
#[derive(Clone, Debug)]
pub(super) struct About {
    /// The code, and those about it.
    members: Vec<u32>,
    /// Their mean.
    pub mean: Vec<f64>,
    /// Trace of their covariance.
    pub spread: f64,
}

impl About {
    pub(super) fn of(codes: &Codes, i: usize, near: &[(u32, f64)], part: &[u32]) -> About {
        let own = near.iter().map(|e| e.0).filter(|j| part[*j as usize] == part[i]).take(ABOUT);
        let members: Vec<u32> = std::iter::once(i as u32).chain(own).collect();
        let mut mean = vec![0.0; codes.dimension()];
        let by = 1.0 / members.len() as f64;
        for &j in &members {
            mean.iter_mut().zip(codes.row(j as usize)).for_each(|(m, y)| *m += by * y);
        }
        let square = |j: &u32| codes.row(*j as usize).iter().zip(&mean).map(|(y, m)| (y - m).powi(2)).sum::<f64>();
        let spread = members.iter().map(square).sum::<f64>() / (members.len().max(2) - 1) as f64;
        About { members, mean, spread }
    }

    /// How many they are.
    pub(super) fn count(&self) -> usize {
        self.members.len()
    }

    /// A root `L` of their covariance `L L'`: a column for each of them.
    pub(super) fn root(&self, codes: &Codes) -> DMatrix<f64> {
        let by = 1.0 / ((self.members.len().max(2) - 1) as f64).sqrt();
        let of = |a: usize, k: usize| by * (codes.row(self.members[k] as usize)[a] - self.mean[a]);
        DMatrix::from_fn(codes.dimension(), self.members.len(), of)
    }

    /// Their covariance.
    pub(super) fn covariance(&self, codes: &Codes) -> DMatrix<f64> {
        let root = self.root(codes);
        &root * root.transpose()
    }

    /// The code `y` of this neighbourhood, drawn towards its mean.
    pub(super) fn drawn(&self, y: &[f64], keep: f64) -> Vec<f64> {
        self.mean.iter().zip(y).map(|(m, y)| m + keep * (y - m)).collect()
    }

    /// A random vector with just this covariance: members, weighted by normal numbers.
    pub(super) fn random(&self, codes: &Codes, mut normal: impl FnMut() -> f64) -> Vec<f64> {
        let mut sum = vec![0.0; codes.dimension()];
        let by = 1.0 / ((self.members.len().max(2) - 1) as f64).sqrt();
        for &j in &self.members {
            let g = by * normal();
            let off = codes.row(j as usize).iter().zip(&self.mean);
            sum.iter_mut().zip(off).for_each(|(s, (y, m))| *s += g * (y - m));
        }
        sum
    }
}
