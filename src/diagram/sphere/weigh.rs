//! The mass of a cell and what its walls let through, whatever the density.

use super::super::moments::Moments;
use super::cut::{Cutter, Room};
use super::pieces::Pieces;
use super::portion::Portion;
use super::shape::{Held, Shape};

impl Cutter<'_> {
    /// Mass, centroid and spread of the cell in the room, whose shape this is. Leaves in the room
    /// the integrals over its walls, and tells the greatest value of an image in it.
    pub fn weigh(&self, i: u32, shape: &Shape, room: &mut Room) -> (Moments<3>, f64) {
        let ground = self.ground;
        room.found.clear();
        let Some(picture) = &ground.picture else {
            room.found.extend(shape.walls(&ground.law));
            return (shape.portion(&ground.law).moments(&shape.near, &ground.sphere), 0.0);
        };
        let (mut portion, mut most) = (Portion::default(), 0.0);
        let share = picture.background;
        if share < 1.0 {
            let (near, low) = shape.cap();
            // The chord from the middle, and what rounding may do to it.
            let reach = (2.0 * (1.0 - low)).max(0.0).sqrt() * (1.0 + 1e-12) + 1e-12;
            let walls = self.walls(i);
            let Room { cell, work, pieces, found, .. } = &mut *room;
            let mut all = Pieces {
                image: &picture.image,
                walls: &walls,
                room: pieces,
                work,
                near,
                reach,
                portion: Portion::default(),
                found,
                most: 0.0,
            };
            all.sum(cell);
            let factor = picture.factor * (1.0 - share);
            (portion, most) = (all.portion.times(factor), all.most * picture.factor);
            room.found.iter_mut().for_each(|w| w.1 *= factor);
        }
        if share > 0.0 {
            portion = portion.with(shape.portion(&ground.law).times(share));
            room.found.extend(shape.walls(&ground.law).map(|(j, w)| (j, w * share)));
        }
        (portion.moments(&shape.near, &ground.sphere), most)
    }

    /// The cell of a site as a shape that keeps what it holds of an image.
    pub fn finished(&self, i: u32, room: &mut Room) -> (Option<Shape>, Moments<3>) {
        self.cell(i, &[], room);
        let Some(mut shape) = Shape::of(&room.cell, &self.walls(i)) else { return (None, Moments::default()) };
        let (moments, most) = self.weigh(i, &shape, room);
        if self.ground.is_picture() {
            shape.held = Some(Box::new(Held { most, walls: room.found.clone() }));
        }
        (Some(shape), moments)
    }
}
