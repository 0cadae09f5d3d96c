//! Why no heights attain the masses.

use crate::diagram::Region;

/// Why no heights attain the masses.
#[derive(Clone, Debug, PartialEq)]
pub struct Jump {
    /// The sites that would have to be tied.
    pub sites: Vec<u32>,
    /// What they win together, with the share of each site in the plan nearest to a map, in the
    /// order of the region's sites.
    pub regions: Vec<(Region, Vec<f64>)>,
    /// What each of `sites` has besides.
    pub base: Vec<f64>,
    /// All that is tied, and what every site has besides: the proof rests on these masses.
    pub(super) tied: (Vec<Region>, Vec<f64>),
    pub(super) doubt: f64,
}

impl Jump {
    /// Do exact masses of all polygons at these heights (facet, site, mass) bear the proof out? A
    /// facet's region is that of its sites, whoever of them has it. Cost: O(polygons and regions).
    pub fn confirmed(&self, polygons: impl Iterator<Item = (u32, u32, f64)>) -> bool {
        let (regions, base) = &self.tied;
        let mut region = std::collections::BTreeMap::new();
        for (k, r) in regions.iter().enumerate() {
            for (facet, _) in &r.facets {
                r.sites.iter().for_each(|&i| _ = region.insert((*facet, i), k));
            }
        }
        let (mut shared, mut own) = (vec![0.0; regions.len()], vec![0.0; base.len()]);
        for (facet, site, mass) in polygons {
            match region.get(&(facet, site)) {
                Some(&k) => shared[k] += mass,
                None => own[site as usize] += mass,
            }
        }
        let off = shared.iter().zip(regions).map(|(m, r)| (m - r.mass).abs()).sum::<f64>()
            + own.iter().zip(base).map(|(m, b)| (m - b).abs()).sum::<f64>();
        // It enters once for each level of heights, and once for the set itself.
        off * (base.len() + 1) as f64 <= self.doubt
    }
}

/// What is said where neither heights nor a proof were found.
pub const BEYOND: &str =
    "the dual is at its top, at a jump of the masses; whether they can be attained is beyond doubles";
