//! For which of their organizations a person lets an app in.
use crate::Text;

/// An organization that a person can pick, or their own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// What the form sends as `organization`.
    pub value: String,
    /// What the organization is called; `None`: the person's own account.
    pub name: Option<String>,
    /// Whether it is picked to begin with.
    pub picked: bool,
    /// What its owners leave to the app.
    pub left: Left,
}

/// What the owners of an organization leave to an app of what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// All.
    All,
    /// Less than that: what it does not get, in words.
    Less(Text),
    /// Nothing, so that it cannot be picked.
    Nothing,
}

impl Workspace {
    pub(crate) fn says(&self) -> bool {
        self.left != Left::All
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.left == Left::Nothing
    }
}

/// Organizations that leave an app all, less and nothing, and the person's own account.
pub(crate) fn sample(name: &str, left_out: &str) -> Vec<Workspace> {
    let workspace = |value: &str, name: Option<&str>, left| Workspace {
        value: value.to_owned(),
        name: name.map(str::to_owned),
        picked: value == "51",
        left,
    };
    vec![
        workspace("51", Some(name), Left::All),
        workspace(
            "52",
            Some("Acme Tasks"),
            Left::Less(Text::of_others(left_out)),
        ),
        workspace("53", Some("Settings"), Left::Nothing),
        workspace("own", None, Left::All),
    ]
}
