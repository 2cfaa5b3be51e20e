//! What a mail service tells of mail that comes back: in our own form, or in that of Postmark or Amazon SES, which speaks
//! through Amazon SNS or by itself. Nothing in a report is fetched.
use super::bounce::BounceKind;
use crate::types::MailAddress;
use base64::{Engine, engine::general_purpose::STANDARD};
use jose::Digest;
use serde_json::Value;
use wire::bearer;

/// What a report says.
#[derive(Debug, PartialEq, Eq)]
pub enum BounceReport {
    /// Mail to these addresses comes back for good, or is unwelcome there.
    Noted(Vec<(MailAddress, BounceKind)>),
    /// Nothing that is noted: mail was delivered, or may be another time.
    Nothing,
    /// Amazon SNS asks whether it may report at all. Whoever opens this address says yes; `None` when it is not one of
    /// Amazon's.
    Subscription(Option<String>),
}

/// Why a report says nothing to us. The sentence is for whoever sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFault {
    /// It is no JSON object.
    Json,
    /// It is in none of the forms.
    Form,
    /// It is in our form, with something else in `type`.
    Kind,
    /// It is in our form, and `email` is no address.
    Email,
    /// It is in our form, and `permanent` is neither true nor false.
    Permanent,
}

impl ReportFault {
    /// What to do about it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Json => "the body must be one JSON object",
            Self::Form => {
                "send {\"type\": \"bounce\", \"email\": \"ada@example.com\"}, or what Postmark or Amazon SES report"
            }
            Self::Kind => "type must be \"bounce\" or \"complaint\"",
            Self::Email => "email must be one address, like ada@example.com",
            Self::Permanent => "permanent must be true or false",
        }
    }
}

/// Whether whoever reports has the secret: as a bearer token, or as the password of Basic (RFC 7617), whatever the user.
/// Digests are compared, in constant time.
pub fn is_proved(authorization: Option<&str>, secret: &Digest) -> bool {
    let presented = match bearer::parse(authorization) {
        Ok(token) => Some(token.to_owned()),
        Err(_) => authorization.and_then(basic_password),
    };
    presented.is_some_and(|presented| Digest::of(presented.as_bytes()) == *secret)
}

fn basic_password(authorization: &str) -> Option<String> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (_, password) = decoded.split_once(':')?;
    Some(password.to_owned())
}

