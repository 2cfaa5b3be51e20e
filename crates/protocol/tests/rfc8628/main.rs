//! RFC 8628, Device Authorization Grant.
#[path = "../case/mod.rs"]
mod case;

mod section_3_1_device_authorization_request;
mod section_3_2_device_authorization_response;
mod section_3_3_user_interaction;
mod section_3_4_device_access_token_request;
mod section_3_5_device_access_token_response;
mod section_5_1_user_code_brute_forcing;
mod section_6_1_user_code_recommendations;
