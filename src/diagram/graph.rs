//! Walls between cells as a graph: a symmetric matrix in compressed rows.

/// Cells that share walls, with a weight for each pair: for masses
/// `K_ij = int_wall rho / |y_i - y_j|`, the same bits as `K_ji`, with `dm_i/dh_j = -K_ij`.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// Start of each row in `column` and `weight`; one entry more than there are rows.
    pub row: Vec<u32>,
    /// Neighbours with a wall of positive length.
    pub column: Vec<u32>,
    /// Their weights.
    pub weight: Vec<f64>,
}

impl Default for Graph {
    /// Without rows.
    fn default() -> Graph {
        Graph { row: vec![0], column: Vec::new(), weight: Vec::new() }
    }
}

impl Graph {
    /// Without rows, with room for so many of them and of their entries.
    pub(super) fn with_capacity(rows: usize, entries: usize) -> Graph {
        let mut row = Vec::new();
        row.reserve_exact(rows + 1);
        row.push(0);
        let (mut column, mut weight) = (Vec::new(), Vec::new());
        column.reserve_exact(entries);
        weight.reserve_exact(entries);
        Graph { row, column, weight }
    }

    /// From walls `(i, j, weight)`, `i < j`, of `n` cells: equal ones are added up in their order,
    /// those of weight zero left out. Cost: O(walls), sorted row by row.
    pub fn of_walls<'a>(n: usize, walls: impl Iterator<Item = &'a (u32, u32, f64)> + Clone) -> Graph {
        let mut start = vec![0u32; n + 1];
        for w in walls.clone().filter(|w| w.2 > 0.0) {
            start[w.0 as usize + 1] += 1;
            start[w.1 as usize + 1] += 1;
        }
        (0..n).for_each(|i| start[i + 1] += start[i]);
        let mut entries = vec![(0u32, 0.0); start[n] as usize];
        let mut next = start.clone();
        for &(i, j, k) in walls.filter(|w| w.2 > 0.0) {
            for (from, to) in [(i, j), (j, i)] {
                let slot = &mut next[from as usize];
                entries[*slot as usize] = (to, k);
                *slot += 1;
            }
        }
        let mut graph = Graph::default();
        graph.row.reserve_exact(n);
        for i in 0..n {
            graph.add_row(&mut entries[start[i] as usize..start[i + 1] as usize]);
        }
        graph
    }

    /// One more row, of these entries: neighbours ascending, those that are named several times
    /// with the sum in their order.
    pub(super) fn add_row(&mut self, entries: &mut [(u32, f64)]) {
        summed(entries, |j, weight| {
            self.column.push(j);
            self.weight.push(weight);
        });
        self.row.push(self.column.len() as u32);
    }

    /// One more row for each of these lengths, of entries as they are.
    pub(super) fn append(&mut self, lengths: &[u32], entries: impl Iterator<Item = (u32, f64)>) {
        let mut end = self.column.len() as u32;
        for (j, weight) in entries {
            self.column.push(j);
            self.weight.push(weight);
        }
        for length in lengths {
            end += length;
            self.row.push(end);
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.row.len() - 1
    }

    /// The entries of a row.
    pub fn entries(&self, i: usize) -> impl Iterator<Item = (u32, f64)> + '_ {
        let range = self.row[i] as usize..self.row[i + 1] as usize;
        self.column[range.clone()].iter().copied().zip(self.weight[range].iter().copied())
    }

    /// The Hessian `(i, j, H_ij)`, `i < j`, sorted: half the weights, with cells renamed by `name`.
    pub fn hessian(&self, name: &[u32]) -> Vec<(u32, u32, f64)> {
        let mut entries = Vec::new();
        for k in 0..self.rows() {
            for (l, weight) in self.entries(k) {
                let (i, j) = (name[k], name[l as usize]);
                if i < j {
                    entries.push((i, j, 0.5 * weight));
                }
            }
        }
        entries.sort_unstable_by_key(|e| (e.0, e.1));
        entries
    }
}

/// Hands on neighbours, ascending, with the sums of their weights in the order in which they stand.
pub(super) fn summed(entries: &mut [(u32, f64)], mut to: impl FnMut(u32, f64)) {
    // Stable: sums run in the order of the entries.
    entries.sort_by_key(|e| e.0);
    for group in entries.chunk_by(|a, b| a.0 == b.0) {
        to(group[0].0, group.iter().map(|e| e.1).sum());
    }
}
