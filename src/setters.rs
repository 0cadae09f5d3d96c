//! Builders of options: one method a field, so that fields can be added without breaking anybody.

/// Methods that set the fields of the same names. A field of an `Option` is marked so, and takes
/// the value or an option.
macro_rules! setters {
    (@one $name:ident option $type:ty) => {
        #[doc = concat!("Sets `", stringify!($name), "`.")]
        #[must_use]
        pub fn $name(mut self, $name: impl Into<Option<$type>>) -> Self {
            self.$name = $name.into();
            self
        }
    };
    (@one $name:ident value $type:ty) => {
        #[doc = concat!("Sets `", stringify!($name), "`.")]
        #[must_use]
        pub fn $name(mut self, $name: $type) -> Self {
            self.$name = $name;
            self
        }
    };
    ($of:ty { $($name:ident: $how:ident $type:ty,)* }) => {
        impl $of {
            $($crate::setters::setters!(@one $name $how $type);)*
        }
    };
}

pub(crate) use setters;