/// Reads a report.
///
/// # Errors
/// [`ReportFault`]. An address that a service's own report brings and that is none is left out: the service would only
/// send the same again.
pub fn parse(body: &[u8]) -> Result<BounceReport, ReportFault> {
    let report: Value = serde_json::from_slice(body).map_err(|_| ReportFault::Json)?;
    let has = |name: &str| report.get(name).is_some();
    match () {
        () if !report.is_object() => Err(ReportFault::Json),
        () if has("type") => own(&report),
        () if has("RecordType") => Ok(of_postmark(&report)),
        () if has("Type") => of_sns(&report),
        () => of_ses(&report),
    }
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

fn noted(addresses: Vec<(MailAddress, BounceKind)>) -> BounceReport {
    match addresses.is_empty() {
        true => BounceReport::Nothing,
        false => BounceReport::Noted(addresses),
    }
}

/// `{"type": "bounce" | "complaint", "email": …, "permanent": …}`, the last of a bounce alone.
fn own(report: &Value) -> Result<BounceReport, ReportFault> {
    let kind = BounceKind::parse(text(report, "type")).ok_or(ReportFault::Kind)?;
    let address = MailAddress::parse(text(report, "email")).ok_or(ReportFault::Email)?;
    let permanent = match &report["permanent"] {
        Value::Null => true,
        Value::Bool(permanent) => *permanent,
        _ => return Err(ReportFault::Permanent),
    };
    Ok(match (kind, permanent) {
        (BounceKind::Bounce, false) => BounceReport::Nothing,
        (BounceKind::Bounce, true) | (BounceKind::Complaint, _) => {
            BounceReport::Noted(vec![(address, kind)])
        }
    })
}

/// A webhook of Postmark: `RecordType`, and of a bounce `Type` and whether the address is `Inactive` from now on.
fn of_postmark(report: &Value) -> BounceReport {
    let for_good = report["Inactive"].as_bool() == Some(true);
    let kind = match (text(report, "RecordType"), text(report, "Type")) {
        ("SpamComplaint", _) | ("Bounce", "SpamComplaint") => Some(BounceKind::Complaint),
        ("Bounce", "HardBounce" | "BadEmailAddress") => Some(BounceKind::Bounce),
        ("Bounce", _) if for_good => Some(BounceKind::Bounce),
        _ => None,
    };
    let address = MailAddress::parse(text(report, "Email"));
    noted(address.zip(kind).into_iter().collect())
}

/// What Amazon SNS posts: its own matters, and what others publish there, as text.
fn of_sns(report: &Value) -> Result<BounceReport, ReportFault> {
    match text(report, "Type") {
        "Notification" => {
            let message = text(report, "Message").as_bytes();
            let message: Value = serde_json::from_slice(message).unwrap_or_default();
            // Others may publish to the same topic, such as the first message, which tries whether anybody listens.
            Ok(of_ses(&message).unwrap_or(BounceReport::Nothing))
        }
        "SubscriptionConfirmation" => {
            let url = text(report, "SubscribeURL");
            Ok(BounceReport::Subscription(
                is_of_sns(url).then(|| url.to_owned()),
            ))
        }
        "UnsubscribeConfirmation" => Ok(BounceReport::Nothing),
        _ => Err(ReportFault::Form),
    }
}

/// Whether an address is one at which Amazon SNS takes the answer.
fn is_of_sns(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_host = |host: &str| {
        host.starts_with("sns.")
            && (host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"))
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    };
    host.is_some_and(is_host) && url.len() <= 2_048 && url.bytes().all(|b| b.is_ascii_graphic())
}

/// What Amazon SES reports, as a notification or as an event.
fn of_ses(report: &Value) -> Result<BounceReport, ReportFault> {
    let mut names = ["notificationType", "eventType"].into_iter();
    let what = names.find_map(|name| report[name].as_str());
    let what = what.ok_or(ReportFault::Form)?;
    let (kind, recipients) = match (what, text(&report["bounce"], "bounceType")) {
        ("Bounce", "Permanent") => (BounceKind::Bounce, &report["bounce"]["bouncedRecipients"]),
        ("Complaint", _) => (
            BounceKind::Complaint,
            &report["complaint"]["complainedRecipients"],
        ),
        _ => return Ok(BounceReport::Nothing),
    };
    let recipients = recipients.as_array().into_iter().flatten();
    let addresses = recipients.filter_map(|of| MailAddress::parse(text(of, "emailAddress")));
    Ok(noted(addresses.map(|address| (address, kind)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use BounceKind::{Bounce, Complaint};
    use serde_json::json;

    fn read(report: &Value) -> Result<BounceReport, ReportFault> {
        parse(report.to_string().as_bytes())
    }

    #[track_caller]
    fn assert_notes(report: &Value, expected: &[(&str, BounceKind)]) {
        let expected = expected.iter();
        let expected = expected.map(|(email, kind)| (MailAddress::parse(email).unwrap(), *kind));
        let expected = noted(expected.collect());
        assert_eq!(read(report), Ok(expected), "{report}");
    }

    #[test]
    fn the_secret_proves_as_a_token_or_as_a_password() {
        let secret = Digest::of(b"s3cret");
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for good in [
            "Bearer s3cret".to_owned(),
            basic("postmark:s3cret"),
            basic(":s3cret"),
            basic("x:s3cret").replace("Basic", "bASIC"),
        ] {
            assert!(is_proved(Some(&good), &secret), "{good}");
        }
        for bad in [
            "Bearer S3cret".to_owned(),
            "Bearer".to_owned(),
            "s3cret".to_owned(),
            "Basic s3cret".to_owned(),
            "Digest s3cret".to_owned(),
            basic("s3cret"),
            basic("s3cret:"),
            basic("x:s3cret:"),
            String::new(),
        ] {
            assert!(!is_proved(Some(&bad), &secret), "{bad}");
        }
        assert!(!is_proved(None, &secret));
    }

    #[test]
    fn our_own_form_is_read_strictly() {
        let ada = "ada@example.com";
        let own = |kind: &str| json!({ "type": kind, "email": ada });
        assert_notes(&own("bounce"), &[(ada, Bounce)]);
        assert_notes(&own("complaint"), &[(ada, Complaint)]);
        for (kind, permanent, expected) in [
            ("bounce", true, Some(Bounce)),
            ("bounce", false, None),
            ("complaint", false, Some(Complaint)),
        ] {
            let report = json!({ "type": kind, "email": ada, "permanent": permanent });
            let expected: Vec<_> = expected.map(|kind| (ada, kind)).into_iter().collect();
            assert_notes(&report, &expected);
        }
        for (report, fault) in [
            (own("vacation"), ReportFault::Kind),
            (json!({ "type": 5, "email": ada }), ReportFault::Kind),
            (json!({ "type": "bounce" }), ReportFault::Email),
            (
                json!({ "type": "bounce", "email": "a b" }),
                ReportFault::Email,
            ),
            (
                json!({ "type": "bounce", "email": [ada] }),
                ReportFault::Email,
            ),
            (
                json!({ "type": "bounce", "email": ada, "permanent": "no" }),
                ReportFault::Permanent,
            ),
            (json!({ "email": ada }), ReportFault::Form),
            (json!({}), ReportFault::Form),
            (json!([own("bounce")]), ReportFault::Json),
            (json!("bounce"), ReportFault::Json),
        ] {
            assert_eq!(read(&report), Err(fault), "{report}");
        }
        for bad in [&b""[..], b"{", b"type=bounce", b"\xff", b"{}{}"] {
            assert_eq!(parse(bad), Err(ReportFault::Json));
        }
    }

    #[test]
    fn postmark_tells_what_is_for_good() {
        let ada = "ada@example.com";
        for (record, kind, inactive, expected) in [
            ("Bounce", "HardBounce", true, Some(Bounce)),
            ("Bounce", "BadEmailAddress", false, Some(Bounce)),
            ("Bounce", "Blocked", true, Some(Bounce)),
            ("Bounce", "SoftBounce", false, None),
            ("Bounce", "Transient", false, None),
            ("Bounce", "SpamComplaint", true, Some(Complaint)),
            ("SpamComplaint", "SpamComplaint", true, Some(Complaint)),
            ("Delivery", "", false, None),
            ("SubscriptionChange", "", false, None),
        ] {
            let report = json!({ "RecordType": record, "ID": 42, "Type": kind, "TypeCode": 1, "Email": ada,
                "From": "no-reply@acme.example", "Inactive": inactive, "CanActivate": true });
            let expected: Vec<_> = expected.map(|kind| (ada, kind)).into_iter().collect();
            assert_notes(&report, &expected);
        }
        assert_notes(
            &json!({ "RecordType": "Bounce", "Type": "HardBounce", "Email": "?" }),
            &[],
        );
    }

    #[test]
    fn amazon_ses_names_everybody_whom_it_is_about() {
        let bounce = |kind: &str| {
            json!({ "notificationType": "Bounce", "bounce": { "bounceType": kind, "bounceSubType": "General",
                "bouncedRecipients": [{ "emailAddress": "ada@example.com", "status": "5.1.1" },
                    { "emailAddress": "no address" }, { "emailAddress": "ben@example.com" }] } })
        };
        let two = [("ada@example.com", Bounce), ("ben@example.com", Bounce)];
        assert_notes(&bounce("Permanent"), &two);
        for kind in ["Transient", "Undetermined", ""] {
            assert_notes(&bounce(kind), &[]);
        }
        let complaint = json!({ "eventType": "Complaint", "complaint":
            { "complainedRecipients": [{ "emailAddress": "ada@example.com" }] } });
        assert_notes(&complaint, &[("ada@example.com", Complaint)]);
        for odd in [
            json!({ "notificationType": "Delivery", "delivery": {} }),
            json!({ "eventType": "Complaint", "complaint": [] }),
            json!({ "eventType": "Bounce" }),
        ] {
            assert_notes(&odd, &[]);
        }
        let by_sns = |message: String| json!({ "Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": message });
        assert_notes(&by_sns(bounce("Permanent").to_string()), &two);
        for message in ["", "Successfully validated SNS topic", "[]", "{\"a\":1}"] {
            assert_notes(&by_sns(message.to_owned()), &[]);
        }
    }

    #[test]
    fn a_subscription_names_amazons_own_address_or_none() {
        let asked = |url: &str| {
            let report =
                json!({ "Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": url });
            read(&report)
        };
        let own = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
        let told = |url: Option<&str>| Ok(BounceReport::Subscription(url.map(str::to_owned)));
        assert_eq!(asked(own), told(Some(own)));
        for foreign in [
            "http://sns.eu-west-1.amazonaws.com/",
            "https://sns.evil.example/",
            "https://sns.evil.example/.amazonaws.com",
            "https://sns.x@evil.example#.amazonaws.com",
            "https://sns.eu.amazonaws.com@evil.example/",
            "https://sns.eu.amazonaws.com/\nx",
            "",
        ] {
            assert_eq!(asked(foreign), told(None), "{foreign}");
        }
        let odd = json!({ "Type": "Something" });
        assert_eq!(read(&odd), Err(ReportFault::Form));
        assert_notes(&json!({ "Type": "UnsubscribeConfirmation" }), &[]);
    }
}
