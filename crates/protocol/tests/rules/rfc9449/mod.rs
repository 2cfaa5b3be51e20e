//! RFC 9449, OAuth 2.0 Demonstrating Proof of Possession (DPoP): the provider's rules. What an API does stands in the tests
//! of the crate `verify`.
mod proofs;
mod section_10_authorization_code_binding;
mod section_4_3_checking_dpop_proofs;
mod section_5_2_client_registration_metadata;
mod section_5_token_request;
mod section_6_public_key_confirmation;
mod section_7_protected_resource_access;
mod section_8_server_provided_nonce;
