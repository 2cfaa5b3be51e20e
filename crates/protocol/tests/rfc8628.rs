//! RFC 8628, Device Authorization Grant.
mod case;

#[path = "rfc8628/section_3_1_device_authorization_request.rs"]
mod section_3_1_device_authorization_request;
#[path = "rfc8628/section_3_2_device_authorization_response.rs"]
mod section_3_2_device_authorization_response;
#[path = "rfc8628/section_3_3_user_interaction.rs"]
mod section_3_3_user_interaction;
#[path = "rfc8628/section_3_4_device_access_token_request.rs"]
mod section_3_4_device_access_token_request;
#[path = "rfc8628/section_3_5_device_access_token_response.rs"]
mod section_3_5_device_access_token_response;
#[path = "rfc8628/section_5_1_user_code_brute_forcing.rs"]
mod section_5_1_user_code_brute_forcing;
#[path = "rfc8628/section_6_1_user_code_recommendations.rs"]
mod section_6_1_user_code_recommendations;
