//! No number that is not finite gets into a file: JSON has none, and `serde_json` would write
//! `null`, which no reader takes for a number.
//!
//! [`check`] walks through what is about to be written, and finds the first such number with its
//! place.

use serde::ser::{self, Serialize, Serializer};
use std::fmt;
use std::io;

/// A number that a file cannot hold, and where it stands.
#[derive(Debug)]
pub struct NotFinite {
    place: String,
    value: f64,
}

impl NotFinite {
    fn under(mut self, name: impl fmt::Display) -> NotFinite {
        self.place.insert_str(0, &name.to_string());
        self
    }
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, no number that a file can hold; rescale the problem", self.place, self.value)
    }
}

impl std::error::Error for NotFinite {}

impl ser::Error for NotFinite {
    fn custom<T: fmt::Display>(message: T) -> NotFinite {
        NotFinite { place: message.to_string(), value: f64::NAN }
    }
}

/// Are all numbers finite that would be written under this name? Cost: one look at each.
///
/// # Errors
/// [`NotFinite`], wrapped, about the first that is not.
pub(super) fn check<T: Serialize + ?Sized>(name: &str, value: &T) -> io::Result<()> {
    value.serialize(Walk).map_err(|e| io::Error::other(e.under(name)))
}

/// The walk; it writes nothing.
#[derive(Clone, Copy)]
struct Walk;

/// The entries of a list.
struct Items(usize);

/// The fields of an object; a map's key is not known when its value comes.
struct Named;

type Seen = Result<(), NotFinite>;

impl Items {
    fn next<T: Serialize + ?Sized>(&mut self, value: &T) -> Seen {
        self.0 += 1;
        value.serialize(Walk).map_err(|e| e.under(format_args!("[{}]", self.0 - 1)))
    }
}

/// Methods that find nothing, by name and type.
macro_rules! nothing {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, _: $type) -> Seen { Ok(()) })*
    };
}

impl Serializer for Walk {
    type Ok = ();
    type Error = NotFinite;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Named;
    type SerializeStruct = Named;
    type SerializeStructVariant = Named;

    nothing!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_char: char,
        serialize_str: &str, serialize_bytes: &[u8], serialize_unit_struct: &'static str);

    fn serialize_f32(self, value: f32) -> Seen {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Seen {
        if value.is_finite() { Ok(()) } else { Err(NotFinite { place: String::new(), value }) }
    }

    fn serialize_none(self) -> Seen {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Seen {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Seen {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Seen {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Seen {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Seen {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items, NotFinite> {
        Ok(Items(0))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items, NotFinite> {
        Ok(Items(0))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, NotFinite> {
        Ok(Items(0))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Items, NotFinite> {
        Ok(Items(0))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Named, NotFinite> {
        Ok(Named)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Named, NotFinite> {
        Ok(Named)
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Named, NotFinite> {
        Ok(Named)
    }
}

/// The four kinds of lists.
macro_rules! lists {
    ($($kind:ident: $method:ident),*) => {
        $(impl ser::$kind for Items {
            type Ok = ();
            type Error = NotFinite;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Seen {
                self.next(value)
            }
            fn end(self) -> Seen {
                Ok(())
            }
        })*
    };
}
lists!(SerializeSeq: serialize_element, SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field, SerializeTupleVariant: serialize_field);

/// The two kinds of objects with known fields.
macro_rules! objects {
    ($($kind:ident),*) => {
        $(impl ser::$kind for Named {
            type Ok = ();
            type Error = NotFinite;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Seen {
                value.serialize(Walk).map_err(|e| e.under(format_args!(".{key}")))
            }
            fn end(self) -> Seen {
                Ok(())
            }
        })*
    };
}
objects!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Named {
    type Ok = ();
    type Error = NotFinite;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Seen {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Seen {
        value.serialize(Walk)
    }

    fn end(self) -> Seen {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize)]
    struct Cell {
        site: u32,
        vertices: Vec<[f64; 2]>,
        name: Option<&'static str>,
    }

    #[test]
    fn the_place_is_told() {
        let cell = |x| Cell { site: 3, vertices: vec![[0.0, 1.0], [2.0, x]], name: None };
        assert!(check("cells", &[cell(1e308)]).is_ok());
        let text = |x| check("cells", &[cell(0.5), cell(x)]).unwrap_err().to_string();
        assert_eq!(
            text(f64::INFINITY),
            "cells[1].vertices[1][1] is inf, no number that a file can hold; rescale the problem"
        );
        assert!(text(f64::NAN).starts_with("cells[1].vertices[1][1] is NaN, "));
        assert!(check("cost", &f64::NEG_INFINITY).unwrap_err().to_string().starts_with("cost is -inf, "));
    }
}
