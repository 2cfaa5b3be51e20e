//! Forms by which a passkey is proved.

/// A form by which a passkey is proved.
macro_rules! answers {
    ($form:ident, $path:expr) => {
        /// What an authenticator answered.
        pub(crate) struct $form(crate::account::ceremonies::Answered);

        impl Form for $form {
            const PATH: &'static str = $path;
            const NONCE: NonceScope = NonceScope::Browser;
            type Page = Carried;

            fn page(fields: &Params) -> Carried {
                Carried::of(fields)
            }

            fn read(fields: &Params) -> Self {
                $form(crate::account::ceremonies::Answered::of(fields))
            }
        }
    };
}
pub(super) use answers;
