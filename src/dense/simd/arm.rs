//! The loops of the dense argmax for 64-bit ARM. Why nothing here is undefined: `mod.rs`.

// Lanes and registers are numbered: an index says which.
#![allow(clippy::needless_range_loop)]

use super::panel::{Best, GROUP, LANES, POINTS, Panel, SITES, each_tile};
use std::arch::aarch64::*;

#[inline]
#[target_feature(enable = "neon")]
fn load4(from: &[f32]) -> float32x4_t {
    let from = &from[..4];
    // SAFETY: `from` has 4 floats, by 1 above.
    unsafe { vld1q_f32(from.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn store4(to: &mut [f32], v: float32x4_t) {
    let to = &mut to[..4];
    // SAFETY: `to` has 4 floats, by 1 above.
    unsafe { vst1q_f32(to.as_mut_ptr(), v) }
}

/// 4 points by 6 vectors of 4 sites: 24 sums, 6 vectors of sites and one of points in 32
/// registers.
#[target_feature(enable = "neon")]
pub(crate) fn raise_neon(panel: &Panel<'_>, tiles: &[f32], scales: &[f32], best: &mut [Best]) {
    const W: usize = 4;
    let sites = panel.sites.as_chunks::<SITES>().0;
    let number = vdupq_n_u32(panel.number);
    for (x, scale, best) in each_tile::<POINTS>(tiles, scales, best) {
        for part in 0..LANES / W {
            let at = part * GROUP * W;
            let mut h = [vdupq_n_f32(scale); GROUP];
            for v in 0..GROUP {
                h[v] = vmulq_f32(h[v], load4(&panel.heights[at + v * W..]));
            }
            let mut sum = [h; POINTS];
            for (x, y) in x.iter().zip(sites) {
                let y = &y[at..at + GROUP * W];
                let mut sites = [h[0]; GROUP];
                for v in 0..GROUP {
                    sites[v] = load4(&y[v * W..]);
                }
                for p in 0..POINTS {
                    for v in 0..GROUP {
                        sum[p][v] = vfmaq_n_f32(sum[p][v], sites[v], x[p]);
                    }
                }
            }
            for p in 0..POINTS {
                let b = &mut best[p];
                let mut value = sum[p][0];
                for v in 1..GROUP {
                    value = vmaxq_f32(value, sum[p][v]);
                }
                let old = load4(&b.best[W * part..]);
                let second = vmaxq_f32(load4(&b.second[W * part..]), vminq_f32(old, value));
                let above = vcgtq_f32(value, old);
                store4(&mut b.second[W * part..], second);
                store4(&mut b.best[W * part..], vmaxq_f32(old, value));
                let panel = &mut b.panel[W * part..W * part + W];
                // SAFETY: `panel` has 4 integers of 32 bits, by 1 above.
                unsafe {
                    let before = vld1q_u32(panel.as_ptr());
                    vst1q_u32(panel.as_mut_ptr(), vbslq_u32(above, number, before));
                }
            }
        }
    }
}
