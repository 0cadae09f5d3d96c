//! Closed-form cases: problem and expected answer as expressions, from JSON (tests/data/cases.json
//! and the fenced `case` blocks of docs/theory).
//!
//! Fields of a case: `id`, `kind` ("ot": masses prescribed, the expected weights are the solution;
//! "diagram": weights prescribed; "infeasible": duplicate sites; "newton": one full Newton step
//! from the problem's heights must give the expected ones; "bracket": dual value and greedy upper
//! bound at the given weights), `problem` {domain, density, sites, masses, weights | heights},
//! `expected` {weights | heights, masses, centroids, cost, hessian {"i,j": H}, adjacency [[i,j]..],
//! nadj, hidden, w2_squared, dual, upper, map_cost}, measures normalized to total 1.

use super::expr;
use super::oracle::{self, Diagram, P, Q, Source, approx, int};
use serde_json::Value;
use std::collections::BTreeMap;

/// A case, evaluated.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: String,
    pub kind: String,
    pub source: Source,
    pub sites: Vec<P>,
    /// Prescribed masses.
    pub masses: Option<Vec<Q>>,
    /// Heights: prescribed (`diagram`, `newton`, `bracket`) or expected (`ot`).
    pub heights: Option<Vec<Q>>,
    pub expected: Expected,
    /// No square root, sine or cosine anywhere in the case.
    pub exact: bool,
}

/// What must come out; measures normalized to total 1.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    pub masses: Option<Vec<Q>>,
    pub centroids: Option<Vec<P>>,
    pub cost: Option<Q>,
    pub hessian: BTreeMap<(usize, usize), Q>,
    pub adjacency: Option<Vec<(usize, usize)>>,
    pub nadj: Option<usize>,
    pub hidden: Option<Vec<usize>>,
    pub w2_squared: Option<Q>,
    pub dual: Option<Q>,
    pub upper: Option<Q>,
    pub map_cost: Option<Q>,
    /// After a Newton step, up to a constant.
    pub next_heights: Option<Vec<Q>>,
}

struct Reader {
    exact: bool,
}

impl Reader {
    fn number(&mut self, v: &Value) -> Q {
        let text = match v {
            Value::String(s) => s.clone(),
            Value::Number(n) if n.is_i64() => n.to_string(),
            other => panic!("write numbers as strings, not {other}"),
        };
        let e = expr::evaluate(&text);
        self.exact &= e.exact;
        e.value
    }

    fn list(&mut self, v: &Value) -> Vec<Q> {
        let list = v.as_array().expect("a list");
        list.iter().map(|x| self.number(x)).collect()
    }

    fn points(&mut self, v: &Value) -> Vec<P> {
        let point = |x: &Value| {
            let [a, b] = self.list(x).try_into().expect("two coordinates");
            [a, b]
        };
        v.as_array().expect("a list").iter().map(point).collect()
    }

    fn source(&mut self, problem: &Value) -> Source {
        let domain = &problem["domain"];
        let polygon = match domain["type"].as_str() {
            Some("box") => {
                let (min, max) = (self.list(&domain["min"]), self.list(&domain["max"]));
                let corner = |x: &Q, y: &Q| [x.clone(), y.clone()];
                vec![
                    corner(&min[0], &min[1]),
                    corner(&max[0], &min[1]),
                    corner(&max[0], &max[1]),
                    corner(&min[0], &max[1]),
                ]
            }
            Some("polygon") => self.points(&domain["vertices"]),
            other => panic!("unknown domain {other:?}"),
        };
        match problem.get("density") {
            Some(d) if d["type"] == "affine" => {
                let [g0, g1] = self.list(&d["g"]).try_into().expect("two components");
                Source::affine(polygon, [g0, g1], self.number(&d["c"]))
            }
            _ => Source::uniform(polygon),
        }
    }
}

fn pair(text: &str) -> (usize, usize) {
    let (i, j) = text.split_once(',').expect("a pair i,j");
    let (i, j): (usize, usize) = (i.parse().expect("index"), j.parse().expect("index"));
    (i.min(j), i.max(j))
}

