"""The least that a site must give social-auth-core: accounts, what it remembers of a visit, and one visitor."""

from social_core.storage import AssociationMixin, BaseStorage, NonceMixin, UserMixin
from social_core.strategy import BaseStrategy


class User(UserMixin):
    """An account on the site."""

    def __init__(self, provider, uid, extra_data):
        self.provider, self.uid, self.extra_data = provider, uid, extra_data

    def save(self):
        """There is no database."""


class Nonce(NonceMixin):
    """States that were handed out and not yet used."""

    known = set()

    @classmethod
    def use(cls, server_url, timestamp, salt):
        """Remembers a new one."""
        cls.known.add((server_url, timestamp, salt))
        return True

    @classmethod
    def consume(cls, server_url, timestamp, salt):
        """Takes one back, once."""
        found = (server_url, timestamp, salt) in cls.known
        cls.known.discard((server_url, timestamp, salt))
        return found


class Association(AssociationMixin):
    """The nonces of OpenID Connect that were handed out and have not come back."""

    known = {}

    @classmethod
    def store(cls, server_url, association):
        """Remembers one."""
        kept = cls()
        kept.__dict__.update(vars(association), id=association.handle)
        cls.known[server_url, association.handle] = kept

    @classmethod
    def get(cls, server_url=None, handle=None):
        """Finds one."""
        found = cls.known.get((server_url, handle))
        return [found] if found else []

    @classmethod
    def remove(cls, ids_to_delete):
        """Forgets some."""
        cls.known = {key: one for key, one in cls.known.items() if one.id not in ids_to_delete}


class Storage(BaseStorage):
    """What the site keeps."""

    user = User
    nonce = Nonce
    association = Association


class Strategy(BaseStrategy):
    """A site with one visitor."""

    def __init__(self, **settings):
        super().__init__(Storage)
        self.settings = {f"SOCIAL_AUTH_VALETKEY_{name}": value for name, value in settings.items()}
        self.settings["SOCIAL_AUTH_PIPELINE"] = [
            "social_core.pipeline.social_auth.social_details",
            "social_core.pipeline.social_auth.social_uid",
            "social_core.pipeline.social_auth.auth_allowed",
            "social_site.make_user",
        ]
        self.session, self.query = {}, {}

    def get_setting(self, name):
        """One setting."""
        return self.settings[name]

    def get_request_data(self, merge=True):
        """The query of the request."""
        return self.query

    def build_absolute_uri(self, path=None):
        """The callback is absolute already."""
        return path

    def redirect(self, url):
        """Sends the visitor away."""
        return url

    def session_get(self, name, default=None):
        """Looks into the visitor's session."""
        return self.session.get(name, default)

    def session_set(self, name, value):
        """Puts something into the visitor's session."""
        self.session[name] = value

    def session_pop(self, name):
        """Takes something out of the visitor's session."""
        return self.session.pop(name, None)


def make_user(backend, uid, response, details, *args, **kwargs):
    """The last step of the pipeline: the account, with what the library keeps of the tokens."""
    return {"user": User(backend.name, uid, backend.extra_data(None, uid, response, details, kwargs))}
