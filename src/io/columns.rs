//! Which columns of a table are meant: those asked for, else those with known names, else all.

use super::error::quoted;

/// TableColumns asked for, by name or by number (from 1): `lon,lat` for the coordinates in their
/// order, or `x=lon,y=lat,mass=population`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableColumns {
    /// What is asked for (`x`, `y`, `z`, `mass`), and the column for it.
    keys: Vec<(String, String)>,
}

impl std::str::FromStr for TableColumns {
    type Err = String;

    fn from_str(text: &str) -> Result<TableColumns, String> {
        let help =
            "give columns for coordinates in order, such as lon,lat or 2,3, or by name, such as x=lon,y=lat,mass=m";
        let mut keys: Vec<(String, String)> = Vec::new();
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        for (k, part) in parts.iter().enumerate() {
            let (what, column) = match part.split_once('=') {
                Some((what, column)) => (normal(what.as_bytes()), column.trim()),
                None if parts.iter().any(|p| p.contains('=')) => return Err(help.into()),
                None => (["x", "y", "z", "mass"].get(k).map_or(String::new(), |s| s.to_string()), *part),
            };
            let known = ["x", "y", "z", "mass"].contains(&what.as_str());
            if !known || column.is_empty() || keys.iter().any(|(w, _)| *w == what) {
                return Err(help.into());
            }
            keys.push((what, column.to_string()));
        }
        Ok(TableColumns { keys })
    }
}

impl TableColumns {
    /// Is nothing asked for?
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Is a column of masses asked for?
    pub fn has_mass(&self) -> bool {
        self.key("mass").is_some()
    }

    fn key(&self, what: &str) -> Option<&str> {
        self.keys.iter().find(|(w, _)| w == what).map(|(_, column)| column.as_str())
    }
}

/// What a reader looks for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// What the numbers of a row are called: `["x", "y"]`. Empty where a row may have any number of
    /// them: then all columns are wanted, except for those that only count or name rows.
    pub(super) axes: &'a [&'a str],
    /// Names of columns that belong together, in the order of the axes; the first ones count.
    pub(super) families: &'a [&'a [&'a str]],
    /// Whether a column of masses is used, too.
    pub(super) mass: bool,
    /// TableColumns asked for.
    pub(super) columns: &'a TableColumns,
}

impl Wanted<'_> {
    /// `x, y and z`.
    pub(super) fn axes_text(&self) -> String {
        list(self.axes.iter().map(|a| a.to_string()))
    }

    /// The way out where there is a flag for it: for coordinates.
    pub(super) fn flag(&self) -> &'static str {
        let known = self.axes.iter().all(|a| ["x", "y", "z"].contains(a));
        if known { ", or say which they are with --columns" } else { "" }
    }
}

/// Names of coordinates. The first family that is complete counts.
pub(super) const PLACES: &[&[&str]] = &[
    &["x", "y", "z"],
    &["points:0", "points:1", "points:2"],
    &["points_0", "points_1", "points_2"],
    &["point_x", "point_y", "point_z"],
    &["pos_x", "pos_y", "pos_z"],
    &["x_coord", "y_coord", "z_coord"],
    &["coord_x", "coord_y", "coord_z"],
    &["lon", "lat", "alt"],
    &["long", "lat", "alt"],
    &["lng", "lat", "alt"],
    &["longitude", "latitude", "altitude"],
    &["easting", "northing", "elevation"],
    &["x0", "x1", "x2"],
    &["x1", "x2", "x3"],
    &["u", "v", "w"],
];

/// Names of columns with masses.
pub(super) const MASSES: &[&[&str]] = &[&["mass"], &["masses"], &["nu"]];

/// Names of columns that only count or name rows. The empty one is that of an index as pandas and R
/// write it.
const LABELS: [&str; 16] = [
    "",
    "id",
    "ids",
    "fid",
    "gid",
    "oid",
    "objectid",
    "index",
    "idx",
    "row",
    "no",
    "nr",
    "name",
    "label",
    "rownames",
    "unnamed:_0",
];

