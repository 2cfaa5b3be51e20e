//! The provider that npm has (`oidc-provider`), run by the tests.
