//! Organizations: who belongs to one, and who says so.
mod apps;
mod domains;
mod invitation;

pub use apps::{end_app, restore_app};
pub use domains::{
    DOMAIN_FILE, DOMAIN_GRACE, LOOK_AGAIN, MAX_DOMAIN_FILE, MAX_DOMAINS, looked_for,
    owners_to_tell, read_domain_file,
};
pub use invitation::{INVITATION, accept, decline, invitations_of};

use crate::decision::Mint;
use crate::outbox::{InvitationMail, Message};
use crate::register::check_logo;
use crate::transition::{LogoChange, OrganizationChange};
use crate::types::name::{claims_review, imitates, skeleton};
use crate::types::text::is_plain;
use crate::types::{
    End, Invitation, Locator, MailAddress, Member, Organization, Person, Role, Subject, UnixTime,
};
use jose::Digest;

/// Longest name, in characters.
pub const MAX_NAME: usize = 80;
/// The most people in one organization.
pub const MAX_MEMBERS: usize = 200;
/// The most invitations of one organization that are open.
pub const MAX_INVITATIONS: usize = 50;
/// The most organizations that a person belongs to and founds another.
pub const MAX_FOUNDED: usize = 20;

/// How an organization is named to others: on its page, to apps and to APIs.
pub fn public_id(organization: Locator) -> String {
    organization.0.to_string()
}

/// Why nothing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganizationError {
    /// Owners may, and this is none.
    ForOwners,
    /// A name has from 1 to [`MAX_NAME`] characters that can all be seen.
    Name,
    /// The name passes for the provider's.
    ProvidersName,
    /// The name wears the mark of what was reviewed.
    ReviewMark,
    /// Another organization, or somebody else's app, has the name or one that looks like it.
    TakenName,
    /// The file is no picture that is taken.
    Logo,
    /// No name of a domain.
    Domain,
    /// It lists the domain already.
    DomainTwice,
    /// It lists as many as it may.
    ManyDomains,
    /// No address that mail could go to.
    Email,
    /// Whoever has the address belongs to it.
    Member,
    /// There is room for no more.
    Full,
    /// No such member or invitation.
    Unknown,
    /// It would have no owner.
    LastOwner,
    /// It runs apps.
    HasApps,
    /// Whoever founds or joins one has proved their address, and is no test user.
    Unproved,
    /// The company says what it is called and who belongs to it.
    OfCompany,
    /// Whoever asks it of others has not signed in with a second factor.
    SecondFactor,
}

/// What is known of an organization when somebody acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationFacts {
    /// The organization.
    pub organization: Organization,
    /// All who belong to it, the longest first.
    pub members: Vec<Member>,
    /// All who are asked to, and have not answered yet.
    pub invitations: Vec<Invitation>,
    /// How many apps it runs.
    pub apps: usize,
}

/// What is known of others when an organization gets a name: people see it as the publisher of its apps, so it passes for
/// nobody else's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Naming<'a> {
    /// What the provider is called.
    pub provider: &'a str,
    /// Whether another organization, or the app of somebody else, looks called so.
    pub namesake: bool,
}

/// An organization as somebody wants to found it.
#[derive(Debug, Clone, Copy)]
pub struct Founding<'a> {
    /// What it is to be called.
    pub name: &'a str,
    /// What is known of others who are called so.
    pub naming: Naming<'a>,
    /// How many the founder belongs to.
    pub belongs_to: usize,
    /// What its form carries, another each time that it is shown.
    pub form: &'a str,
}

/// An organization in the eyes of a member. Nothing else makes one, so that whoever sees or changes an organization
/// belongs to it.
#[derive(Debug, Clone)]
pub struct Seat {
    facts: OrganizationFacts,
    subject: Subject,
    role: Role,
    /// Administrators answer for the names that they give.
    names_freely: bool,
}

impl Seat {
    /// The organization, for whoever belongs to it. To anybody else it is not there.
    pub fn of(facts: Option<OrganizationFacts>, person: &Person) -> Option<Self> {
        let facts = facts?;
        let own = |member: &&Member| member.subject == person.subject;
        let role = facts.members.iter().find(own)?.role;
        Some(Seat {
            facts,
            subject: person.subject,
            role,
            names_freely: person.admin,
        })
    }

    /// The organization, for an operator, who does what its longest owner may: in their name, and of any name. `None`: it
    /// has no owner.
    pub fn operator(facts: OrganizationFacts) -> Option<Self> {
        let owner = |member: &&Member| member.role == Role::Owner;
        let subject = facts.members.iter().find(owner)?.subject;
        Some(Seat {
            facts,
            subject,
            role: Role::Owner,
            names_freely: true,
        })
    }