/// A name as it is compared: lower case, without quotes, units in brackets, and what marks a
/// comment.
pub(super) fn normal(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let text = text.trim_matches(|c: char| c.is_whitespace() || "\u{feff}\"'#/".contains(c));
    let end = text.find(['(', '[']).unwrap_or(text.len());
    text[..end].trim().to_lowercase().replace([' ', '-'], "_")
}

/// The columns of a table to read.
#[derive(Debug, PartialEq)]
pub(super) struct Choice {
    /// Those of the axes, or all of a table without names.
    pub(super) columns: Vec<usize>,
    pub(super) mass: Option<usize>,
    /// What to tell.
    pub(super) note: Option<String>,
}

/// Chooses among columns with names (as they stand in the file), or `width` ones without.
pub(super) fn choose(names: Option<&[String]>, width: usize, wanted: Wanted<'_>) -> Result<Choice, String> {
    if !wanted.columns.is_empty() {
        return asked(names, width, wanted);
    }
    let Some(names) = names else { return Ok(Choice { columns: (0..width).collect(), mass: None, note: None }) };
    let known: Vec<String> = names.iter().map(|n| normal(n.as_bytes())).collect();
    let mass = if wanted.mass { family(&known, MASSES, 1)?.map(|f| f[0]) } else { None };
    let d = wanted.axes.len();
    if d == 0 {
        return whatever(names, &known);
    }
    if let Some(columns) = family(&known, wanted.families, d)? {
        let note = note(names, &columns, mass, wanted);
        return Ok(Choice { columns, mass, note });
    }
    let cure = format!("name {} of them {}{}", count(d), wanted.axes_text(), wanted.flag());
    let all = list(names.iter().map(|n| quoted(n)));
    if known.iter().any(|n| wanted.families.iter().any(|f| f[..d].contains(&n.as_str()))) {
        return Err(format!("has the columns {all}, which are not {}; {cure}", wanted.axes_text()));
    }
    let is_mass = |n: &str| wanted.mass && MASSES.iter().any(|m| m[0] == n);
    let columns: Vec<usize> =
        (0..width).filter(|&k| !LABELS.contains(&known[k].as_str()) && !is_mass(&known[k])).collect();
    if columns.len() != d {
        return Err(format!("has the columns {all}; {cure}"));
    }
    let note = note(names, &columns, mass, wanted);
    Ok(Choice { columns, mass, note })
}

/// All columns of a table of any width, without those that count or name rows.
fn whatever(names: &[String], known: &[String]) -> Result<Choice, String> {
    if let Some(k) = known.iter().position(|n| MASSES.iter().any(|m| m[0] == n)) {
        let name = quoted(&names[k]);
        return Err(format!(
            "has a column {name} beside coordinates; give masses in a file of their own, with --masses"
        ));
    }
    let (left, columns): (Vec<usize>, Vec<usize>) =
        (0..names.len()).partition(|&k| LABELS.contains(&known[k].as_str()));
    if columns.is_empty() {
        let all = list(names.iter().map(|n| quoted(n)));
        return Err(format!("has the columns {all}, none of which has coordinates; give some"));
    }
    let which = list(left.iter().map(|&k| quoted(&names[k])));
    let note = match left[..] {
        [] => None,
        [_] => Some(format!("column {which} only counts or names rows; it is not used")),
        _ => Some(format!("columns {which} only count or name rows; they are not used")),
    };
    Ok(Choice { columns, mass: None, note })
}

fn count(d: usize) -> &'static str {
    ["none", "one", "two", "three", "four"].get(d).unwrap_or(&"some")
}

