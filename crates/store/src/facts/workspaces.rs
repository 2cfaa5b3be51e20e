//! What is over of all that was given for an organization.
use crate::row::{Query, Read, Row, corrupt};
use protocol::types::{AppStanding, ClientRowId, End, Locator, Subject, WorkspaceApp};

/// Grants for an organization that are over: those of a person, of an app, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorkspaceEnd {
    /// Whose; everybody's is number 0.
    pub(crate) subject: Subject,
    /// Of which app; every app's is number 0.
    pub(crate) client: ClientRowId,
    /// Those whose ids are below this.
    pub(crate) not_before: Locator,
}

/// Three columns from `at` on.
fn end(row: &dyn Row, at: usize) -> Read<WorkspaceEnd> {
    Ok(WorkspaceEnd {
        subject: row.subject(at)?,
        client: row.client(at + 1)?,
        not_before: row.locator(at + 2)?,
    })
}

/// What stands in the place of an id for an app that is blocked: no grant reaches it.
pub(crate) const BLOCKED: Locator = Locator(i64::MAX);

macro_rules! ends {
    ($of:literal) => {
        concat!(
            "SELECT organization, subject, client, MAX(not_before) FROM \
             (SELECT organization, subject, client, not_before FROM workspace_ends UNION ALL \
             SELECT organization, 0, client, CASE standing WHEN 'blocked' THEN 9223372036854775807 ELSE 0 END \
             FROM workspace_apps) AS over ",
            $of,
            " GROUP BY organization, subject, client"
        )
    };
}

/// All, each with its organization.
pub(crate) const ALL: Query<(Locator, WorkspaceEnd)> = Query {
    sql: ends!(""),
    read: |row| Ok((row.locator(0)?, end(row, 1)?)),
};

/// Those of an organization.
pub(crate) const OF_ONE: Query<WorkspaceEnd> = Query {
    sql: ends!("WHERE organization = $1"),
    read: |row| end(row, 1),
};

fn judged(row: &dyn Row, at: usize) -> Read<Option<AppStanding>> {
    let read = |text| AppStanding::parse(text).ok_or_else(|| corrupt(at, "a standing"));
    row.optional_text(at)?.map(read).transpose()
}

pub(super) fn standing(row: &dyn Row, at: usize) -> Read<AppStanding> {
    judged(row, at)?.ok_or_else(|| corrupt(at, "a standing"))
}

/// What an organization thinks of an app, and of those that it did not judge.
pub(crate) const STANDING: Query<(Option<AppStanding>, AppStanding)> = Query {
    sql: "SELECT a.standing, o.new_apps FROM organizations o \
          LEFT JOIN workspace_apps a ON a.organization = o.id AND a.client = $2 WHERE o.id = $1",
    read: |row| Ok((judged(row, 0)?, standing(row, 1)?)),
};

/// What each organization of a person thinks of an app.
pub(crate) const STANDINGS: Query<(Locator, AppStanding)> = Query {
    sql: "SELECT o.id, COALESCE(a.standing, o.new_apps) FROM members m JOIN organizations o ON o.id = m.organization \
          LEFT JOIN workspace_apps a ON a.organization = o.id AND a.client = $2 WHERE m.subject = $1",
    read: |row| Ok((row.locator(0)?, standing(row, 1)?)),
};

/// What is told of the members that an app works for.
macro_rules! of_members {
    ($what:literal) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM consents k WHERE k.organization = $1 AND k.client = c.no AND k.organization > 0 AND k.ended_as IS NULL)"
        )
    };
}

macro_rules! apps {
    ($which:literal) => {
        Query {
            sql: concat!(
                "SELECT c.no, a.standing, ",
                of_members!("COUNT(*)"),
                ", ",
                of_members!("MIN(k.since)"),
                ", ",
                of_members!("MAX(CASE WHEN k.used_at >= k.since THEN k.used_at END)"),
                ", e.ended_as FROM (SELECT no, LOWER(name) AS name FROM clients WHERE deleted_at IS NULL AND ",
                $which,
                ") c LEFT JOIN workspace_apps a ON a.organization = $1 AND a.client = c.no \
                 LEFT JOIN workspace_ends e ON e.organization = $1 AND e.subject = 0 AND e.client = c.no \
                 ORDER BY c.name, c.no"
            ),
            read: app,
        }
    };
}

/// The apps that members let in for an organization or that it judged, by name: those after the app `$3`, or from the
/// first on, so many at most.
pub(crate) const APPS: Query<WorkspaceApp> = apps!(
    "no IN (SELECT client FROM workspace_apps WHERE organization = $1 UNION \
     SELECT client FROM consents WHERE organization = $1 AND organization > 0) \
     AND ($3 = 0 OR (LOWER(name), no) > (SELECT LOWER(p.name), p.no FROM clients p WHERE p.no = $3)) \
     ORDER BY LOWER(name), no LIMIT $2"
);
/// One of them, or any other.
pub(crate) const APP: Query<WorkspaceApp> = apps!("no = $2");

fn app(row: &dyn Row) -> Read<WorkspaceApp> {
    Ok(WorkspaceApp {
        client: row.client(0)?,
        standing: judged(row, 1)?,
        members: usize::try_from(row.number(2)?).unwrap_or_default(),
        since: row.optional_time(3)?,
        used_at: row.optional_time(4)?,
        ended: row.optional_locator(5)?.map(End),
    })
}