    /// What is known.
    pub fn facts(&self) -> &OrganizationFacts {
        &self.facts
    }

    /// What they may do.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Who they are.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    fn before(&self) -> Organization {
        self.facts.organization.clone()
    }

    /// That it is an owner who asks, of an organization about which is decided here.
    fn decides(&self) -> Result<(), OrganizationError> {
        self.owner()?;
        self.is_of_here()
    }

    fn is_of_here(&self) -> Result<(), OrganizationError> {
        match self.facts.organization.external_id {
            Some(_) => Err(OrganizationError::OfCompany),
            None => Ok(()),
        }
    }

    fn owner(&self) -> Result<(), OrganizationError> {
        match self.role {
            Role::Owner => Ok(()),
            Role::Viewer | Role::Developer => Err(OrganizationError::ForOwners),
        }
    }

    fn member(&self, subject: Subject) -> Result<&Member, OrganizationError> {
        let found = self
            .facts
            .members
            .iter()
            .find(|member| member.subject == subject);
        found.ok_or(OrganizationError::Unknown)
    }

    /// That one owner is left without this one.
    fn keeps_an_owner(&self, without: &Member) -> Result<(), OrganizationError> {
        let other =
            |member: &Member| member.role == Role::Owner && member.subject != without.subject;
        match without.role != Role::Owner || self.facts.members.iter().any(other) {
            true => Ok(()),
            false => Err(OrganizationError::LastOwner),
        }
    }

    /// Gives it another name; `None` when it is called that.
    ///
    /// # Errors
    /// Why not.
    pub fn rename(
        &self,
        name: &str,
        naming: Naming<'_>,
    ) -> Result<Option<OrganizationChange>, OrganizationError> {
        self.decides()?;
        let name = checked_name(name)?;
        let before = self.before();
        // Another spelling of the name that it has takes none from anybody.
        let marks = !claims_review(&before.name) && claims_review(&name);
        let binds = !self.names_freely && (marks || skeleton(&before.name) != skeleton(&name));
        if binds {
            check_imitation(&name, naming)?;
        }
        let renames = before.name != name;
        Ok(renames.then_some(OrganizationChange::Rename {
            before,
            name,
            taken_by: binds.then_some(self.subject),
        }))
    }

    /// Gives it the picture in this file, or none; `None` when it has that already.
    ///
    /// # Errors
    /// Why not.
    pub fn set_logo(
        &self,
        file: Option<Vec<u8>>,
    ) -> Result<Option<OrganizationChange>, OrganizationError> {
        self.decides()?;
        let logo = match file {
            Some(bytes) => {
                LogoChange::Replace(check_logo(bytes).map_err(|_| OrganizationError::Logo)?)
            }
            None => LogoChange::Remove,
        };
        let before = self.before();
        let changes = before.logo != logo.digest();
        Ok(changes.then_some(OrganizationChange::SetLogo { before, logo }))
    }

    /// Says whether members act for it only after a sign-in with a second factor; `None` when that is so. `proved`: whether
    /// whoever asks signed in with one, for nobody shuts themselves out.
    ///
    /// # Errors
    /// Why not.
    pub fn require_second_factor(
        &self,
        required: bool,
        proved: bool,
    ) -> Result<Option<OrganizationChange>, OrganizationError> {
        self.decides()?;
        let before = self.before();
        match (before.second_factor == required, proved) {
            (true, _) => Ok(None),
            (false, false) => Err(OrganizationError::SecondFactor),
            (false, true) => Ok(Some(OrganizationChange::RequireSecondFactor {
                before,
                required,
            })),
        }
    }

    /// Asks somebody to join. `mails`: whether mail is sent here.
    ///
    /// # Errors
    /// Why not.
    pub fn invite<M: Mint>(
        &self,
        email: &str,
        role: Role,
        mails: bool,
        now: UnixTime,
        mint: &M,
    ) -> Result<OrganizationChange, OrganizationError> {
        self.decides()?;
        let email = MailAddress::parse(email).ok_or(OrganizationError::Email)?;
        let key = email.key();
        let has_it = |member: &Member| crate::types::email::email_key(&member.email) == key;
        if self.facts.members.iter().any(has_it) {
            return Err(OrganizationError::Member);
        }
        let open = self.facts.invitations.iter();
        let others = open.filter(|open| open.expires_at > now && open.email.key() != key);
        if others.count() >= MAX_INVITATIONS || self.facts.members.len() >= MAX_MEMBERS {
            return Err(OrganizationError::Full);
        }
        let invitation = Invitation {
            id: mint.locator(),
            organization: self.facts.organization.id,
            email,
            role,
            invited_by: self.subject,
            created_at: now,
            expires_at: now.plus(INVITATION),
        };
        let payload = InvitationMail {
            to: invitation.email.clone(),
            invitation: invitation.id.0,
        };
        Ok(OrganizationChange::Invite {
            before: self.before(),
            mail: mails.then(|| Message::new(&payload, mint)),
            invitation: Box::new(invitation),
        })
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// Why not.
    pub fn withdraw(&self, invitation: Locator) -> Result<OrganizationChange, OrganizationError> {
        self.decides()?;
        let mut open = self.facts.invitations.iter();
        let found = open.find(|open| open.id == invitation);
        let found = found.ok_or(OrganizationError::Unknown)?;
        Ok(OrganizationChange::EndInvitation {
            invitation: found.id,
            organization: found.organization,
        })
    }

    /// Lets a member do more, or less; `None` when they may do just that.
    ///
    /// # Errors
    /// Why not.
    pub fn set_role(
        &self,
        subject: Subject,
        role: Role,
    ) -> Result<Option<OrganizationChange>, OrganizationError> {
        self.decides()?;
        let member = self.member(subject)?;
        if role < Role::Owner {
            self.keeps_an_owner(member)?;
        }
        let before = self.before();
        Ok(
            (member.role != role).then_some(OrganizationChange::SetRole {
                before,
                subject,
                role,
            }),
        )
    }

    /// Takes a member out, or leaves. What they let in for the organization is over.
    ///
    /// # Errors
    /// Why not.
    pub fn remove<M: Mint>(
        &self,
        subject: Subject,
        mint: &M,
    ) -> Result<OrganizationChange, OrganizationError> {
        self.is_of_here()?;
        if subject != self.subject {
            self.owner()?;
        }
        self.keeps_an_owner(self.member(subject)?)?;
        Ok(OrganizationChange::Remove {
            before: self.before(),
            subject,
            end: End(mint.locator()),
        })
    }

    /// Ends it, with all that was let in for it.
    ///
    /// # Errors
    /// Why not.
    pub fn dissolve<M: Mint>(&self, mint: &M) -> Result<OrganizationChange, OrganizationError> {
        self.decides()?;
        match self.facts.apps {
            0 => Ok(OrganizationChange::Dissolve {
                before: self.before(),
                end: End(mint.locator()),
            }),
            _ => Err(OrganizationError::HasApps),
        }
    }
}

