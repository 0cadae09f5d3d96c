//! The light that is wanted: energies of pixels.

/// Energies of pixels, row by row from the top.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Light {
    /// Pixels of a row.
    pub width: usize,
    /// Energies, not negative.
    pub values: Vec<f64>,
}

impl Light {
    /// Number of rows.
    pub fn height(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// Pixels with energy.
    pub fn lit(&self) -> usize {
        self.values.iter().filter(|v| **v > 0.0).count()
    }

    /// A coarser picture with at most about `most` pixels, each the sum over what it covers; the
    /// picture itself if it has no more.
    pub fn reduced(&self, most: usize) -> Light {
        let (w, h) = (self.width, self.height());
        if w * h <= most || w == 0 {
            return self.clone();
        }
        let shrink = (most as f64 / (w * h) as f64).sqrt();
        let columns = ((w as f64 * shrink).round() as usize).clamp(1, w);
        let rows = ((h as f64 * shrink).round() as usize).clamp(1, h);
        let (across, down) = (shares(w, columns), shares(h, rows));
        let mut values = vec![0.0; columns * rows];
        for (y, row) in self.values.chunks(w).enumerate() {
            for &(r, dy) in &down[y] {
                for (x, v) in row.iter().enumerate() {
                    across[x].iter().for_each(|&(c, dx)| values[r * columns + c] += v * dx * dy);
                }
            }
        }
        Light { width: columns, values }
    }

    /// Pearson's correlation with another picture of the same size; 0 if either is even.
    pub fn correlation(&self, other: &Light) -> f64 {
        let n = self.values.len() as f64;
        let mean = |v: &[f64]| v.iter().sum::<f64>() / n;
        let (a, b) = (mean(&self.values), mean(&other.values));
        let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
        for (x, y) in self.values.iter().zip(&other.values) {
            let (x, y) = (x - a, y - b);
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }
        if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
    }

    /// Grey bytes, the brightest pixel white.
    pub fn bytes(&self) -> Vec<u8> {
        let most = self.values.iter().copied().fold(0.0, f64::max);
        let scale = if most > 0.0 { 255.0 / most } else { 0.0 };
        self.values.iter().map(|v| (v * scale).round() as u8).collect()
    }
}

/// For each of `n` pixels in a row the coarse ones, of `m`, that it lies in, with its share there.
fn shares(n: usize, m: usize) -> Vec<Vec<(usize, f64)>> {
    let size = m as f64 / n as f64;
    (0..n)
        .map(|k| {
            let (low, high) = (k as f64 * size, (k + 1) as f64 * size);
            let (first, last) = (low as usize, ((high - 1e-9) as usize).min(m - 1));
            (first..=last).map(|c| (c, (high.min((c + 1) as f64) - low.max(c as f64)).max(0.0) / size)).collect()
        })
        .collect()
}