/// Reads one case.
pub fn read(v: &Value) -> Case {
    let mut r = Reader { exact: true };
    let (problem, expected) = (&v["problem"], &v["expected"]);
    let source = r.source(problem);
    let sites = r.points(&problem["sites"]);
    let masses = problem.get("masses").map(|m| r.list(m));
    let heights_in = |place: &Value, r: &mut Reader| match (place.get("heights"), place.get("weights")) {
        (Some(h), _) => Some(r.list(h)),
        (None, Some(w)) => Some(oracle::heights_of_weights(&sites, &r.list(w))),
        (None, None) => None,
    };
    let given = heights_in(problem, &mut r);
    let stated = heights_in(expected, &mut r);
    let mut e = Expected {
        masses: expected.get("masses").map(|m| r.list(m)),
        centroids: expected.get("centroids").map(|c| r.points(c)),
        cost: expected.get("cost").map(|c| r.number(c)),
        w2_squared: expected.get("w2_squared").map(|c| r.number(c)),
        dual: expected.get("dual").map(|c| r.number(c)),
        upper: expected.get("upper").map(|c| r.number(c)),
        map_cost: expected.get("map_cost").map(|c| r.number(c)),
        next_heights: (v["kind"] == "newton").then(|| stated.clone()).flatten(),
        nadj: expected.get("nadj").map(|n| n.as_u64().expect("a count") as usize),
        ..Expected::default()
    };
    if let Some(Value::Object(map)) = expected.get("hessian") {
        e.hessian = map.iter().map(|(k, v)| (pair(k), r.number(v))).collect();
    }
    let indices = |v: &Value| -> Vec<usize> {
        let list = v.as_array().expect("a list").iter();
        list.map(|i| i.as_u64().expect("an index") as usize).collect()
    };
    e.hidden = expected.get("hidden").map(indices);
    e.adjacency = expected.get("adjacency").map(|a| {
        let pairs = a.as_array().expect("a list").iter().map(indices);
        let mut pairs: Vec<_> = pairs.map(|p| (p[0].min(p[1]), p[0].max(p[1]))).collect();
        pairs.sort_unstable();
        pairs
    });
    Case {
        id: v["id"].as_str().expect("an id").to_string(),
        kind: v["kind"].as_str().expect("a kind").to_string(),
        source,
        sites,
        masses,
        heights: given.or(stated),
        expected: e,
        exact: r.exact,
    }
}

/// All cases of a `{"cases": [..]}` document.
pub fn read_all(text: &str) -> Vec<Case> {
    let v: Value = serde_json::from_str(text).expect("valid JSON");
    v["cases"].as_array().expect("cases").iter().map(read).collect()
}

/// The cases shipped in tests/data/cases.json.
pub fn shipped() -> Vec<Case> {
    read_all(include_str!("../data/cases.json"))
}

/// The fenced blocks of a markdown text opened by "```case".
pub fn blocks_of(markdown: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut current: Option<String> = None;
    for line in markdown.lines() {
        match &mut current {
            None if line.trim_end() == "```case" => current = Some(String::new()),
            Some(_) if line.trim_end() == "```" => blocks.extend(current.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
            None => {}
        }
    }
    assert!(current.is_none(), "a case block is not closed");
    blocks
}

/// The cases of every file in docs/theory, with the file's name.
pub fn documented() -> Vec<(String, Case)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/theory");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("docs/theory")
        .map(|f| f.expect("a file").path())
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("readable");
        for block in blocks_of(&text) {
            let v = serde_json::from_str(&block).unwrap_or_else(|e| panic!("{name}: {e} in case block\n{block}"));
            cases.push((name.clone(), read(&v)));
        }
    }
    cases
}

