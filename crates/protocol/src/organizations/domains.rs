//! The domains of an organization. It proves one by a file on it, so that people see who stands behind its apps.
//!
//! A domain is proved for one organization at a time. Its file holds one token, so whoever writes there says whose it is: an
//! organization that proves it takes it from the one that did before.
use super::{OrganizationError, Seat};
use crate::decision::Mint;
use crate::outbox::{DomainLostMail, Message};
use crate::transition::DomainChange;
use crate::types::{
    Domain, DomainFault, DomainName, Lifetime, MailAddress, Member, Role, UnixTime,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The most domains of one organization.
pub const MAX_DOMAINS: usize = 5;
/// Where the file is, on every domain.
pub const DOMAIN_FILE: &str = "/.well-known/valetkey-domain.txt";
/// The longest file, in bytes.
pub const MAX_DOMAIN_FILE: usize = 1_024;
/// How often a file that was found is looked for again.
pub const LOOK_AGAIN: Lifetime = Lifetime::from_days(1);
/// How long a domain counts as proved whose file is not found any more.
pub const DOMAIN_GRACE: Lifetime = Lifetime::from_days(7);

impl Seat {
    /// Lists a domain, to be proved. `own`: those that are listed; `here`: whether the provider is on this machine, see
    /// [`DomainName::parse`].
    ///
    /// # Errors
    /// Why not.
    pub fn add_domain<M: Mint>(
        &self,
        name: &str,
        own: &[Domain],
        here: bool,
        now: UnixTime,
        mint: &M,
    ) -> Result<DomainChange, OrganizationError> {
        self.decides()?;
        let name = DomainName::parse(name, here).ok_or(OrganizationError::Domain)?;
        if own.iter().any(|domain| domain.name == name) {
            return Err(OrganizationError::DomainTwice);
        }
        if own.len() >= MAX_DOMAINS {
            return Err(OrganizationError::ManyDomains);
        }
        Ok(DomainChange::Add {
            before: self.before(),
            domain: Box::new(Domain {
                organization: self.facts.organization.id,
                name,
                token: format!("domain-{}", URL_SAFE_NO_PAD.encode(mint.secret())),
                created_at: now,
                proved_at: None,
                looked_at: None,
                failing_since: None,
                found: None,
            }),
            most: MAX_DOMAINS,
        })
    }

    /// One of its domains, for an owner who looks whether it is proved.
    ///
    /// # Errors
    /// Why not.
    pub fn domain<'a>(
        &self,
        name: &str,
        own: &'a [Domain],
    ) -> Result<&'a Domain, OrganizationError> {
        self.decides()?;
        let found = own.iter().find(|domain| domain.name.as_str() == name);
        found.ok_or(OrganizationError::Unknown)
    }

    /// Takes a domain out.
    ///
    /// # Errors
    /// Why not.
    pub fn remove_domain(
        &self,
        name: &str,
        own: &[Domain],
    ) -> Result<DomainChange, OrganizationError> {
        Ok(DomainChange::Remove {
            before: self.before(),
            domain: Box::new(self.domain(name, own)?.clone()),
        })
    }
}

/// What a file says of a domain: whether it holds the token, alone but for what is around it. Nothing of it is secret.
///
/// # Errors
/// That it holds something else.
pub fn read_domain_file(domain: &Domain, file: &[u8]) -> Result<(), DomainFault> {
    let text = std::str::from_utf8(file).map_err(|_| DomainFault::Other)?;
    match text.trim() == domain.token {
        true => Ok(()),
        false => Err(DomainFault::Other),
    }
}

