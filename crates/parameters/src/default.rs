//! Types of values after `default =`.

/// A value that can be the default of a field of type `T`: a `T`, a text for a `String`, an array for a `Vec`.
pub trait IntoDefault<T> {
    /// Converts to the field's type.
    fn into_default(self) -> T;
}

impl<T> IntoDefault<T> for T {
    fn into_default(self) -> T {
        self
    }
}

impl IntoDefault<String> for &str {
    fn into_default(self) -> String {
        self.to_owned()
    }
}

impl<T, U: IntoDefault<T>, const N: usize> IntoDefault<Vec<T>> for [U; N] {
    fn into_default(self) -> Vec<T> {
        self.into_iter().map(U::into_default).collect()
    }
}
