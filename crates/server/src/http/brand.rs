//! The provider's brand as pages show it: its pictures, read when the server starts, and served under names that
//! change with what is in them.
use axum::body::Bytes;
use config::{Config, PictureFile};
use pages::{BrandLinks, path};
use protocol::types::PictureKind;

/// What is read of a configuration's `[branding]`.
pub(crate) struct Brand {
    /// What every page shows.
    pub(crate) shown: pages::Brand,
    pictures: Vec<Picture>,
}

/// A picture, and where it is.
pub(crate) struct Picture {
    path: String,
    pub(crate) kind: PictureKind,
    pub(crate) bytes: Bytes,
}

impl Brand {
    /// Reads the pictures.
    ///
    /// # Errors
    /// Why one cannot be shown, in one sentence with its place in the configuration.
    pub(crate) fn read(config: &Config) -> Result<Self, String> {
        let branding = &config.branding;
        let logo = read("logo", branding.logo.as_ref())?;
        let icon = read("icon", branding.icon.as_ref())?;
        let path = |picture: &Option<Picture>| picture.as_ref().map(|picture| picture.path.clone());
        Ok(Brand {
            shown: pages::Brand {
                colours: branding.accent.is_some() || branding.accent_dark.is_some(),
                logo: path(&logo),
                icon: path(&icon),
                links: links(config),
            },
            pictures: logo.into_iter().chain(icon).collect(),
        })
    }

    /// The picture at a path.
    pub(crate) fn picture(&self, path: &str) -> Option<&Picture> {
        self.pictures.iter().find(|picture| picture.path == path)
    }
}

fn read(name: &str, file: Option<&PictureFile>) -> Result<Option<Picture>, String> {
    let Some(file) = file else { return Ok(None) };
    let config::Picture { kind, bytes } = file.read()?;
    let digest = jose::Digest::of(&bytes);
    let hash: String = digest.as_bytes()[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Some(Picture {
        path: format!("{}/{name}-{hash}.{}", path::ASSETS, kind.ending()),
        kind,
        bytes: Bytes::from(bytes),
    }))
}

/// The links at the foot of pages and mails.
pub(crate) fn links(config: &Config) -> BrandLinks {
    let links = config.branding.links.clone();
    BrandLinks {
        terms: links.terms,
        privacy: links.privacy,
        help: links.help,
        support: links.support,
    }
}
