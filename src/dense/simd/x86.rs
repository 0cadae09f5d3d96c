//! The loops of the dense argmax for x86-64. Why nothing here is undefined: `mod.rs`.

// Lanes and registers are numbered: an index says which.
#![allow(clippy::needless_range_loop)]

use super::panel::{BLOCKS, Best, GROUP, POINTS, Panel, REFLECTIONS, SITES, Task, each_tile};
use std::arch::x86_64::*;

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn load16(from: &[f32]) -> __m512 {
    let from = &from[..16];
    // SAFETY: `from` has 16 floats, by 1 above.
    unsafe { _mm512_loadu_ps(from.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn store16(to: &mut [f32; 16], v: __m512) {
    // SAFETY: `to` has 16 floats, by 1 above.
    unsafe { _mm512_storeu_ps(to.as_mut_ptr(), v) }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn load8(from: &[f32]) -> __m256 {
    let from = &from[..8];
    // SAFETY: `from` has 8 floats, by 1 above.
    unsafe { _mm256_loadu_ps(from.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn store8(to: &mut [f32], v: __m256) {
    let to = &mut to[..8];
    // SAFETY: `to` has 8 floats, by 1 above.
    unsafe { _mm256_storeu_ps(to.as_mut_ptr(), v) }
}

/// Adds products of coordinates to sums of 4 points by 6 vectors of 16 sites: 24 sums, 6 vectors
/// of sites and one of a point in 32 registers.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn products16(
    x: &[[f32; POINTS]],
    sites: &[[f32; SITES]],
    mut sum: [[__m512; GROUP]; POINTS],
) -> [[__m512; GROUP]; POINTS] {
    for (x, y) in x.iter().zip(sites) {
        let mut sites = sum[0];
        for v in 0..GROUP {
            sites[v] = load16(&y[16 * v..]);
        }
        for p in 0..POINTS {
            let x = _mm512_set1_ps(x[p]);
            for v in 0..GROUP {
                sum[p][v] = _mm512_fmadd_ps(x, sites[v], sum[p][v]);
            }
        }
    }
    sum
}

/// The largest values of a panel, one a lane.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn meet16(b: &mut Best, value: __m512, number: __m512i) {
    let old = load16(&b.best);
    let second = _mm512_max_ps(load16(&b.second), _mm512_min_ps(old, value));
    let above = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(value, old);
    store16(&mut b.second, second);
    store16(&mut b.best, _mm512_max_ps(old, value));
    let panel = &mut b.panel[..16];
    // SAFETY: `panel` has 16 integers of 32 bits, by 1 above.
    unsafe { _mm512_mask_storeu_epi32(panel.as_mut_ptr().cast(), above, number) }
}

#[target_feature(enable = "avx512f,avx512dq")]
pub(crate) fn raise_avx512(panel: &Panel<'_>, tiles: &[f32], scales: &[f32], best: &mut [Best]) {
    let sites = panel.sites.as_chunks::<SITES>().0;
    let number = _mm512_set1_epi32(panel.number as i32);
    for (x, scale, best) in each_tile::<POINTS>(tiles, scales, best) {
        let scale = _mm512_set1_ps(scale);
        let mut h = [scale; GROUP];
        for v in 0..GROUP {
            h[v] = _mm512_mul_ps(scale, load16(&panel.heights[16 * v..]));
        }
        let sum = products16(x, sites, [h; POINTS]);
        for p in 0..POINTS {
            let mut value = sum[p][0];
            for v in 1..GROUP {
                value = _mm512_max_ps(value, sum[p][v]);
            }
            meet16(&mut best[p], value, number);
        }
    }
}

/// The sums of each block of coordinates go by the first cache; of the four sums of a site and
/// the signs the sixteen values are made by 24 additions.
#[target_feature(enable = "avx512f,avx512dq")]
pub(crate) fn reflect_avx512(
    panel: &Panel<'_>,
    (tiles, ends): (&[f32], &[usize; BLOCKS]),
    scales: &[f32],
    best: &mut [Best],
) {
    let sites = panel.sites.as_chunks::<SITES>().0;
    let number = _mm512_set1_epi32(panel.number as i32);
    let zero = _mm512_set1_ps(0.0);
    for (x, scale, best) in each_tile::<{ POINTS * REFLECTIONS }>(tiles, scales, best) {
        let scale = _mm512_set1_ps(scale);
        let mut sums = [[[zero; GROUP]; POINTS]; BLOCKS];
        let mut begin = 0;
        for b in 0..BLOCKS {
            sums[b] = products16(&x[begin..ends[b]], &sites[begin..ends[b]], [[zero; GROUP]; POINTS]);
            begin = ends[b];
        }
        for p in 0..POINTS {
            let mut most = [_mm512_set1_ps(f32::NEG_INFINITY); REFLECTIONS];
            for v in 0..GROUP {
                let h = _mm512_mul_ps(scale, load16(&panel.heights[16 * v..]));
                let s = [sums[0][p][v], sums[1][p][v], sums[2][p][v], sums[3][p][v]];
                let (plus, minus) = (_mm512_add_ps(h, s[0]), _mm512_sub_ps(h, s[0]));
                let front = [
                    _mm512_add_ps(plus, s[1]),
                    _mm512_add_ps(minus, s[1]),
                    _mm512_sub_ps(plus, s[1]),
                    _mm512_sub_ps(minus, s[1]),
                ];
                let (both, other) = (_mm512_add_ps(s[2], s[3]), _mm512_sub_ps(s[3], s[2]));
                for q in 0..4 {
                    most[q] = _mm512_max_ps(most[q], _mm512_add_ps(front[q], both));
                    most[q + 4] = _mm512_max_ps(most[q + 4], _mm512_add_ps(front[q], other));
                    most[q + 8] = _mm512_max_ps(most[q + 8], _mm512_sub_ps(front[q], other));
                    most[q + 12] = _mm512_max_ps(most[q + 12], _mm512_sub_ps(front[q], both));
                }
            }
            for q in 0..REFLECTIONS {
                meet16(&mut best[REFLECTIONS * p + q], most[q], number);
            }
        }
    }
}

/// 2 points by 6 vectors of 8 sites: 12 sums, 2 vectors of points and one of sites in 16
/// registers.
#[target_feature(enable = "avx2,fma")]
pub(crate) fn raise_avx2(panel: &Panel<'_>, tiles: &[f32], scales: &[f32], best: &mut [Best]) {
    const AT_ONCE: usize = 2;
    let sites = panel.sites.as_chunks::<SITES>().0;
    let number = _mm256_castsi256_ps(_mm256_set1_epi32(panel.number as i32));
    for (x, scale, best) in each_tile::<POINTS>(tiles, scales, best) {
        let scale = _mm256_set1_ps(scale);
        for part in 0..2 {
            let from = 8 * GROUP * part;
            let mut h = [scale; GROUP];
            for v in 0..GROUP {
                h[v] = _mm256_mul_ps(scale, load8(&panel.heights[from + 8 * v..]));
            }
            for first in [0, AT_ONCE] {
                let mut sum = [h; AT_ONCE];
                for (x, y) in x.iter().zip(sites) {
                    let x = [_mm256_set1_ps(x[first]), _mm256_set1_ps(x[first + 1])];
                    for v in 0..GROUP {
                        let y = load8(&y[from + 8 * v..]);
                        for p in 0..AT_ONCE {
                            sum[p][v] = _mm256_fmadd_ps(x[p], y, sum[p][v]);
                        }
                    }
                }
                for p in 0..AT_ONCE {
                    let b = &mut best[first + p];
                    let mut value = sum[p][0];
                    for v in 1..GROUP {
                        value = _mm256_max_ps(value, sum[p][v]);
                    }
                    let old = load8(&b.best[8 * part..]);
                    let second = _mm256_max_ps(load8(&b.second[8 * part..]), _mm256_min_ps(old, value));
                    let above = _mm256_cmp_ps::<_CMP_GT_OQ>(value, old);
                    store8(&mut b.second[8 * part..], second);
                    store8(&mut b.best[8 * part..], _mm256_max_ps(old, value));
                    let panel = &mut b.panel[8 * part..8 * part + 8];
                    let (above, number) = (_mm256_castps_si256(above), _mm256_castps_si256(number));
                    // SAFETY: `panel` has 8 integers of 32 bits, by 1 above.
                    unsafe { _mm256_maskstore_epi32(panel.as_mut_ptr().cast(), above, number) }
                }
            }
        }
    }
}

#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
pub(crate) fn with_avx512<T: Task>(task: T) -> T::Output {
    task.run()
}

#[target_feature(enable = "avx2")]
pub(crate) fn with_avx2<T: Task>(task: T) -> T::Output {
    task.run()
}

#[target_feature(enable = "avx512f,avx512dq")]
pub(crate) fn spin_avx512(rounds: u64) -> u64 {
    let (x, y) = (_mm512_set1_ps(std::hint::black_box(0.999)), _mm512_set1_ps(std::hint::black_box(1e-3)));
    let mut sum = [y; 12];
    for _ in 0..rounds {
        for s in &mut sum {
            *s = _mm512_fmadd_ps(*s, x, y);
        }
    }
    let mut total = y;
    for s in sum {
        total = _mm512_add_ps(total, s);
    }
    std::hint::black_box(_mm512_reduce_add_ps(total));
    16
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn spin_avx2(rounds: u64) -> u64 {
    let (x, y) = (_mm256_set1_ps(std::hint::black_box(0.999)), _mm256_set1_ps(std::hint::black_box(1e-3)));
    let mut sum = [y; 12];
    for _ in 0..rounds {
        for s in &mut sum {
            *s = _mm256_fmadd_ps(*s, x, y);
        }
    }
    let mut total = y;
    for s in sum {
        total = _mm256_add_ps(total, s);
    }
    std::hint::black_box(_mm256_cvtss_f32(total));
    8
}