/// What becomes of a domain whose file was looked for, step by step: each is settled by itself. `holder`: the same domain as
/// another organization's, if it is that one's now, with its owners.
pub fn looked_for<M: Mint>(
    domain: &Domain,
    file: Result<(), DomainFault>,
    holder: Option<(&Domain, &[MailAddress])>,
    owners: &[MailAddress],
    now: UnixTime,
    mint: &M,
) -> Vec<DomainChange> {
    let look = |found, failing_since| DomainChange::Look {
        before: Box::new(domain.clone()),
        at: now,
        found,
        failing_since,
    };
    match (file, domain.proved_at) {
        (Ok(()), Some(_)) => vec![look(None, None)],
        (Ok(()), None) => {
            let others = holder.filter(|(other, _)| other.organization != domain.organization);
            let taken =
                others.map(|(other, owners)| lose(other, DomainFault::Other, owners, now, mint));
            let prove = DomainChange::Prove {
                before: Box::new(domain.clone()),
                at: now,
            };
            taken.into_iter().chain([prove]).collect()
        }
        (Err(fault), None) => vec![look(Some(fault), None)],
        (Err(fault), Some(_)) => {
            let since = domain.failing_since.unwrap_or(now);
            match now < since.plus(DOMAIN_GRACE) {
                true => vec![look(Some(fault), Some(since))],
                false => vec![lose(domain, fault, owners, now, mint)],
            }
        }
    }
}

fn lose<M: Mint>(
    domain: &Domain,
    found: DomainFault,
    owners: &[MailAddress],
    now: UnixTime,
    mint: &M,
) -> DomainChange {
    let mail = |to: &MailAddress| {
        let payload = DomainLostMail {
            to: to.clone(),
            organization: domain.organization.0,
        };
        Message::new(&payload, mint)
    };
    DomainChange::Lose {
        before: Box::new(domain.clone()),
        at: now,
        found,
        mails: owners.iter().map(mail).collect(),
    }
}