fn asked(names: Option<&[String]>, width: usize, wanted: Wanted<'_>) -> Result<Choice, String> {
    let find = |column: &str| -> Result<usize, String> {
        if let Some(names) = names {
            // As it stands in the file, or as names are compared.
            let found: Vec<usize> = (0..names.len()).filter(|&k| names[k].trim() == column).collect();
            let alike = || (0..names.len()).filter(|&k| normal(names[k].as_bytes()) == normal(column.as_bytes()));
            let found = if found.is_empty() { alike().collect() } else { found };
            match found[..] {
                [one] => return Ok(one),
                [_, _, ..] => {
                    return Err(format!("has {} columns called {}; give its number", found.len(), quoted(column)));
                }
                [] => {}
            }
        }
        match column.parse::<usize>() {
            Ok(k) if (1..=width).contains(&k) => Ok(k - 1),
            Ok(k) => Err(format!("has {width} columns, counted from 1, and none of number {k}; correct --columns")),
            Err(_) => {
                let has = names.map_or("has no names of columns".into(), |n| {
                    format!("has the columns {}", list(n.iter().map(|n| quoted(n))))
                });
                Err(format!("{has}, none is {}; correct --columns", quoted(column)))
            }
        }
    };
    let given = wanted.columns.keys.iter().find(|(what, _)| what != "mass" && !wanted.axes.contains(&what.as_str()));
    if let Some((what, _)) = given {
        return Err(format!("needs columns for {} alone; drop {what} from --columns", wanted.axes_text()));
    }
    let column = |axis: &&str| match wanted.columns.key(axis) {
        Some(column) => find(column),
        None => Err(format!("needs columns for {}; --columns gives none for {axis}", wanted.axes_text())),
    };
    let columns = wanted.axes.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let mass = match wanted.columns.key("mass") {
        Some(_) if !wanted.mass => return Err("needs no masses; drop mass from --columns".into()),
        Some(column) => Some(find(column)?),
        None => None,
    };
    Ok(Choice { columns, mass, note: None })
}

/// The columns of the first family all of whose first `d` names are there.
fn family(known: &[String], families: &[&[&str]], d: usize) -> Result<Option<Vec<usize>>, String> {
    for family in families {
        let places = |name: &&str| (0..known.len()).filter(|&k| known[k] == **name).collect::<Vec<_>>();
        let found: Vec<Vec<usize>> = family[..d].iter().map(places).collect();
        if found.iter().any(Vec::is_empty) {
            continue;
        }
        if let Some(k) = found.iter().position(|f| f.len() > 1) {
            return Err(format!("has {} columns called {}; rename one", found[k].len(), quoted(family[k])));
        }
        return Ok(Some(found.into_iter().flatten().collect()));
    }
    Ok(None)
}

/// What is used, unless that is all there is, under the plainest names.
fn note(names: &[String], columns: &[usize], mass: Option<usize>, wanted: Wanted<'_>) -> Option<String> {
    // A name with a unit was understood, so that is told.
    let same = |k: usize, axis: &str| normal(names[k].as_bytes()) == axis && !names[k].contains(['(', '[']);
    let plain = columns.iter().zip(wanted.axes).all(|(&k, axis)| same(k, axis));
    if plain && mass.is_none() && columns.iter().copied().eq(0..names.len()) {
        return None;
    }
    let show = |k: &usize| quoted(&names[*k]);
    let mut text = match columns {
        [one] => format!("column {} is used", show(one)),
        _ => format!("columns {} are used as {}", list(columns.iter().map(show)), wanted.axes_text()),
    };
    if let Some(k) = mass {
        text += &format!(", {} as masses", show(&k));
    }
    let rest: Vec<usize> = (0..names.len()).filter(|k| !columns.contains(k) && Some(*k) != mass).collect();
    match rest[..] {
        [] => {}
        [one] => text += &format!("; {} is not", show(&one)),
        _ => text += &format!("; {} are not", list(rest.iter().map(show))),
    }
    Some(text)
}