/// What is kept of the form that founds an organization, so that one that comes twice founds one.
pub fn once(founder: &Person, form: &str) -> Digest {
    Digest::of(format!("{} {form}", founder.subject.0).as_bytes())
}

/// Founds an organization, with the founder as its owner.
///
/// # Errors
/// Why not.
pub fn found<M: Mint>(
    founding: Founding<'_>,
    founder: &Person,
    now: UnixTime,
    mint: &M,
) -> Result<OrganizationChange, OrganizationError> {
    counts(founder)?;
    let name = checked_name(founding.name)?;
    let own_name = !founder.admin;
    if own_name {
        check_imitation(&name, founding.naming)?;
    }
    if founding.belongs_to >= MAX_FOUNDED {
        return Err(OrganizationError::Full);
    }
    Ok(OrganizationChange::Found {
        organization: Organization {
            logo: None,
            id: mint.locator(),
            version: 1,
            name,
            created_at: now,
            external_id: None,
            second_factor: false,
        },
        founder: founder.subject,
        once: once(founder, founding.form),
        own_name,
    })
}

fn check_imitation(name: &str, naming: Naming<'_>) -> Result<(), OrganizationError> {
    if imitates(name, naming.provider) {
        return Err(OrganizationError::ProvidersName);
    }
    if claims_review(name) {
        return Err(OrganizationError::ReviewMark);
    }
    match naming.namesake {
        true => Err(OrganizationError::TakenName),
        false => Ok(()),
    }
}

/// That the address of a person is proved, and they are no test user.
fn counts(person: &Person) -> Result<(), OrganizationError> {
    match person.verified_at.is_some() && person.test_app.is_none() {
        true => Ok(()),
        false => Err(OrganizationError::Unproved),
    }
}

fn checked_name(name: &str) -> Result<String, OrganizationError> {
    let name = name.trim();
    match (1..=MAX_NAME).contains(&name.chars().count()) && is_plain(name) {
        true => Ok(name.to_owned()),
        false => Err(OrganizationError::Name),
    }
}

#[cfg(test)]
mod tests;
