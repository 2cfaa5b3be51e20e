//! Every operation that there is, in one table: what is mounted, and what is described.
use super::operation::{Operation, PLAIN, Place};
use super::together::TOGETHER;
use super::view::{
    AppChanges, AppView, AppsView, CheckedView, DeletedAppsView, DeletedView, IssuedView, MadeView,
    NewApp, NewSecret, RequestsView, Rotation, SecretsView, TermsAccepted, TermsView, TestSideView,
};
use super::{apps, change, log, logo, secrets, terms, test_side};
use crate::http::route::{delete, get, patch, post, put};

/// All of them.
pub(super) fn places() -> impl Iterator<Item = &'static Place> {
    APPS.iter().chain(TOGETHER)
}

const APPS: &[Place] = &[
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
            query: &[
                (
                    "organization",
                    "The id of an organization that you belong to",
                ),
                ("after", "The next of the page before"),
            ],
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
    Place {
        path: "/valetkey/apps/{client_id}/logo",
        methods: "PUT, DELETE, OPTIONS",
        operations: &[
            Operation {
                method: "put",
                id: "setLogo",
                summary: "Gives an app a picture, drawn anew: a PNG, JPEG or WebP file of at most 2 MB",
                picture: true,
                answer: Some(|schemas| schemas.subschema_for::<AppView>()),
                handler: || put(logo::set),
                ..PLAIN
            },
            Operation {
                method: "delete",
                id: "removeLogo",
                summary: "Takes the picture of an app away",
                answer: Some(|schemas| schemas.subschema_for::<AppView>()),
                handler: || delete(logo::remove),
                ..PLAIN
            },
        ],
    },
    Place {
        path: "/valetkey/apps/{client_id}/test",
        methods: "GET, HEAD, POST, DELETE, OPTIONS",
        operations: &[
            Operation {
                id: "showTestSide",
                summary: "The test side of an app, and its people",
                answer: Some(|schemas| schemas.subschema_for::<TestSideView>()),
                handler: || get(test_side::show),
                ..PLAIN
            },
            Operation {
                method: "post",
                id: "switchTestSideOn",
                summary: "Switches the test side on; of a new one, its secret and its people are in this answer alone",
                answer: Some(|schemas| schemas.subschema_for::<TestSideView>()),
                handler: || post(test_side::on),
                ..PLAIN
            },
            Operation {
                method: "delete",
                id: "switchTestSideOff",
                summary: "Switches the test side off: its tokens stop working at once",
                answer: Some(|schemas| schemas.subschema_for::<TestSideView>()),
                handler: || delete(test_side::off),
                ..PLAIN
            },
        ],
    },
    Place {
        path: "/valetkey/terms",
        methods: "GET, HEAD, POST, OPTIONS",
        operations: &[
            Operation {
                id: "showTerms",
                summary: "The terms for developers, and whether you have accepted them",
                answer: Some(|schemas| schemas.subschema_for::<TermsView>()),
                handler: || get(terms::show),
                ..PLAIN
            },
            Operation {
                method: "post",
                id: "acceptTerms",
                summary: "Accepts the terms for developers, which whoever makes apps has to",
                body: Some(|schemas| schemas.subschema_for::<TermsAccepted>()),
                answer: Some(|schemas| schemas.subschema_for::<TermsView>()),
                handler: || post(terms::accept),
                ..PLAIN
            },
        ],
    },
];
