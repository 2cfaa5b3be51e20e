//! §2.2, the claims.
use super::made::{TASKS, claims, every_grant, row, said, text};
use jose::jwt::Audience;
use protocol::organizations::public_id;
use protocol::revocations::name_of;
use protocol::testing::Case;
use protocol::types::{Locator, Side};

#[test]
fn every_required_claim_is_there() {
    for case in every_grant() {
        let (row, text) = (row(&case), text(&case));
        let claims = claims(&case, &text);
        assert_eq!(
            claims.iss.as_deref(),
            Some("https://issuer.example"),
            "iss REQUIRED"
        );
        assert_eq!(claims.exp, Some(case.now.0 + 300), "exp REQUIRED");
        assert_eq!(row.expires_at.0, case.now.0 + 300);
        assert_eq!(
            claims.aud,
            Some(Audience::One(TASKS.to_owned())),
            "aud REQUIRED"
        );
        assert_eq!(
            said(&claims, "client_id"),
            Some("app"),
            "client_id REQUIRED"
        );
        assert_eq!(claims.iat, Some(case.now.0), "iat REQUIRED");
        assert_eq!(said(&claims, "scope"), Some(row.scope.as_str()));
    }
}

#[test]
fn sub_is_the_person_or_the_app() {
    let sentence = "In cases of access tokens obtained through grants where a resource owner is involved […] the value of \
                    \"sub\" SHOULD correspond to the subject identifier of the resource owner. […] where no resource owner \
                    is involved […] an identifier the authorization server uses to indicate the client application.";
    let subs = every_grant().map(|case| claims(&case, &text(&case)).sub);
    let ann = Some("user_7".to_owned());
    assert_eq!(
        subs,
        [ann.clone(), ann.clone(), ann, Some("app".to_owned())],
        "{sentence}"
    );
}

#[test]
fn jti_names_the_row_which_holds_the_digest_of_the_text() {
    for case in every_grant() {
        // Each answer mints anew, so text and row are taken of one.
        let text = text(&case);
        let presented = wire::Presented::parse_jwt(&text).expect("an access token");
        let claims = claims(&case, &text);
        let id = Locator(presented.locator);
        assert_eq!(claims.jti, Some(name_of(id)), "jti REQUIRED");
        assert_eq!(presented.digest, jose::Digest::of(text.as_bytes()));
    }
}

#[test]
fn the_feed_and_introspection_name_what_it_belongs_to_as_it_does() {
    for case in every_grant() {
        let claims = claims(&case, &text(&case));
        let row = row(&case);
        let grant = row.subject.map(|_| name_of(row.grant));
        assert_eq!(said(&claims, "grant_id"), grant.as_deref());
        assert_eq!(said(&claims, "organization"), None);
        assert_eq!(said(&claims, "mode"), None);
    }
    let case = super::made::case(Case::code()).with(|case| {
        case.code_mut().code.organization = Some(Locator(9));
        case.client.side = Side::Test;
        case.code_mut().person.as_mut().expect("a person").test_app = Some(case.client.no);
    });
    let claims = claims(&case, &text(&case));
    assert_eq!(
        said(&claims, "organization"),
        Some(public_id(Locator(9)).as_str())
    );
    assert_eq!(said(&claims, "mode"), Some("test"));
}

#[test]
fn nothing_else_is_said_of_a_person() {
    let case = super::made::case(Case::code());
    let claims = claims(&case, &text(&case));
    let names: Vec<&str> = claims.other.keys().map(String::as_str).collect();
    assert_eq!(names, ["auth_time", "client_id", "grant_id", "scope"]);
}