/// Who hears of a domain that is lost: the owners. Whoever founds or joins an organization has proved their address.
pub fn owners_to_tell(members: &[Member]) -> Vec<MailAddress> {
    let owners = members.iter().filter(|member| member.role == Role::Owner);
    owners
        .filter_map(|owner| MailAddress::parse(&owner.email))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::OrganizationFacts;
    use super::*;
    use crate::testing::{Counter, NOW};
    use crate::types::{Locator, Organization, Person, Subject};

    fn mint() -> Counter {
        Counter::starting_at(NOW)
    }

    fn seat(role: Role, external_id: Option<&str>) -> Seat {
        let facts = OrganizationFacts {
            organization: Organization {
                logo: None,
                external_id: external_id.map(str::to_owned),
                second_factor: false,
                id: Locator(5),
                version: 3,
                name: "Acme".to_owned(),
                created_at: NOW,
            },
            members: vec![Member {
                subject: Subject(1),
                email: "ada@example.com".to_owned(),
                name: "Ada".to_owned(),
                role,
                since: NOW,
            }],
            invitations: Vec::new(),
            apps: 0,
        };
        let person = Person {
            subject: Subject(1),
            ..Person::for_tests()
        };
        Seat::of(Some(facts), &person).unwrap()
    }

    fn domain(organization: i64, proved_at: Option<UnixTime>) -> Domain {
        Domain {
            organization: Locator(organization),
            name: DomainName::parse("acme.example", false).unwrap(),
            token: format!("domain-{organization}"),
            created_at: NOW,
            proved_at,
            looked_at: None,
            failing_since: None,
            found: None,
        }
    }

    fn owners() -> Vec<MailAddress> {
        vec![MailAddress::parse("ada@example.com").unwrap()]
    }

    fn after(domain: &Domain, file: Result<(), DomainFault>, now: UnixTime) -> Vec<DomainChange> {
        looked_for(domain, file, None, &owners(), now, &mint())
    }

    #[test]
    fn owners_list_a_few_domains_each_once_with_a_token_of_its_own() {
        let owner = seat(Role::Owner, None);
        let mint = mint();
        let add = |name: &str, own: &[Domain]| owner.add_domain(name, own, false, NOW, &mint);
        let added = |name: &str| match add(name, &[]) {
            Ok(DomainChange::Add { domain, .. }) => *domain,
            other => panic!("{other:?}"),
        };
        let (one, other) = (added("a.example"), added("b.example"));
        assert!(one.token != other.token && one.token.len() > 40, "{one:?}");
        assert_eq!((one.organization, one.proved_at), (Locator(5), None));
        let own = vec![domain(5, None); MAX_DOMAINS];
        for (name, own, error) in [
            ("no domain", &own[..0], OrganizationError::Domain),
            ("localhost:80", &own[..0], OrganizationError::Domain),
            ("ACME.example", &own[..1], OrganizationError::DomainTwice),
            ("b.example", &own, OrganizationError::ManyDomains),
        ] {
            assert_eq!(add(name, own).unwrap_err(), error, "{name}");
        }
        for (role, external_id, error) in [
            (Role::Developer, None, OrganizationError::ForOwners),
            (Role::Viewer, None, OrganizationError::ForOwners),
            (Role::Owner, Some("o-1"), OrganizationError::OfCompany),
        ] {
            let seat = seat(role, external_id);
            let own = [domain(5, None)];
            let all = [
                seat.add_domain("a.example", &[], false, NOW, &mint).err(),
                seat.domain("acme.example", &own).err(),
                seat.remove_domain("acme.example", &own).err(),
            ];
            assert_eq!(all, [Some(error); 3]);
        }
        let own = [domain(5, None)];
        let unknown = owner.remove_domain("b.example", &own).unwrap_err();
        assert_eq!(unknown, OrganizationError::Unknown);
    }

    #[test]
    fn a_file_holds_the_token_and_nothing_else() {
        let own = domain(5, None);
        for file in ["domain-5", "domain-5\r\n", " \n domain-5 \n"] {
            assert_eq!(read_domain_file(&own, file.as_bytes()), Ok(()), "{file:?}");
        }
        for file in [
            "",
            "domain-7",
            "domain-55",
            "domain-5 domain-7",
            "<html>domain-5</html>",
            "Domain-5",
        ] {
            let fault = read_domain_file(&own, file.as_bytes());
            assert_eq!(fault, Err(DomainFault::Other), "{file:?}");
        }
        assert!(read_domain_file(&own, b"domain-5\xff").is_err());
    }

    #[test]
    fn what_is_found_is_proved_and_taken_from_whoever_had_it() {
        let own = domain(5, None);
        assert!(matches!(
            after(&own, Ok(()), NOW)[..],
            [DomainChange::Prove { .. }]
        ));
        let other = domain(7, Some(NOW));
        let holder = Some((&other, &owners()[..]));
        let steps = looked_for(&own, Ok(()), holder, &[], NOW, &mint());
        let [
            DomainChange::Lose { before, mails, .. },
            DomainChange::Prove { .. },
        ] = &steps[..]
        else {
            panic!("{steps:?}");
        };
        assert_eq!((before.organization, mails.len()), (Locator(7), 1));
        // Nothing is taken by a file that is not there.
        let steps = looked_for(&own, Err(DomainFault::Away), holder, &[], NOW, &mint());
        assert!(
            matches!(
                steps[..],
                [DomainChange::Look {
                    found: Some(DomainFault::Away),
                    failing_since: None,
                    ..
                }]
            ),
            "{steps:?}"
        );
    }

    #[test]
    fn what_is_not_found_any_more_counts_for_a_week() {
        let mut own = domain(5, Some(NOW));
        let gone = Err(DomainFault::Status(404));
        let [DomainChange::Look { failing_since, .. }] = after(&own, gone, NOW)[..] else {
            panic!("it counts");
        };
        assert_eq!(failing_since, Some(NOW));
        own.failing_since = failing_since;
        let last = UnixTime(NOW.0 + DOMAIN_GRACE.seconds() - 1);
        let [DomainChange::Look { failing_since, .. }] = after(&own, gone, last)[..] else {
            panic!("it counts still");
        };
        assert_eq!(failing_since, Some(NOW), "since the first time");
        let [
            DomainChange::Look {
                found,
                failing_since,
                ..
            },
        ] = after(&own, Ok(()), last)[..]
        else {
            panic!("it is there again");
        };
        assert_eq!((found, failing_since), (None, None));
        let over = UnixTime(last.0 + 1);
        let steps = after(&own, gone, over);
        let [DomainChange::Lose { found, mails, .. }] = &steps[..] else {
            panic!("{steps:?}");
        };
        assert_eq!((*found, mails.len()), (DomainFault::Status(404), 1));
    }
}