/// `a, b and c`; of many the first ones.
pub(super) fn list(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<String> = words.collect();
    if words.len() > 10 {
        let more = words.len() - 9;
        words.truncate(9);
        words.push(format!("{more} more"));
    }
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &str, d: usize, asked: &str) -> Result<(Vec<usize>, Option<usize>), String> {
        let names: Vec<String> = names.split(',').map(str::to_string).collect();
        let columns = if asked.is_empty() { TableColumns::default() } else { asked.parse()? };
        let wanted = Wanted { axes: &["x", "y", "z"][..d], families: PLACES, mass: true, columns: &columns };
        choose(Some(&names), names.len(), wanted).map(|c| (c.columns, c.mass))
    }

    #[test]
    fn names_win_over_places() {
        for (names, columns, mass) in [
            ("x,y", [0, 1], None),
            ("y,x", [1, 0], None),
            ("id,x,y", [1, 2], None),
            (",X, y ", [1, 2], None),
            ("mass,x,y", [1, 2], Some(0)),
            ("lat,lon,name", [1, 0], None),
            ("Latitude (deg),Longitude [deg]", [1, 0], None),
            ("x,y,lon,lat", [0, 1], None),
            ("//X,Y,Z,R,G,B", [0, 1], None),
            ("Points:1,Points:0,Points:2", [1, 0], None),
            ("a,b", [0, 1], None),
            ("id,a,mass,b", [1, 3], Some(2)),
            ("\u{feff}\"y\",'x'", [1, 0], None),
        ] {
            assert_eq!(chosen(names, 2, ""), Ok((columns.to_vec(), mass)), "{names}");
        }
        assert_eq!(chosen("z,y,x", 3, ""), Ok((vec![2, 1, 0], None)));
    }

    #[test]
    fn any_number_of_columns_may_be_wanted() {
        let chosen = |names: &str| {
            let names: Vec<String> = names.split(',').map(str::to_string).collect();
            let wanted = Wanted { axes: &[], families: &[], mass: false, columns: &TableColumns::default() };
            choose(Some(&names), names.len(), wanted).map(|c| (c.columns, c.note))
        };
        assert_eq!(chosen("width,height,sepal length"), Ok((vec![0, 1, 2], None)));
        let told = "column \"id\" only counts or names rows; it is not used".to_string();
        assert_eq!(chosen("id,a,b,c,d"), Ok((vec![1, 2, 3, 4], Some(told))));
        assert_eq!(chosen(",a,name").unwrap().0, [1]);
        assert!(chosen("a,mass").unwrap_err().contains("--masses") && chosen("id,name").is_err());
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        assert_eq!(
            chosen("id,x,value", 2, "").unwrap_err(),
            "has the columns \"id\", \"x\" and \"value\", which are not x and y; name two of them x and y, or say which they are with --columns"
        );
        assert!(chosen("a,b,c", 2, "").is_err() && chosen("x,y", 3, "").is_err() && chosen("mass,a", 2, "").is_err());
        assert_eq!(chosen("x,y,X", 2, "").unwrap_err(), "has 2 columns called \"x\"; rename one");
    }

    #[test]
    fn columns_can_be_asked_for() {
        assert_eq!(chosen("a,b,c", 2, "c,a"), Ok((vec![2, 0], None)));
        assert_eq!(chosen("a,b,c", 2, "3,1"), Ok((vec![2, 0], None)));
        assert_eq!(chosen("a,b,c", 2, "y=a,x=B,mass=3"), Ok((vec![1, 0], Some(2))));
        // A name that is a number is a name.
        assert_eq!(chosen("2,1,c", 2, "1,2"), Ok((vec![1, 0], None)));
        assert_eq!(
            chosen("a,b", 2, "a,d").unwrap_err(),
            "has the columns \"a\" and \"b\", none is \"d\"; correct --columns"
        );
        assert!(chosen("a,b", 2, "1,3").unwrap_err().contains("none of number 3"));
        assert!(chosen("a,b", 2, "1").unwrap_err().contains("gives none for y"));
        assert!(chosen("a,b,c", 2, "1,2,3").unwrap_err().contains("drop z from --columns"));
        for wrong in ["", "a,,b", "x=a,b", "q=a", "x=a,x=b", "a,b,c,d,e"] {
            assert!(wrong.parse::<TableColumns>().is_err(), "{wrong}");
        }
    }
}
