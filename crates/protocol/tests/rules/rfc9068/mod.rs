//! RFC 9068, JWT Profile for OAuth 2.0 Access Tokens: how they are made, and what the provider takes for one. What an API
//! checks (§4) stands in the tests of the crate `verify`.
pub(crate) mod made;
mod section_2_1_header;
mod section_2_2_1_authentication_information;
mod section_2_2_3_authorization_claims;
mod section_2_2_data_structure;
mod section_3_requesting;
mod section_5_security_considerations;
