//! RFC 7523, JWTs for client authentication, with what RFC 7521 and RFC 10070 lay down for it.
mod registration;
mod section_2_2_client_authentication;
mod section_3_2_client_authentication_processing;
mod section_3_jwt_format_and_processing_requirements;
mod signed;
