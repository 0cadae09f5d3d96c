//! The slope that sends a vertical ray where it shall go.

/// What the surface does to a ray.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optic {
    /// A mirror; light comes from above.
    Mirror,
    /// The upper side of a plate of glass with a flat lower side, through which light comes from
    /// below.
    Lens {
        /// Refractive index, above 1.
        index: f64,
    },
}

impl Optic {
    /// The slope `(dz/dx, dz/dy)` that sends light in this direction of length 1, upwards. `None`
    /// if none does: beyond the angle of total reflection.
    ///
    /// A mirror's normal halves the angle between the way back, `(0, 0, 1)`, and the way out: it is
    /// parallel to their sum, so `p = -w / (1 + w_z)`. At a lens the tangential parts of `n (0, 0,
    /// 1)` and of the direction agree (Snell), so their difference is parallel to the normal, and
    /// `p = w / (n - w_z)`; light leaves if `w_z > 1 / n`.
    pub fn slope(self, direction: [f64; 3]) -> Option<[f64; 2]> {
        let [x, y, z] = direction;
        match self {
            Optic::Mirror if z > 0.0 => Some([-x / (1.0 + z), -y / (1.0 + z)]),
            Optic::Lens { index } if z * index > 1.0 => Some([x / (index - z), y / (index - z)]),
            _ => None,
        }
    }

    /// The largest angle from the vertical that light can be sent at.
    pub fn limit(self) -> f64 {
        match self {
            Optic::Mirror => std::f64::consts::FRAC_PI_2,
            Optic::Lens { index } => (1.0 / index).acos(),
        }
    }

    /// Where a vertical ray goes at a surface with this normal (of any length, upwards): reflected
    /// or refracted by the laws for vectors, of length 1. `None` if it is reflected totally, or not
    /// sent upwards.
    pub fn deflected(self, normal: [f64; 3]) -> Option<[f64; 3]> {
        let size = (normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]).sqrt();
        let n = normal.map(|x| x / size);
        let way = match self {
            Optic::Mirror => {
                // d - 2 <d, n> n for d = (0, 0, -1).
                let twice = 2.0 * n[2];
                [twice * n[0], twice * n[1], twice * n[2] - 1.0]
            }
            Optic::Lens { index } => {
                // Snell: the tangential part of d = (0, 0, 1) grows by the index.
                let cosine = n[2];
                let left = 1.0 - index * index * (1.0 - cosine * cosine);
                if left < 0.0 {
                    return None;
                }
                let along = left.sqrt() - index * cosine;
                [along * n[0], along * n[1], along * n[2] + index]
            }
        };
        (way[2] > 0.0).then_some(way)
    }
}
