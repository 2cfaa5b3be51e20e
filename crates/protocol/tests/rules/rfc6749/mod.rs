//! RFC 6749, the OAuth 2.0 Authorization Framework, section by section.

mod section_2_3_client_authentication;
mod section_3_1_2_redirection_endpoint;
mod section_3_1_authorization_endpoint;
mod section_3_2_token_endpoint;
mod section_3_3_access_token_scope;
mod section_4_1_1_authorization_request;
mod section_4_1_2_1_error_response;
mod section_4_1_2_authorization_response;
mod section_4_1_3_access_token_request;
mod section_4_4_client_credentials_grant;
mod section_5_1_successful_response;
mod section_5_2_error_response;
mod section_6_refreshing_an_access_token;
