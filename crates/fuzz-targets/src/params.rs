//! Form, query and JSON: decoded a second time by other means.
use crate::ground::{POLICY, STRICT, line, text};
use percent_encoding::percent_decode;
use protocol::Params;
use protocol::params::{MAX_PARAMETERS, ParamsFault};
use protocol::token::{RawRequest, RequestFault};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

type Pairs = Vec<(String, String)>;

/// `application/x-www-form-urlencoded`.
pub(crate) fn form(data: &[u8]) {
    match (pairs_of(data), Params::from_form(data)) {
        (Ok(pairs), Ok(params)) => holds(&params, &pairs),
        (Err(faults), Err(fault)) => assert!(faults.contains(&fault), "{fault:?} of {faults:?}"),
        (pairs, params) => panic!("{params:?}, but by other means {pairs:?}"),
    }
}

/// The pairs of a form by other means, or all that is wrong with it.
pub(crate) fn pairs_of(data: &[u8]) -> Result<Pairs, Vec<ParamsFault>> {
    let mut faults = Vec::new();
    let sound = |rest: &[u8]| {
        rest.get(..2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    };
    // A name or value must hold its whole escape; `&` and `=` are no hexadecimal digits.
    if !data.split(|b| *b == b'%').skip(1).all(sound) {
        faults.push(ParamsFault::Escape);
    }
    let decoded: Vec<u8> = percent_decode(data).collect();
    if decoded.contains(&0) {
        faults.push(ParamsFault::Nul);
    }
    let separator = |byte: &u8| b"&=".contains(byte);
    let is_text = |part: &[u8]| percent_decode(part).decode_utf8().is_ok();
    if !data.split(separator).all(is_text) {
        faults.push(ParamsFault::Utf8);
    }
    let pairs: Pairs = form_urlencoded::parse(data).into_owned().collect();
    if pairs.len() > MAX_PARAMETERS {
        faults.push(ParamsFault::TooMany);
    }
    if faults.is_empty() {
        Ok(pairs)
    } else {
        Err(faults)
    }
}

/// Parameters are these pairs, tell which are repeated, and read back.
fn holds(params: &Params, pairs: &Pairs) {
    let form = params.to_form();
    let again: Pairs = form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect();
    assert_eq!(again, *pairs);
    assert_eq!(Params::from_form(form.as_bytes()).as_ref(), Ok(params));
    let mut seen = BTreeMap::new();
    for (name, value) in pairs {
        seen.entry(name).or_insert((value, 0)).1 += 1;
    }
    for (name, (first, times)) in &seen {
        assert_eq!(params.get(name).unwrap_or_default(), *first);
        assert_eq!(params.is_repeated(name), *times > 1);
    }
    assert_eq!(params.repeated().is_some(), repeats(pairs));
}

/// Whether a parameter stands more than once that may not.
pub(crate) fn repeats(pairs: &Pairs) -> bool {
    let mut names = BTreeSet::new();
    pairs
        .iter()
        .any(|(name, _)| name != "resource" && !names.insert(name))
}

/// A query string, a line break, and a form body: what stands in both is repeated.
pub(crate) fn query(data: &[u8]) {
    let (query, body) = line(data);
    let Some(query) = text(query) else { return };
    let raw = RawRequest {
        authorization: None,
        content_type: Some("application/x-www-form-urlencoded; charset=UTF-8"),
        query: Some(query),
        body,
    };
    if !query.is_empty() {
        assert_eq!(raw.params(&STRICT), Err(RequestFault::Query));
    }
    let both = pairs_of(query.as_bytes()).and_then(|mut pairs| {
        pairs.extend(pairs_of(body)?);
        let fits = pairs.len() <= MAX_PARAMETERS;
        fits.then_some(pairs).ok_or(vec![ParamsFault::TooMany])
    });
    match (raw.params(&POLICY), both) {
        (Ok(params), Ok(pairs)) => {
            assert!(!repeats(&pairs), "a repeated parameter gets through");
            holds(&params, &pairs);
        }
        (Err(RequestFault::Repeated(name)), Ok(pairs)) => {
            assert!(pairs.iter().filter(|(own, _)| *own == name).count() > 1);
        }
        (Err(RequestFault::Params(_)), Err(_)) => {}
        (Err(RequestFault::FormOrJson), _) => {
            assert!(raw.body.trim_ascii_start().starts_with(b"{"), "{raw:?}");
        }
        (params, both) => panic!("{params:?}, but by other means {both:?}"),
    }
}

/// A JSON object of strings.
pub(crate) fn json(data: &[u8]) {
    let params = Params::from_json(data);
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        assert_eq!(params, Err(ParamsFault::Json));
        return;
    };
    if let Ok(params) = &params
        && params.repeated().is_none()
    {
        for (name, value) in value.as_object().expect("an object") {
            let text = value.as_str().unwrap_or_default();
            assert!(value.is_string() || value.is_null());
            assert_eq!(params.get(name).unwrap_or_default(), text);
        }
    }
    each_name_once(&value);
}

/// The same object without repetitions is accepted exactly if it is one of strings.
fn each_name_once(value: &Value) {
    let canonical = serde_json::to_vec(value).expect("it was JSON");
    let params = Params::from_json(&canonical);
    let strings = value.as_object().filter(|object| {
        let fits = |value: &Value| value.is_string() || value.is_null();
        object.values().all(fits)
    });
    let Some(object) = strings else {
        assert_eq!(params, Err(ParamsFault::Json));
        return;
    };
    if object.len() > MAX_PARAMETERS {
        assert_eq!(params, Err(ParamsFault::TooMany));
        return;
    }
    let pair = |(name, value): (&String, &Value)| {
        (name.clone(), value.as_str().unwrap_or_default().to_owned())
    };
    let pairs: Pairs = object.iter().map(pair).collect();
    match pairs
        .iter()
        .any(|(name, value)| name.contains('\0') || value.contains('\0'))
    {
        true => assert_eq!(params, Err(ParamsFault::Nul)),
        false => holds(&params.expect("an object of strings"), &pairs),
    }
}
