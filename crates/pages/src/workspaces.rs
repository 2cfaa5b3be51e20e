//! For which of their organizations a person lets an app in.

/// An organization that a person can pick, or their own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// What the form sends as `organization`.
    pub value: String,
    /// What the organization is called; `None`: the person's own account.
    pub name: Option<String>,
    /// Whether it is picked to begin with.
    pub picked: bool,
}

/// Two organizations, and the person's own account.
pub(crate) fn sample(name: &str) -> Vec<Workspace> {
    let workspace = |value: &str, name: Option<&str>, picked| Workspace {
        value: value.to_owned(),
        name: name.map(str::to_owned),
        picked,
    };
    vec![
        workspace("51", Some(name), true),
        workspace("52", Some("Acme Tasks"), false),
        workspace("own", None, false),
    ]
}
