//! What people do together: they hand apps over, run organizations, and look at what others ask for.
mod organizations;
mod reviews;
mod transfers;
mod view;

use super::operation::{Operation, PLAIN, Place};
use super::view::AppView;
use crate::http::route::{delete, get, patch, post};
use view::{
    NewInvitation, NewRole, NewTransfer, NewVerdict, OrganizationView, OrganizationsView,
    ReviewView, ReviewsView, TransferView, TransfersView,
};

pub(super) const TOGETHER: &[Place] = &[
    Place {
        path: "/valetkey/apps/{client_id}/transfer",
        methods: "GET, HEAD, POST, DELETE, OPTIONS",
        operations: &[
            Operation {
                id: "showTransfer",
                summary: "The offer of an app that is open",
                answer: Some(|schemas| schemas.subschema_for::<TransferView>()),
                handler: || get(transfers::show),
                ..PLAIN
            },
            Operation {
                method: "post",
                id: "offerApp",
                summary: "Offers an app to somebody, who must accept it within seven days",
                body: Some(|schemas| schemas.subschema_for::<NewTransfer>()),
                status: "201",
                answer: Some(|schemas| schemas.subschema_for::<TransferView>()),
                handler: || post(transfers::offer),
                ..PLAIN
            },
            Operation {
                method: "delete",
                id: "withdrawTransfer",
                summary: "Takes the offer back",
                handler: || delete(transfers::withdraw),
                ..PLAIN
            },
        ],
    },
    Place {
        path: "/valetkey/transfers",
        methods: "GET, HEAD, OPTIONS",
        operations: &[Operation {
            id: "listTransfers",
            summary: "The apps that are offered to you, or to an organization of yours",
            answer: Some(|schemas| schemas.subschema_for::<TransfersView>()),
            handler: || get(transfers::list),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/transfers/{transfer_id}/accept",
        methods: "POST, OPTIONS",
        operations: &[Operation {
            method: "post",
            id: "acceptTransfer",
            summary: "Takes an app over; its secrets end after a day",
            answer: Some(|schemas| schemas.subschema_for::<AppView>()),
            handler: || post(transfers::accept),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/transfers/{transfer_id}/decline",
        methods: "POST, OPTIONS",
        operations: &[Operation {
            method: "post",
            id: "declineTransfer",
            summary: "Declines an offer",
            handler: || post(transfers::decline),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/organizations",
        methods: "GET, HEAD, OPTIONS",
        operations: &[Operation {
            id: "listOrganizations",
            summary: "The organizations that you belong to, and those that you are asked to join",
            answer: Some(|schemas| schemas.subschema_for::<OrganizationsView>()),
            handler: || get(organizations::list),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/organizations/{organization_id}",
        methods: "GET, HEAD, OPTIONS",
        operations: &[Operation {
            id: "showOrganization",
            summary: "One organization, with its members",
            answer: Some(|schemas| schemas.subschema_for::<OrganizationView>()),
            handler: || get(organizations::show),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/organizations/{organization_id}/invitations",
        methods: "POST, OPTIONS",
        operations: &[Operation {
            method: "post",
            id: "invite",
            summary: "Asks somebody to join",
            body: Some(|schemas| schemas.subschema_for::<NewInvitation>()),
            answer: Some(|schemas| schemas.subschema_for::<OrganizationView>()),
            handler: || post(organizations::invite),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/organizations/{organization_id}/invitations/{invitation_id}",
        methods: "DELETE, OPTIONS",
        operations: &[Operation {
            method: "delete",
            id: "withdrawInvitation",
            summary: "Takes an invitation back",
            answer: Some(|schemas| schemas.subschema_for::<OrganizationView>()),
            handler: || delete(organizations::withdraw),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/organizations/{organization_id}/members/{member_id}",
        methods: "PATCH, DELETE, OPTIONS",
        operations: &[
            Operation {
                method: "patch",
                id: "setRole",
                summary: "Lets a member do more, or less",
                body: Some(|schemas| schemas.subschema_for::<NewRole>()),
                answer: Some(|schemas| schemas.subschema_for::<OrganizationView>()),
                handler: || patch(organizations::set_role),
                ..PLAIN
            },
            Operation {
                method: "delete",
                id: "removeMember",
                summary: "Takes a member out; with your own id, you leave",
                handler: || delete(organizations::remove),
                ..PLAIN
            },
        ],
    },
    Place {
        path: "/valetkey/invitations/{invitation_id}/accept",
        methods: "POST, OPTIONS",
        operations: &[Operation {
            method: "post",
            id: "acceptInvitation",
            summary: "Joins an organization that you are asked to",
            answer: Some(|schemas| schemas.subschema_for::<OrganizationView>()),
            handler: || post(organizations::accept),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/invitations/{invitation_id}/decline",
        methods: "POST, OPTIONS",
        operations: &[Operation {
            method: "post",
            id: "declineInvitation",
            summary: "Does not join",
            handler: || post(organizations::decline),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/reviews",
        methods: "GET, HEAD, OPTIONS",
        operations: &[Operation {
            id: "listReviews",
            summary: "For administrators, with the scope valetkey:reviews: the requests for review",
            query: &[
                (
                    "state",
                    "open, asked_back, approved, refused, withdrawn or all; without: open",
                ),
                ("after", "The next of the page before"),
            ],
            answer: Some(|schemas| schemas.subschema_for::<ReviewsView>()),
            handler: || get(reviews::list),
            ..PLAIN
        }],
    },
    Place {
        path: "/valetkey/reviews/{review_id}",
        methods: "GET, HEAD, POST, OPTIONS",
        operations: &[
            Operation {
                id: "showReview",
                summary: "For administrators, with the scope valetkey:reviews: one request, with everything that is looked at",
                answer: Some(|schemas| schemas.subschema_for::<ReviewView>()),
                handler: || get(reviews::show),
                ..PLAIN
            },
            Operation {
                method: "post",
                id: "judgeReview",
                summary: "For administrators, with the scope valetkey:reviews: approves a request, refuses it, or asks back",
                body: Some(|schemas| schemas.subschema_for::<NewVerdict>()),
                answer: Some(|schemas| schemas.subschema_for::<ReviewView>()),
                handler: || post(reviews::judge),
                ..PLAIN
            },
        ],
    },
];
