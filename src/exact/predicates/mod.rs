//! The predicates of the plane, each `f64 filter -> exact integers -> symbolic perturbation`.
//!
//! | name | asks | degree |
//! |---|---|---|
//! | [`orient2d`] | on which side of the line `ab` lies `c` | 2 |
//! | [`above`] | does the lifted site `d` lie above the plane through `a, b, c` (B2 and the hull test) | 3 |
//! | [`above_line`] | the same over a line, for collinear sites | 2 |
//! | [`side_v`] | sign of `s_im` at a domain vertex (V) | 2 |
//! | [`side_e`] | sign of `s_im` where bisector `ij` meets a domain edge (E) | 4 |
//! | [`side_c`] | sign of `s_im` where a domain edge crosses a line of a grid (C) | 3 |
//! | [`cone_sign`] | how three rays from the origin turn | 3 |
//! | [`higher_at`] | sign of `s_im` at a point, in any dimension | 2 |
//! | [`PolePlane::side`] | side of the plane through three points `n / s` of space | 4 |
//! | [`Meet::inside`] | sign of `s_im` at a labelled point of a triangle in space (V, E, F) | 2, 4, 6 |
//! | [`ExactCrossing::side`] | side of a plane at a point where two planes meet the unit sphere | 10 |
//! | [`orient3d`], [`orient3d_sign`] | on which side of the plane `abc` lies `d` | 3 |
//! | [`over`] | does the lifted site `e` of space lie above the hyperplane through four others (B3 and the hull test) | 4 |
//! | [`corner_inside`] | sign of `s_im` where three walls or faces meet in space (V, E, F, B3) | 2 to 5 |
//!
//! with `s_ij(x) = <y_i - y_j, x> + h_i - h_j`, positive where `i` beats `j`.
//!
//! # Error model of the filters
//! `u = 2^-53`. For finite results `fl(a + b) = (a + b)(1 + d)` with `|d| <= u`, also when the
//! result is subnormal; `fl(a b) = a b (1 + d) + e` with `|e| <= 2^-1075`, `e = 0` unless the
//! product is subnormal. A filter accepts only when the computed value exceeds its bound strictly;
//! NaN and infinity compare false and so fall through to exact arithmetic. Bounds are sums of
//! non-negative products, so their own rounding is covered by the slack named at each constant.
//!
//! # Ties
//! An exact zero is resolved as if height `h_i` were `h_i + eps^(i+1)` for an infinitesimal
//! `eps > 0`, `i` being the site's rank: the lower rank is raised infinitely more. The sign is that
//! of the first non-zero coefficient of the perturbations in rank order; each predicate says why
//! one exists. Nothing is a tie afterwards (distinct ranks).

mod above;
mod circle;
mod cone;
mod cut;
mod facet;
mod lifted;
mod orient;
mod over;
mod point;
mod pole;
mod side;
mod space;
mod through;

pub use above::{above, above_exact, above_line, above_line_exact, above_line_sign, above_sign};
pub use circle::{
    CircleRow, Crossing, ExactCrossing, Meeting, centre_side_exact, is_real_exact, orient_exact, turn_exact,
};
pub use cone::{cone_sign, cone_sign_exact};
pub use cut::{CutPoint, side_c, side_c_exact, side_c_sign};
pub use facet::{Lifted3, Line, Meet, Row, Values, inside_exact, meet_exact, meet_near, wall_value, wins_on_triangle};
pub use lifted::Lifted;
use lifted::{U, UNDERFLOW, height_difference};
pub use orient::{dot_sign, dot_sign_exact, orient2d, orient2d_exact, orient2d_sign, orient3d};
pub use over::{Grain, over, over_exact, over_sign, over_sign_of};
pub use point::{higher_at, higher_at_exact};
pub use pole::{Pole, PolePlane, pole_plane_dd, pole_rank, pole_side_exact};
pub use side::{
    BoxAbout, EdgePoint, side_e, side_e_exact, side_e_sign, side_v, side_v_exact, side_v_sign, wins_on_box,
};
pub use space::{Corner, ExactRow, PlaneRow, Yield, corner_exact, corner_inside, corner_near};
pub use through::{orient3d_sign, plane_exact, plane_near};
