//! Every operation that there is, in one table: what is mounted, and what is described.
use super::view::{
    AppChanges, AppView, AppsView, CheckedView, DeletedAppsView, DeletedView, IssuedView, MadeView,
    NewApp, NewSecret, RequestsView, Rotation, SecretsView,
};
use super::{apps, change, log, secrets};
use crate::state::App;
use axum::routing::{MethodRouter, delete, get, patch, post};
use schemars::{Schema, SchemaGenerator};

/// What makes a schema.
pub(super) type Shape = fn(&mut SchemaGenerator) -> Schema;

/// A path with what can be done there.
pub(super) struct Place {
    /// The path, with what stands for an id in braces.
    pub(super) path: &'static str,
    /// The methods, as a preflight is told them.
    pub(super) methods: &'static str,
    pub(super) operations: &'static [Operation],
}

/// One thing that can be done.
pub(super) struct Operation {
    /// In small letters.
    pub(super) method: &'static str,
    /// Its name, for libraries that are made from the description.
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    /// Parameters of the query: name and meaning.
    pub(super) query: &'static [(&'static str, &'static str)],
    /// Whether a key makes it once.
    pub(super) once: bool,
    pub(super) body: Option<Shape>,
    /// The status of success.
    pub(super) status: &'static str,
    /// What is answered then; `None`: an empty object.
    pub(super) answer: Option<Shape>,
    pub(super) handler: fn() -> MethodRouter<App>,
}

/// An operation that takes and answers nothing, to be completed.
const PLAIN: Operation = Operation {
    method: "get",
    id: "",
    summary: "",
    query: &[],
    once: false,
    body: None,
    status: "200",
    answer: None,
    handler: MethodRouter::new,
};

pub(super) const PLACES: &[Place] = &[
    Place {
        path: "/valetkey/apps",
        methods: "GET, HEAD, POST, OPTIONS",
        operations: &[
            Operation {
                id: "listApps",
                summary: "The apps that you or an organization run, the newest first",
                query: &[
                    (
                        "organization",
                        "The id of an organization that you belong to",
                    ),
                    ("after", "The next of the page before"),
                    ("limit", "How many at most, 1 to 100"),
                ],
                answer: Some(|schemas| schemas.subschema_for::<AppsView>()),
                handler: || get(apps::list),
                ..PLAIN
            },
            Operation {
                method: "post",
                id: "createApp",
                summary: "Makes an app; its secret is in this answer alone",
                once: true,
                body: Some(|schemas| schemas.subschema_for::<NewApp>()),
                status: "201",
                answer: Some(|schemas| schemas.subschema_for::<MadeView>()),
                handler: || post(apps::create),
                ..PLAIN
            },
        ],
    },
    Place {
        path: "/valetkey/deleted-apps",
        methods: "GET, HEAD, OPTIONS",
        operations: &[Operation {
            id: "listDeletedApps",
            summary: "The apps that can be brought back, the last deleted first",
            query: &[(
                "organization",
                "The id of an organization that you belong to",
            )],
            answer: Some(|schemas| schemas.subschema_for::<DeletedAppsView>()),
            handler: || get(apps::deleted),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/apps/{client_id}",
        methods: "GET, HEAD, PATCH, DELETE, OPTIONS",
        operations: &[
            Operation {
                id: "showApp",
                summary: "One app",
                answer: Some(|schemas| schemas.subschema_for::<AppView>()),
                handler: || get(apps::show),
                ..PLAIN
            },
            Operation {
                method: "patch",
                id: "changeApp",
                summary: "Changes what the body names",
                body: Some(|schemas| schemas.subschema_for::<AppChanges>()),
                answer: Some(|schemas| schemas.subschema_for::<AppView>()),
                handler: || patch(change::change),
                ..PLAIN
            },
            Operation {
                method: "delete",
                id: "deleteApp",
                summary: "Deletes an app: its tokens stop working at once",
                answer: Some(|schemas| schemas.subschema_for::<DeletedView>()),
                handler: || delete(change::remove),
                ..PLAIN
            },
        ],
    },
    Place {
        path: "/valetkey/apps/{client_id}/restore",
        methods: "POST, OPTIONS",
        operations: &[Operation {
            method: "post",
            id: "restoreApp",
            summary: "Brings an app back within 30 days; its tokens stay dead",
            answer: Some(|schemas| schemas.subschema_for::<AppView>()),
            handler: || post(change::bring_back),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/apps/{client_id}/secrets",
        methods: "GET, HEAD, POST, OPTIONS",
        operations: &[
            Operation {
                id: "listSecrets",
                summary: "The secrets that work, without their text",
                answer: Some(|schemas| schemas.subschema_for::<SecretsView>()),
                handler: || get(secrets::list),
                ..PLAIN
            },
            Operation {
                method: "post",
                id: "addSecret",
                summary: "Adds a secret; its text is in this answer alone. At most five work at a time",
                body: Some(|schemas| schemas.subschema_for::<NewSecret>()),
                status: "201",
                answer: Some(|schemas| schemas.subschema_for::<IssuedView>()),
                handler: || post(secrets::add),
                ..PLAIN
            },
        ],
    },
    Place {
        path: "/valetkey/apps/{client_id}/secrets/rotate",
        methods: "POST, OPTIONS",
        operations: &[Operation {
            method: "post",
            id: "rotateSecrets",
            summary: "Makes a new secret, and gives every other an end",
            body: Some(|schemas| schemas.subschema_for::<Rotation>()),
            status: "201",
            answer: Some(|schemas| schemas.subschema_for::<IssuedView>()),
            handler: || post(secrets::rotate),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/apps/{client_id}/secrets/{secret_id}",
        methods: "DELETE, OPTIONS",
        operations: &[Operation {
            method: "delete",
            id: "revokeSecret",
            summary: "Takes a secret away at once",
            query: &[("force", "true: also the last one that works")],
            handler: || delete(secrets::revoke),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/apps/{client_id}/redirect-check",
        methods: "GET, HEAD, OPTIONS",
        operations: &[Operation {
            id: "checkRedirectUri",
            summary: "Whether a redirect URI is accepted, and what the matter is",
            query: &[("redirect_uri", "The URI as the app sends it")],
            answer: Some(|schemas| schemas.subschema_for::<CheckedView>()),
            handler: || get(log::redirect),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/apps/{client_id}/log",
        methods: "GET, HEAD, OPTIONS",
        operations: &[Operation {
            id: "listRequests",
            summary: "What the app's requests were told, the newest first",
            query: &[
                ("request_id", "The one whose answer named this id"),
                ("before", "The next of the page before"),
                (
                    "endpoint",
                    "authorize, token, device, revoke, introspect or token_info",
                ),
                ("status", "The HTTP status"),
                ("error", "The error that was answered"),
                ("mode", "live or test"),
                ("refused", "true: only those that were refused"),
            ],
            answer: Some(|schemas| schemas.subschema_for::<RequestsView>()),
            handler: || get(log::requests),
            ..PLAIN
        }],
    },
];