/// Whether two numbers agree: identical if the case is exact, else to 2^-180 relative to 1 +
/// |expected|.
///
/// Algebraic numbers are known here to 2^-200 or better (`expr`); the diagram's numbers depend on
/// them smoothly, with factors far below 2^20 in these small cases.
fn agree(exact: bool, found: &Q, expected: &Q) -> bool {
    if exact {
        return found == expected;
    }
    let gap = Q::from(found - expected).abs();
    gap << 180u32 <= Q::from(expected.abs_ref()) + 1
}

impl Case {
    /// The brute-force diagram at the case's heights, normalized.
    pub fn oracle(&self) -> Diagram {
        let heights = self.heights.as_ref().expect("weights or heights");
        let mut d = oracle::diagram(&self.source, &self.sites, heights).normalized();
        if !self.exact {
            // Facets whose length is only the error of a square root are points.
            d.facets.retain(|_, h| Q::from(&*h << 150u32) > 1);
        }
        d
    }

    /// Compares the brute-force diagram at the case's exact heights with everything the case
    /// states.
    pub fn check_oracle(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let d = self.oracle();
        let mut compare = |what: String, found: &Q, expected: &Q| {
            if !agree(self.exact, found, expected) {
                let (f, e) = (approx(found), approx(expected));
                wrong.push(format!("{}: {what} is {f}, stated {e}", self.id));
            }
        };
        let e = &self.expected;
        compare("total".into(), &d.sum_of_masses(), &int(1));
        let prescribed = if self.kind == "ot" { &self.masses } else { &None };
        for masses in [prescribed, &e.masses].into_iter().flatten() {
            assert_eq!(masses.len(), self.sites.len(), "{}", self.id);
            for (i, m) in masses.iter().enumerate() {
                compare(format!("mass {i}"), &d.cells[i].mass, m);
            }
        }
        let full = d.cells.iter().filter(|c| !c.is_empty());
        for (i, (c, cell)) in e.centroids.iter().flatten().zip(full).enumerate() {
            let found = cell.centroid().expect("a cell with interior has mass");
            for k in 0..2 {
                compare(format!("centroid {i}[{k}]"), &found[k], &c[k]);
            }
        }
        if let Some(stated) = &e.cost {
            compare("cost".into(), &d.cost(), stated);
        }
        let (h, nu) = (self.heights.as_deref(), self.masses.as_deref());
        if let (Some(stated), Some(h), Some(nu)) = (&e.dual, h, nu) {
            compare("dual".into(), &oracle::dual(&d, &self.sites, h, nu), stated);
        }
        if let (Some(stated), Some(h), Some(nu)) = (&e.upper, h, nu) {
            let upper = oracle::upper_of_one_flow(&d, &self.sites, h, nu);
            compare("upper".into(), &upper, stated);
        }
        if let Some(stated) = &e.map_cost {
            compare("map cost".into(), &d.cost(), stated);
        }
        if let (Some(stated), Some(h), Some(nu)) = (&e.next_heights, h, nu) {
            let next = oracle::newton_step(&d, h, nu);
            for i in 1..next.len() {
                let drop = |h: &[Q]| Q::from(&h[i] - &h[0]);
                compare(format!("height {i}"), &drop(&next), &drop(stated));
            }
        }
        let zero = int(0);
        for (&(i, j), h) in &e.hessian {
            compare(format!("H {i},{j}"), d.facets.get(&(i, j)).unwrap_or(&zero), h);
        }
        if e.adjacency.as_ref().is_some_and(|a| *a != d.adjacency()) {
            wrong.push(format!("{}: adjacency is {:?}", self.id, d.adjacency()));
        }
        if e.nadj.is_some_and(|n| n != d.facets.len()) {
            wrong.push(format!("{}: {} adjacencies", self.id, d.facets.len()));
        }
        let empty = |i: &usize| d.cells[*i].is_empty();
        let hidden: Vec<usize> = (0..self.sites.len()).filter(empty).collect();
        if e.hidden.as_ref().is_some_and(|h| *h != hidden) {
            wrong.push(format!("{}: hidden are {hidden:?}", self.id));
        }
        wrong
    }
}
