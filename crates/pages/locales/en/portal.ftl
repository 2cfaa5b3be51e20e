# The pages on which developers run their apps.

apps-title = Your apps
apps-new = Create an app
apps-none = You have no apps yet. An app has a client id, and may ask people to let it use their account.
apps-more = Show more
apps-closed-admin = Apps are made by the people who run this service: ask them for one.
apps-closed-invite = Apps are made by invitation: ask the people who run this service for one.
apps-full = You have as many apps as one may have. Delete one that you need no more.
apps-deleted-title = Deleted a short time ago
apps-deleted-means = An app can be brought back for 30 days. Its tokens stay dead: people connect it again.
apps-deleted-until = Can be brought back until { $time }
apps-restore = Bring back
apps-done-deleted = The app is deleted, and its tokens are dead.
apps-done-restored = The app is back.

app-status-pending = Waits for review
app-status-disabled = Switched off
app-reviewed = Reviewed
app-created = Made { $time }
app-last-used = Last used { $time }
app-never-used = Never used
app-client-id = Client ID
app-client-secret = Client secret

new-app-title = New app
new-app-reviewed = The people who run { $product } look at each app before others can use it.
new-app-terms = By creating an app you accept the
new-app-terms-link = terms for developers
new-app-twice = This app was made already: the form was sent twice. Its secret was shown then; if you did not keep it, make another below.

app-name = Name
app-name-hint = People see it when they are asked to allow your app. 1 to 80 characters.
app-homepage = Homepage URL
app-homepage-hint = An https address, such as https://app.example.
app-redirect-uri = Redirect URL
app-redirect-uri-hint = Where people are sent back, letter for letter as your app sends it: https, or http on localhost. One a field.
app-description = Description
app-description-hint = One or two sentences on what it does. May stay empty.
app-device = It runs on devices without a browser, such as televisions
app-own-behalf = It acts on its own behalf too, without a person
app-more = Links and contact
app-privacy = Privacy policy (URL)
app-terms = Terms (URL)
app-support = Help for its people (URL or e-mail)
app-contact = E-mail of its developers
app-kind = Where does it run?
app-confidential = On a server of yours, which keeps a secret
app-public = On people’s own devices or in their browser, where no secret can be kept
app-side = What is it for?
app-live = For people with real accounts
app-test = For trying things: it gets test users of its own, and no real account can allow it anything
app-your-password = Your password
app-your-password-hint = You signed in a while ago, so show that it is still you.
app-wrong-password = This is not your password.

app-secrets-title = Secrets
app-secrets-means = Your app proves with a secret who it is. Several can work at once, so that you can replace one without an outage.
app-secrets-none = There is none: your app cannot get a token.
app-secrets-full = An app has at most five secrets. Revoke one to make another.
app-secret = Secret
app-secret-used = Last used { $time } from { $network }
app-secret-ends = Ends { $time }
app-secret-revoke = Revoke
app-secret-add = Make another secret
app-secret-name = What is it for? (may stay empty)
app-secret-name-wrong = A name has at most 80 characters that can all be seen.
app-secret-last = This is the last secret that works: without one your app cannot get a token. Make another first.
app-rotate-title = Replace all secrets by a new one
app-rotate-overlap = Hours for which those before still work
app-rotate-hint = From 0 (they end at once) to 168 (a week).
app-rotate-range = Write a whole number from 0 to 168.
app-rotate-button = Make the new secret

app-settings-title = Settings
app-scopes = What may it ask people for?
app-scopes-every = Everything that needs no approval
app-scopes-some = Only what is ticked
app-save = Save
app-done-saved = Saved.
app-done-revoked = The secret is revoked.
app-stale = This page was out of date. Please try again.
app-changed = The app was changed in the meantime, here or by somebody else. Its settings are shown as they are now, with what you typed: look at them again, and save.

app-delete-title = Delete this app
app-delete-means = Its tokens are dead at once, and people’s consent is forgotten. You can bring the app back for 30 days.
app-delete-confirm = Type the app’s name to confirm: { $name }
app-delete-not-confirmed = This is not the app’s name.
app-delete-button = Delete the app

new-secret-app-title-html = <bdi>{ $name }</bdi> is ready
new-secret-title-html = A new secret for <bdi>{ $name }</bdi>
new-secret-once = This is the only time that you see it.
new-secret-keep = Keep it now where your app finds it, and nowhere public.
new-secret-others = The secrets before it work until { $time }.
new-secret-none = This app keeps no secret: it proves itself with PKCE.
new-secret-users = Its test users
new-secret-kept = I have kept it
new-secret-go-on = Go on

# The redirect checker.
redirect-title = Check a redirect URL
redirect-means = Paste the redirect_uri that your app sends, or that an error page showed.
redirect-label = Redirect URL as it is sent
redirect-button = Check
redirect-sent = Sent
redirect-registered = Registered
redirect-accepted = This one is accepted.
redirect-none = The app has no redirect URL: add this one in its settings.
redirect-slash-extra = It ends with a slash that the registered one has not.
redirect-slash-missing = The registered one ends with a slash that this one has not.
redirect-scheme = The scheme is another: http and https are not the same.
redirect-localhost = localhost and 127.0.0.1 are not the same: register what your app sends.
redirect-port = The port is another.
redirect-host = The host is another.
redirect-case = Capitals and small letters differ.
redirect-encoding = It is encoded in another way: %-escapes must be the same, letter for letter.
redirect-query = What stands behind the question mark differs.
redirect-path = The path differs.
redirect-fragment = A redirect URL has no fragment (#…).
redirect-wildcard = A star stands for itself: there are no wildcards. Register each URL.
redirect-unfit = This can be no redirect URL: it must be an absolute URL of printable characters, https, or http on localhost.

# What is wrong with a form.
app-name-wrong = Write a name of 1 to 80 characters that can all be seen, and none that turns the text around.
app-homepage-wrong = Write an https address, such as https://app.example.
app-description-wrong = Write at most 500 characters that can all be seen, on one line.
app-link-wrong = Write an https address, such as https://app.example/terms, or nothing.
app-support-wrong = Write an https address or an e-mail address, or nothing.
app-contact-wrong = Write an e-mail address, or nothing.
app-test-wrong = There is no test side here.
app-grants-wrong = This provider does not let such an app do that: a public app cannot act on its own behalf.
app-scopes-wrong = One of these is no scope that the app may ask for: those that are restricted are approved first.
redirect-uris-none = Write at least one redirect URL.
redirect-uris-many = These are more redirect URLs than an app may have: take some away.
redirect-http = Plain http is for loopback only: use https.
redirect-user = A redirect URL has no user name or password.
redirect-private = A private scheme contains a dot, such as com.example.app:/callback.
