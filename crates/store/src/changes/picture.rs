//! The pictures of apps and of organizations.
use crate::steps::Steps;
use crate::value::{Value, values};
use protocol::transition::{Logo, LogoChange};

/// Whose pictures: the statements about their table.
pub(super) struct Pictures {
    keep: &'static str,
    remove: &'static str,
}

pub(super) const OF_APP: Pictures = Pictures {
    keep: "INSERT INTO client_logos (client, media_type, bytes) VALUES ($1, $2, $3) \
           ON CONFLICT (client) DO UPDATE SET media_type = excluded.media_type, bytes = excluded.bytes",
    remove: "DELETE FROM client_logos WHERE client = $1",
};

pub(super) const OF_ORGANIZATION: Pictures = Pictures {
    keep: "INSERT INTO organization_logos (organization, media_type, bytes) VALUES ($1, $2, $3) \
           ON CONFLICT (organization) DO UPDATE SET media_type = excluded.media_type, bytes = excluded.bytes",
    remove: "DELETE FROM organization_logos WHERE organization = $1",
};

impl Pictures {
    pub(super) fn change<'a>(
        &self,
        steps: Steps<'a>,
        whose: impl Into<Value<'a>>,
        change: &'a LogoChange,
    ) -> Steps<'a> {
        match change {
            LogoChange::Replace(logo) => self.keep(steps, whose, logo),
            LogoChange::Remove => self.remove(steps, whose),
        }
    }

    pub(super) fn keep<'a>(
        &self,
        steps: Steps<'a>,
        whose: impl Into<Value<'a>>,
        logo: &'a Logo,
    ) -> Steps<'a> {
        let whose: Value<'a> = whose.into();
        steps.run(self.keep, values![whose, logo.media_type, &logo.bytes[..]])
    }

    pub(super) fn remove<'a>(&self, steps: Steps<'a>, whose: impl Into<Value<'a>>) -> Steps<'a> {
        let whose: Value<'a> = whose.into();
        steps.run(self.remove, [whose])
    }
}
